"""Makes the picture in the README: runs the demo and draws what its terminal shows.

    python3 examples/picture.py .build/debug/gatehouse examples/demo.svg
"""

import html
import re
import subprocess
import sys

COLOURS = {"punch": "#7ee787", "scan": "#7ee787", "device.disconnected": "#e3b341", "device.faulted": "#e3b341",
           "device": "#79c0ff", "alert": "#ff7b72"}
WIDTH, LINE, LEFT = 1180, 19, 22
EVENT = re.compile(r"^(\d+)  ([\d-]+ [\d:]+)  (\S+)(\s+)(.*)$")


def lines_of(program, seconds=24):
    output = subprocess.run([program, "demo", "--seconds", str(seconds)], capture_output=True, text=True, check=True)
    lines = output.stdout.splitlines()
    # The folder of a run means nothing to a reader.
    return [re.sub(r"/\S*gatehouse-demo-\d+", "/tmp/gatehouse-demo", line) for line in lines]


def chosen(lines, most=34):
    """The introduction, then a stretch of events in which a device goes and comes back."""
    start = next(i for i, line in enumerate(lines) if EVENT.match(line))
    introduction = [line for line in lines[:start] if line.strip()][:5]
    events = lines[start:]
    gone = next((i for i, line in enumerate(events) if "device.disconnected" in line), len(events))
    return introduction + [""] + events[:8] + ["…"] + events[max(8, gone - 8):][:most - 14]


def colour(topic):
    return COLOURS.get(topic) or COLOURS.get(topic.split(".")[0], "#c9d1d9")


def drawn(line, y):
    def span(text, fill):
        return f'<tspan fill="{fill}">{html.escape(text)}</tspan>'

    line = line if len(line) < 138 else line[:137] + "…"
    match = EVENT.match(line)
    if not match:
        body = span(line, "#c9d1d9")
    else:
        sequence, time, topic, gap, rest = match.groups()
        body = span(f"{sequence:>3}  ", "#6e7681") + span(time + "  ", "#8b949e") + span(topic + gap, colour(topic))
        body += span(rest, "#c9d1d9")
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
