"""Makes the picture in the README: runs the demo for its day and draws what its terminal shows.

    python3 examples/picture.py .build/debug/gatehouse examples/demo.svg

Every line is as it was printed, in its order; where a … stands, readings and arrivals like those around it are left out.
"""

import html
import re
import subprocess
import sys

COLOURS = {"device.disconnected": "#e3b341", "device.faulted": "#e3b341", "punch": "#7ee787", "scan": "#7ee787",
           "device": "#79c0ff", "ALERT": "#ff7b72", "cleared": "#ff7b72"}
WIDTH, LINE, LEFT = 1180, 19, 22
EVENT = re.compile(r"^(\d\d:\d\d)  (\S+)(\s+)(.*)$")
# What a day has many of: of each such run the first line stands for the rest.
MANY = {"device.connected", "device.synced", "punch.recorded", "scan.recorded", "attendance.closed"}


def lines_of(program):
    command = [program, "demo", "--language", "en", "--until-evening"]
    output = subprocess.run(command, capture_output=True, text=True, check=True)
    # The folder of a run means nothing to a reader.
    return [re.sub(r"/\S*gatehouse-demo-\d+", "/tmp/gatehouse-demo", line) for line in output.stdout.splitlines()]


def topic_of(line):
    match = EVENT.match(line)
    return match.group(2) if match else None


def chosen(lines):
    """The introduction, the day without what it has many of, and the summary."""
    start = next(place for place, line in enumerate(lines) if EVENT.match(line))
    kept = [line for line in lines[:start] if line.strip()][:5] + [""]
    for place, line in enumerate(lines[start:], start):
        is_one_of_many = topic_of(line) in MANY and topic_of(line) == topic_of(lines[place - 1])
        if not is_one_of_many:
            kept.append(line)
        elif kept[-1] != "…":
            kept.append("…")
    return kept


def colour(topic, rest):
    word = rest.split(" ")[0]
    return COLOURS.get(word) or COLOURS.get(topic) or COLOURS.get(topic.split(".")[0], "#d2a8ff")


def drawn(line, y):
    def span(text, fill):
        return f'<tspan fill="{fill}">{html.escape(text)}</tspan>'

    line = line if len(line) < 140 else line[:139] + "…"
    match = EVENT.match(line)
    if not match:
        body = span(line, "#c9d1d9")
    else:
        time, topic, gap, rest = match.groups()
        body = span(time + "  ", "#8b949e") + span(topic + gap, colour(topic, rest)) + span(rest, "#c9d1d9")
    return f'<text x="{LEFT}" y="{y}" xml:space="preserve">{body}</text>'


def picture(lines):
    height = LINE * (len(lines) + 3)
    rows = [drawn(line, 52 + LINE * index) for index, line in enumerate(lines)]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#0d1117"/>',
        '<text x="22" y="26" fill="#8b949e">$ make demo</text>', *rows, "</svg>", ""])


if __name__ == "__main__":
    program, target = sys.argv[1:3]
    with open(target, "w", encoding="utf-8") as file:
        file.write(picture(chosen(lines_of(program))))
