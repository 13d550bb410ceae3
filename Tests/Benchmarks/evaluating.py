#!/usr/bin/env python3
"""How long `gatehouse evaluate` takes for a month of a plant, how much memory, and whether twice as much takes twice as long.

    python3 Tests/Benchmarks/evaluating.py EVENTS FOLDER        # only writes FOLDER/site.yaml and FOLDER/events.jsonl

The plant has 1,000 people with a day shift of eight hours, 20 clocks, and 40 routes of ten checkpoints that are walked every
two hours. A day has about 13,300 events: 4,800 scans, the rest punches, about eight and a half for each person. More events
are more days. The baseline is a pass of Python's `json.loads` over the same file, which only parses it.
"""

import json
import os
import random
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone

PEOPLE, CLOCKS, ROUTES, CHECKPOINTS, DEPARTMENTS = 1000, 20, 40, 10, 10
ROUNDS = range(0, 24, 2)
EVENTS_A_DAY = 400_000 / 30
ZONE = timezone(timedelta(hours=8))
PARSING = "import json, sys\nfor line in sys.stdin.buffer: json.loads(line)\n"


def evaluating(bench):
    """A month, and how the time grows; as rows of bench.py."""
    month = bench.size(400_000, 100_000)
    results = {count: evaluated(bench, count) for count in (month // 4, month, month * 4)}
    for count, (ours, theirs) in results.items():
        bench.series[f"evaluate {count}"] = dict(ours=ours, parsing=theirs)
    ours, theirs = results[month]
    bar = 10 * month / 400_000
    bench.row(
        f"evaluate, {PEOPLE:,} people, {ROUTES} routes, {month:,} events", f"{ours['seconds']:.1f} s, {ours['memory']:.0f} MB",
        f"≤ {bar:g} s and ≤ 300 MB", ours["seconds"] <= bar and ours["memory"] <= 300,
        f"Python parses it in {theirs['seconds']:.1f} s, {ours['seconds'] / theirs['seconds']:.1f} ×",
        f"{ours['seconds'] / month * 1e6:.1f} µs an event")
    each = [ours["processor"] / count * 1e6 for count, (ours, _) in results.items()]
    bench.row(
        f"evaluate, processor time an event, {month * 4:,} events against {month // 4:,}", f"{each[-1] / each[0]:.2f} ×",
        "≤ 1.25 ×", each[-1] <= 1.25 * each[0], "", " ".join(f"{value:.1f}" for value in each) + " µs")


def evaluated(bench, count):
    """What the program and what the baseline took for so many events."""
    site, events = written(count, bench.path(f"evaluate-{count}"))
    ours = measured([bench.gatehouse, "evaluate", "--site", site, "--events", events, "--format", "json"])
    theirs = measured([sys.executable, "-c", PARSING], events)
    os.remove(events)
    return ours, theirs


def measured(command, source=os.devnull):
    """Seconds, processor seconds and the most memory in units of 10⁶ bytes of a program that must succeed."""
    start = time.monotonic()
    with open(source, "rb") as file:
        process = subprocess.Popen(command, stdin=file, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:2])} ended with {process.returncode}")
    return dict(seconds=time.monotonic() - start, processor=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss * 1024 / 1e6)


def written(count, folder):
    """Writes the plant and so many of its events: the two files."""
    os.makedirs(folder, exist_ok=True)
    site, events = os.path.join(folder, "site.yaml"), os.path.join(folder, "events.jsonl")
    with open(site, "w") as file:
        json.dump(plant(), file)
    with open(events, "w") as file:
        for number, event in zip(range(count), happenings()):
            file.write(json.dumps(cloud_event(number, *event)) + "\n")
    return site, events


def plant():
    """The site file; JSON is YAML."""
    clocks = [dict(id=f"clock-{i}", driver="zkteco", match=dict(host=f"10.0.0.{i + 1}"), place=f"place-{i}", role="clock")
              for i in range(CLOCKS)]
    scanners = [dict(id=f"scanner-{i}", driver="line-scanner", match=dict(tty=f"/dev/ttyS{i}"), role="patrol")
                for i in range(ROUTES)]
    places = 2 * ROUTES
    return dict(
        site="bench", timezone="Asia/Shanghai",
        departments=[dict(id=f"d{i}", name=f"Department {i}") for i in range(DEPARTMENTS)],
        people=[dict(id=f"E{i}", name=f"Name {i}", department=f"d{i % DEPARTMENTS}", badges=[badge(i)]) for i in range(PEOPLE)],
        places=[dict(id=f"place-{i}", name=f"Place {i}") for i in range(places)],
        devices=clocks + scanners,
        shifts=[{"id": "day", "start": "08:00", "end": "16:00", "grace_in": "5m",
                 "breaks": [{"from": "12:00", "to": "12:30", "paid": False}]}],
        schedule=[{"department": f"d{i}", "from": "2026-01-01", "shift": "day"} for i in range(DEPARTMENTS)],
        checkpoints=[dict(id=f"CP{i}", name=f"Checkpoint {i}", place=f"place-{i % places}", code=f"X{i}")
                     for i in range(ROUTES * CHECKPOINTS)],
        routes=[dict(id=f"route-{i}", name=f"Route {i}", checkpoints=[f"CP{i * CHECKPOINTS + k}" for k in range(CHECKPOINTS)],
                     starts={"every": "2h", "from": "00:00", "to": "22:00"}, duration="60m", tolerance="10m",
                     guards=dict(people=[f"E{i}"])) for i in range(ROUTES)])


def badge(person):
    return str(100_000 + person)


def happenings():
    """Every punch and scan: when, whether it is a punch, and whose or where; in the order of their times, without end."""
    chance = random.Random(1)
    punches = EVENTS_A_DAY - ROUTES * CHECKPOINTS * len(ROUNDS)
    day, due = datetime(2026, 11, 1, tzinfo=ZONE), 0.0
    while True:
        due += punches
        today = [*punched(chance, day, round(due)), *scanned(chance, day)]
        due -= round(due)
        yield from sorted(today)
        day += timedelta(days=1)


def punched(chance, day, count):
    """Everybody comes and leaves, some of them late or early, and punches a few times between."""
    for person in range(PEOPLE):
        between = (count - 2 * PEOPLE + person) // PEOPLE
        minutes = [chance.randint(450, 490), chance.randint(958, 1010)] + [chance.randint(500, 950) for _ in range(between)]
        for minute in minutes:
            yield day + timedelta(minutes=minute, seconds=chance.randint(0, 59)), True, person


def scanned(chance, day):
    """Each round is walked, a checkpoint every five minutes."""
    for route in range(ROUTES):
        for hour in ROUNDS:
            for place in range(CHECKPOINTS):
                time_of_scan = day + timedelta(hours=hour, minutes=5 + 5 * place, seconds=chance.randint(0, 50))
                yield time_of_scan, False, route * CHECKPOINTS + place


def cloud_event(number, moment, is_punch, which):
    text = moment.isoformat(timespec="milliseconds")
    if is_punch:
        device, topic, subject = f"clock-{which % CLOCKS}", "punch.recorded", badge(which)
        data = dict(device=device, badge=subject, direction="unknown", method="card", deviceTime=text[:19],
                    native=dict(userId=subject, state=0))
    else:
        device, topic, subject = f"scanner-{which // CHECKPOINTS}", "scan.recorded", f"CP{which}"
        data = dict(device=device, code=f"X{which}", kind="checkpoint", value=subject, authentic="registered")
    return dict(
        specversion="1.0", id=f"e{number}", source=f"/sites/bench/devices/{device}", type=f"gatehouse.{topic}", subject=subject,
        time=text, datacontenttype="application/json", dataschema=f"urn:gatehouse:{topic}:1", sequence=f"{number + 1:020d}",
        recordedtime=(moment + timedelta(seconds=1)).isoformat(timespec="milliseconds"), data=data)


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[1].isdecimal():
        sys.exit(__doc__)
    print(*written(int(sys.argv[1]), sys.argv[2]))
