"""`gatehouse explain`: every figure of a small journal opens down to the readings, and the readings are the journal's."""

import json
import re
from fractions import Fraction

import pytest

from daemon import Simulation, folder, gatehouse
from e2e_evidence import Evidence, nodes


@pytest.fixture(scope="module")
def evidence():
    """The journal, written by a daemon that has stopped."""
    with folder() as place, Simulation("line-scanner") as scanner:
        made = Evidence(place, scanner)
        with made.daemon:
            made.fill()
            made.daemon.stop()
        yield made


@pytest.fixture(scope="module")
def journal(evidence):
    return evidence.exported()


def figures(journal):
    """What each event of a module may be asked for by, in the words of the command line."""
    for event in journal.values():
        data = event["data"]
        match event["type"].removeprefix("gatehouse."):
            case "attendance.closed":
                yield ("attendance", data["person"], data["date"], "--shift", data["shift"])
            case "patrol.closed":
                yield ("round", data["round"])
            case "kpi.updated":
                words = ["kpi", data["kpi"], "--period", data["period"]]
                words += ["--department", data["department"]] if data["department"] else []
                yield (*words, *(["--person", data["person"]] if data.get("person") else []))
            case "incentive.computed":
                yield ("incentive", data["incentive"], "--period", data["period"])
            case "hazard.opened":
                yield ("hazard", data["hazard"])
            case "alert.raised":
                yield ("alert", data["alert"])


def check_rows(tree, journal):
    """Each event that is listed is in the journal, with that device and that reading."""
    count = 0
    for node in nodes(tree):
        for row in [*node["events"], *([node["told"]] if node["told"] else [])]:
            event = journal[row["sequence"]]
            assert event["type"] == f"gatehouse.{row['topic']}"
            assert (row["time"], row["recordedtime"]) == (event["time"], event["recordedtime"])
            if row["topic"] != "site.updated":
                assert row["data"] == event["data"]
            if row["topic"] in ("punch.recorded", "scan.recorded"):
                assert row["device"] == event["data"]["device"]
                assert event["source"].endswith(f"/devices/{row['device']}")
            count += 1
    return count


def test_every_figure_opens_and_lists_what_the_journal_has(evidence, journal):
    """Whatever a module told, its events exist and agree; together they reach every reading that counted."""
    asked = sorted(set(figures(journal)))
    kinds = {words[0] for words in asked}
    assert kinds == {"attendance", "round", "kpi", "incentive", "hazard", "alert"}
    reached = set()
    for words in asked:
        tree = evidence.explain(*words)
        check_rows(tree, journal)
        assert not [r for node in nodes(tree) for r in node["remarks"] if "adds up" in r or "not in the journal" in r]
        reached |= {row["sequence"] for node in nodes(tree) for row in node["events"]}
    readings = {
        sequence for sequence, event in journal.items()
        if event["type"] in ("gatehouse.punch.recorded", "gatehouse.scan.recorded")
    }
    assert readings and readings <= reached


def test_the_newest_figure_wins_and_its_numbers_give_its_value(evidence, journal):
    """Of each key figure the last that was told; numerator over denominator is the value."""
    last = {}
    for sequence, event in journal.items():
        if event["type"] == "gatehouse.kpi.updated":
            data = event["data"]
            last[data["kpi"], data["department"], data["period"], data.get("person")] = sequence, data
    assert len(last) > 20
    for (kpi, department, period, person), (sequence, data) in last.items():
        words = ["--period", period, *(["--department", department] if department else [])]
        tree = evidence.explain("kpi", kpi, *words, *(["--person", person] if person else []))
        assert tree["told"]["sequence"] == sequence
        top, bottom = (Fraction(part["text"]) for part in tree["parts"][:2])
        assert [float(top), float(bottom)] == [float(data["numerator"]), float(data["denominator"])]
        left, right = tree["computation"].split(" = ")
        assert left == f"{tree['parts'][0]['text']} / {tree['parts'][1]['text']}"
        assert right == "∅" if bottom == 0 else abs(Fraction(right) - top / bottom) < Fraction(1, 1_000_000)


def test_what_the_records_bring_in_adds_up(evidence):
    """The contributions of the records and rounds are the two numbers of the figure."""
    for kpi in ("attendance.rate", "late.rate", "patrol.completion", "hazard.remediation"):
        tree = evidence.explain("kpi", kpi, "--period", evidence.month)
        parts = [child["contribution"].split(" / ") for child in tree["children"]]
        sums = [str(sum(int(part[place]) for part in parts)) for place in (0, 1)]
        assert sums == [part["text"] for part in tree["parts"][:2]], kpi


def test_a_rule_opens_down_to_the_scan(evidence, journal):
    """Statement, figure of the module, round, scan: with the code as it was read."""
    tree = evidence.explain("incentive", "completion", "--period", evidence.month)
    assert tree["value"] == "1000.00" and tree["computation"].endswith("10% × 10000.00 = 1000.00")
    scans = [row for node in nodes(tree) for row in node["events"] if row["topic"] == "scan.recorded"]
    assert {row["data"]["code"] for row in scans} == {"XF1", "XF2"}
    onboarding = evidence.explain("incentive", "onboarding", "--period", evidence.month)
    measured = [row["data"] for row in onboarding["events"]]
    mean = sum(Fraction(str(m["value"])) * m["weight"] for m in measured) / sum(m["weight"] for m in measured)
    assert float(mean) == 2.375 and "(3 − 2.375) / 3 = 20.833333%" in onboarding["computation"]


def test_a_correction_shows_what_was_said_before(evidence, journal):
    """A revision names what it took the place of, until which sequence."""
    closed = [
        sequence for sequence, event in journal.items()
        if event["type"] == "gatehouse.attendance.closed" and event["data"]["person"] == "E2"
    ]
    tree = evidence.explain("attendance", "E2", str(evidence.day))
    assert [(former["sequence"], former["until"]) for former in tree["former"]] == [tuple(closed)]
    assert "correction" in next(row["role"] for row in tree["events"] if row["topic"] == "punch.corrected")
    older = evidence.explain("--sequence", str(closed[0]))
    assert str(closed[1]) in older["remarks"][0]


def test_coefficients_and_shares_agree_with_an_evaluation(evidence, journal):
    """They have no event: explain computes them from the journal, `evaluate` from the same events anew."""
    path = f"{evidence.place}/events.jsonl"
    with open(path, "w", encoding="utf-8") as file:
        for event in journal.values():
            file.write(json.dumps(event, ensure_ascii=False) + "\n")
    words = ("--site", f"{evidence.place}/site.yaml", "--events", path, "--format", "json")
    report = json.loads(gatehouse("evaluate", *words))
    for person, share in report["shares"].items():
        tree = evidence.explain("share", person)
        assert tree["value"] == share
        check_rows(tree, journal)
        own = evidence.explain("person", person)
        assert own["value"] == report["coefficients"]["people"][person]
    for department, value in report["coefficients"]["departments"].items():
        assert evidence.explain("department", department)["value"] == value
    for position, value in report["coefficients"]["positions"].items():
        assert Fraction(evidence.explain("position", position)["value"]) == Fraction(value)


def test_whatever_stands_in_the_journal_can_be_opened(evidence, journal):
    """By its sequence; one that is not there names the newest."""
    seen = set()
    for sequence, event in journal.items():
        if event["type"] not in seen:
            seen.add(event["type"])
            assert check_rows(evidence.explain("--sequence", str(sequence)), journal) >= 1
    evidence.explain("--sequence", str(max(journal) + 1000), expect=1)


def test_text_is_for_people_in_both_languages(evidence):
    """The same tree as lines."""
    english = gatehouse("explain", "attendance", "E1", str(evidence.day), "--data", evidence.data)
    assert re.search(r"#\d+ .*gate-clock .*\(in\) .*badge=1001 .*deviceTime=", english)
    chinese = gatehouse(
        "explain", "attendance", "E1", str(evidence.day), "--data", evidence.data, "--language", "zh-Hans")
    assert "迟到" in chinese and "公式" in chinese and "（上班" not in english


@pytest.mark.parametrize(
    "words, code",
    [
        (("attendance", "E1", "2020-01-01"), 1), (("attendance", "E9", "2020-01-01"), 1), (("round", "fire"), 1),
        (("kpi", "late.rate", "--period", "2020-01"), 1), (("kpi", "nothing", "--period", "2026-11"), 1),
        (("incentive", "nothing"), 1), (("hazard", "H9"), 1), (("alert", "A9"), 1), (("share", "E9"), 1),
        (("kpi", "late.rate"), 2), (("attendance", "E1"), 2), (("attendance", "E1", "monday"), 2), ((), 2),
        (("--sequence", "0"), 2), (("nothing", "x"), 2),
    ],
)
def test_what_cannot_be_explained_is_said(evidence, words, code):
    """No such figure: 1; no such question: 2."""
    evidence.explain(*words, expect=code)


def test_a_running_daemon_is_asked_over_the_bus(evidence):
    """With --requests nothing of the data folder is read; the tree is the same."""
    words = ("kpi", "patrol.completion", "--period", evidence.month, "--json")
    evidence.daemon.start()
    try:
        here = json.loads(gatehouse("explain", *words, "--data", evidence.data))
        there = json.loads(gatehouse("explain", *words, "--requests", evidence.daemon.requests))
        assert there == here
    finally:
        evidence.daemon.stop()


def test_incentives_lists_the_statements_with_their_inputs(evidence, journal):
    """`gatehouse incentives`: the newest statement of each rule, its formula, and sequences that exist."""
    rows = json.loads(gatehouse("incentives", "--period", evidence.month, "--data", evidence.data, "--json"))
    newest = {}
    for sequence, event in journal.items():
        if event["type"] == "gatehouse.incentive.computed":
            newest[event["data"]["incentive"]] = sequence, event["data"]
    assert {row["incentive"]: (int(row["sequence"]), row["amount"], row["formula"]) for row in rows} == {
        rule: (sequence, data["amount"], data["formula"]) for rule, (sequence, data) in newest.items()
    }
    amounts = {row["incentive"]: row["amount"] for row in rows}
    assert amounts == {"completion": "1000.00", "onboarding": "200.00", "saving": "123.45", "accidents": "3000.00"}
    for row in rows:
        for source in row["inputs"]:
            assert journal[int(source["sequence"])]["type"] == f"gatehouse.{source['topic']}"
    text = gatehouse("incentives", "--data", evidence.data, "--language", "en")
    assert "Rule" in text and "100% ≥ 95%" in text and "patrol.completion" in text
    assert json.loads(gatehouse("incentives", "--period", "2020", "--data", evidence.data, "--json")) == []
    gatehouse("incentives", "--period", "monday", "--data", evidence.data, expect=2)


def test_every_event_of_the_modules_is_what_protocols_events_promises(journal, catalogue):
    """Attendance, patrols, hazards, alerts, figures and pay of a running daemon: valid to the last one."""
    topics = {event["type"].removeprefix("gatehouse.") for event in journal.values()}
    assert {
        "attendance.updated", "attendance.closed", "presence.changed", "patrol.opened", "patrol.visited",
        "patrol.closed", "hazard.opened", "hazard.closed", "alert.raised", "alert.cleared", "reminder.due",
        "kpi.updated", "incentive.computed",
    } <= topics
    for event in journal.values():
        assert catalogue.problems(json.dumps(event, ensure_ascii=False)) == [], event
