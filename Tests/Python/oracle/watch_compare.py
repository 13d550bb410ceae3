"""What the command-line comparers share."""

import argparse
import json
import os
import sys

from watch_kit import PROGRAM, Refused, Zone, evaluate, minimise


def differences(month, expected, program, lines=None):
    """Of one generated month, or of some of its events."""
    lines = month.lines if lines is None else lines
    try:
        got = evaluate(month.site, lines, month.until, program)
    except Refused as refusal:
        return [f"refused: {refusal}"]
    return expected(month.site, lines, month.until).differences(got)


def main(about, months, expected):
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--seeds", default="1-100", help="A-B or A")
    parser.add_argument("--gatehouse", default=PROGRAM)
    parser.add_argument("--keep", help="a folder for the site and events of each seed that differs")
    parser.add_argument("--shrink", action="store_true", help="leave out what does not matter (slow)")
    parser.add_argument("--most", type=int, default=3, help="differences shown of each seed")
    arguments = parser.parse_args()
    first, _, last = arguments.seeds.partition("-")
    bad = 0
    for seed in range(int(first), int(last or first) + 1):
        month = months(seed)
        found = differences(month, expected, arguments.gatehouse)
        if not found:
            continue
        bad += 1
        lines = month.lines
        if arguments.shrink:
            what = found[0].split(" ")[0]
            lines = minimise(lines, lambda fewer: any(
                one.split(" ")[0] == what
                for one in differences(month, expected, arguments.gatehouse, fewer)), budget=200)
            found = differences(month, expected, arguments.gatehouse, lines)
        print(f"seed {seed}: {len(found)} differences, {len(lines)} events")
        for one in found[:arguments.most]:
            print("  " + one)
        if arguments.keep:
            folder = f"{arguments.keep}/{seed}"
            os.makedirs(folder, exist_ok=True)
            with open(f"{folder}/site.yaml", "w") as file:
                json.dump(month.site, file, ensure_ascii=False, indent=1)
            with open(f"{folder}/events.jsonl", "w") as file:
                file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            until = f" --until {Zone(month.site['timezone']).show(month.until)}" if month.until else ""
            print(f"  gatehouse evaluate --site {folder}/site.yaml --events {folder}/events.jsonl{until}")
        sys.stdout.flush()
    print(f"{bad} of {int(last or first) - int(first) + 1} months differ")
    sys.exit(1 if bad else 0)
