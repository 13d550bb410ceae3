"""The worked examples of KPIs and pay: what was worked out by hand is what the program computes."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from daemon import PROGRAM

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "incentives"
FOLDERS = sorted(path.parent.name for path in EXAMPLES.glob("*/expected.json"))

pytestmark = pytest.mark.skipif(
    not os.access(PROGRAM, os.X_OK), reason=f"{PROGRAM} is not there: build it, or set GATEHOUSE_BIN")


def expected(folder):
    return json.loads((EXAMPLES / folder / "expected.json").read_text(encoding="utf-8"))


def evaluate(folder):
    arguments = [PROGRAM, "evaluate", "--site", "site.yaml", "--events", "events.jsonl", "--format", "json"]
    until = expected(folder).get("until")
    done = subprocess.run(
        arguments + (["--until", until] if until else []), cwd=EXAMPLES / folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_there_is_an_example_of_everything():
    named = set().union(*(expected(folder) for folder in FOLDERS))
    assert {"kpis", "checks", "incentives", "coefficients", "shares", "alerts", "warnings"} <= named


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_was_worked_out_by_hand_is_computed(folder):
    want, got = expected(folder), evaluate(folder)
    if "kpis" in want:
        assert {row["kpi"]: row["value"] for row in got["kpis"] if row["kpi"] in want["kpis"]} == want["kpis"]
    if "incentives" in want:
        assert [[row[key] for key in ("incentive", "period", "amount")] for row in got["incentives"]] == (
            want["incentives"])
        assert all(row["formula"].endswith(f"= {row['amount']}") for row in got["incentives"])
    for name in ("checks", "shares"):
        if name in want:
            assert got[name] == want[name]
    for name, factors in want.get("coefficients", {}).items():
        assert got["coefficients"][name] == factors
    warnings = [[row["code"], row["subject"]] for row in got["alerts"] if row["code"] == "formula.warning"]
    assert warnings == want.get("alerts", [])


@pytest.mark.parametrize("folder", FOLDERS)
def test_check_warns_of_every_contradiction_and_of_nothing_else(folder):
    done = subprocess.run([PROGRAM, "check", "site.yaml"], cwd=EXAMPLES / folder, capture_output=True, text=True)
    found = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("site.yaml:")]
    want = expected(folder).get("warnings", [])
    assert len(found) == len(want), found
    for warning in want:
        assert any(warning in line for line in found), warning


def test_the_shares_add_up_to_the_pool():
    shares = evaluate("shares")["shares"].values()
    assert sum(int(share.replace(".", "")) for share in shares) == 20_000_000


def test_the_page_shows_the_same_figures():
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"## {folder}:" in page for folder in FOLDERS)
    shown = [amount for _, _, amount in expected("rules")["incentives"]] + list(expected("shares")["shares"].values())
    assert [figure for figure in shown if figure not in page] == []
