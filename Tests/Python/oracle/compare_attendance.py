"""Compares `gatehouse evaluate` with the oracle over generated months.

    python Tests/Python/oracle/compare_attendance.py --seeds 1-100 --gatehouse .build/debug/gatehouse

prints the first difference of each seed, and keeps the smallest site and events found that still show it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from attendance import Oracle  # noqa: E402
from attendance_alerts import alerts  # noqa: E402
from attendance_kpis import Figures  # noqa: E402
from attendance_world import History, Site  # noqa: E402
from generate_attendance import month  # noqa: E402

CODES = ("attendance.", "coverage.", "punch.off_schedule")
KPIS = {
    "attendance.rate", "late.rate", "leave.rate", "overtime.hours", "flexible.coverage", "post.coverage",
    "weekly.hours"}
PARTS = ["attendance", "unscheduled", "kpis", "alerts"]


def expected(raw_site, lines, until):
    """The four lists by the oracle."""
    site = Site(raw_site)
    oracle = Oracle(site, History(lines, until))
    return {
        "attendance": oracle.records(), "unscheduled": oracle.unscheduled(), "kpis": Figures(oracle).all(),
        "alerts": alerts(oracle)}


def evaluated(gatehouse, raw_site, lines, until):
    """The same lists by `gatehouse evaluate`."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/site.yaml", "w") as file:
            json.dump(raw_site, file, indent=1)
        with open(f"{folder}/events.jsonl", "w") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        command = [
            gatehouse, "evaluate", "--site", f"{folder}/site.yaml", "--events", f"{folder}/events.jsonl",
            "--format", "json"]
        if until is not None:
            command += ["--until", Site(raw_site).place.text(until)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if run.returncode != 0:
        raise RuntimeError(f"evaluate exits with {run.returncode}: {run.stderr.strip() or run.stdout.strip()}"[:2000])
    found = json.loads(run.stdout)
    found = {part: found[part] for part in PARTS}
    found["kpis"] = [row for row in found["kpis"] if row["kpi"] in KPIS]
    found["alerts"] = [
        {**row, "evidence": sorted(row["evidence"])} for row in found["alerts"] if row["code"].startswith(CODES)]
    return found


def row_order(row):
    return json.dumps(row, sort_keys=True)


def differences(want, got, parts=PARTS):
    """(part, rows only expected, rows only given) for each part that differs."""
    found = []
    for part in parts:
        mine, theirs = want[part], got[part]
        if part == "alerts":
            mine, theirs = sorted(mine, key=row_order), sorted(theirs, key=row_order)
        if mine == theirs:
            continue
        missing = list(mine)
        extra = []
        for row in theirs:
            if row in missing:
                missing.remove(row)
            else:
                extra.append(row)
        found.append((part, missing, extra))
    return found


class Case:
    def __init__(self, gatehouse, parts):
        self.gatehouse, self.parts, self.row = gatehouse, parts, 0

    def differences(self, site, lines, until):
        if not lines or not History(lines, until).events:
            return []
        return differences(
            expected(site, lines, until), evaluated(self.gatehouse, site, lines, until), self.parts)

    def minimised(self, site, lines, until, first, seconds=40):
        """Fewer events (and no `--until`), while the first difference stays in its part and of its kind."""
        started = time.monotonic()

        def kind(found):
            part, missing, extra = found
            row = (missing[self.row:] or missing or extra or [{}])[0]
            return part, row.get("code"), row.get("kpi"), row.get("subject"), bool(missing), bool(extra)

        def stays(fewer, until):
            try:
                return any(kind(f) == kind(first) for f in self.differences(site, fewer, until))
            except (RuntimeError, subprocess.TimeoutExpired):
                return False

        if until is not None and stays(lines, None):
            until = None
        chunk = max(1, len(lines) // 2)
        while time.monotonic() - started < seconds:
            n = 0
            dropped = False
            while n < len(lines) and time.monotonic() - started < seconds:
                fewer = lines[:n] + lines[n + chunk:]
                if stays(fewer, until):
                    lines, dropped = fewer, True
                else:
                    n += chunk
            if chunk == 1 and not dropped:
                break
            chunk = max(1, chunk // 2)
        return lines, until


def brief(line):
    return f"{line['recordedtime']} {line['type'][10:]} {line['id']} time={line['time']} {json.dumps(line['data'])}"


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", default="1-20")
    asked.add_argument("--gatehouse", default=os.environ.get("GATEHOUSE_BIN", ".build/debug/gatehouse"))
    asked.add_argument("--parts", default=",".join(PARTS))
    asked.add_argument("--keep", help="a folder for the cases that differ")
    asked.add_argument("--minimise", type=int, default=40, help="seconds a case; 0 for not at all")
    asked.add_argument("--stop-after", type=int, default=5)
    asked = asked.parse_args()
    low, _, high = asked.seeds.partition("-")
    case = Case(asked.gatehouse, asked.parts.split(","))
    differing = 0
    records = 0
    for seed in range(int(low), int(high or low) + 1):
        site, lines, until = month(seed)
        try:
            want = expected(site, lines, until)
            records += len(want["attendance"])
            found = differences(want, evaluated(asked.gatehouse, site, lines, until), case.parts)
        except RuntimeError as problem:
            print(f"seed {seed}: {problem}")
            differing += 1
            found = []
        if not found:
            continue
        differing += 1
        print(f"seed {seed}: {', '.join(f'{p} -{len(m)} +{len(x)}' for p, m, x in found)}")
        if asked.minimise and differing <= asked.stop_after:
            lines, until = case.minimised(site, lines, until, found[0], asked.minimise)
            found = case.differences(site, lines, until) or found
        for part, missing, extra in found[:2]:
            print(f"  {part}: expected {json.dumps(missing[:2])}\n  {' ' * len(part)}       got {json.dumps(extra[:2])}")
        if asked.keep:
            os.makedirs(asked.keep, exist_ok=True)
            with open(f"{asked.keep}/{seed}.site.yaml", "w") as file:
                json.dump(site, file, indent=1)
            with open(f"{asked.keep}/{seed}.events.jsonl", "w") as file:
                file.writelines(json.dumps(line) + "\n" for line in lines)
        if len(lines) <= 12:
            print("  until:", Site(site).place.text(until) if until is not None else None)
            print("\n".join("  " + brief(line) for line in lines))
            print("  site:", json.dumps({k: site[k] for k in site if k not in ("name", "language")}))
        if differing >= asked.stop_after:
            print("stopped")
            break
    print(f"{differing} seeds differ; {records} records compared")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
