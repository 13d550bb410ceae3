#!/usr/bin/env python3
"""Polls a second of 16 OSDP readers on one line: the gateway against libosdp's own panel, at the same rate.

    python3 Tests/Benchmarks/osdp_polls.py --gatehouse .build/release/gatehouse [--quick] [--json FILE]

Needs PyPI `libosdp`. The readers are a process of their own behind a pseudo-terminal, the same for both panels. It
answers as fast as a line of that rate would let it: each exchange takes the time of all its bytes, and a millisecond in
which the reader thinks. Both panels are asked to poll each reader every 50 ms, which is what libosdp always does.

The gateway leaves the line quiet for two characters between an answer and the next reader's question, as OSDP wants it;
libosdp does not. The bar is libosdp's figure with that gap in it.
"""

import argparse
import json
import os
import pty
import select
import subprocess
import sys
import tempfile
import time
import tty

READERS = 16
PERIOD_MILLISECONDS = 50
THINKING = 0.001
ANSWERS = {
    0x60: (0x40, b""),
    0x61: (0x45, bytes.fromhex("112233070101000000010203")),
    0x62: (0x46, bytes.fromhex("030101080100")),
    0x64: (0x48, b"\0\0"),
}


def measure(bench):
    """Two rates, as rows of bench.py."""
    for rate in (9600, 115_200):
        seconds = bench.size(20, 6)
        ours = gateway(bench, rate, seconds)
        theirs = panel(rate, seconds)
        bar = 1 / (1 / theirs["polls"] + 20 / rate)
        bench.row(
            f"OSDP polls/s, {READERS} readers on one line, {rate} baud", f"{ours['polls']:.0f}/s",
            f"≥ {bar:.0f}/s, fairly shared", ours["polls"] >= bar and ours["least"] >= 0.8 * ours["most"],
            f"libosdp's panel {theirs['polls']:.0f}/s",
            f"a reader {ours['least']:.1f} to {ours['most']:.1f}/s against {theirs['least']:.1f} to "
            f"{theirs['most']:.1f}/s; processor {ours['processor']:.1f} % against {theirs['processor']:.1f} %")
        bench.series[f"osdp {rate}"] = dict(ours=ours, libosdp=theirs)


def gateway(bench, rate, seconds):
    """What the gateway gets out of the readers."""
    with Readers(rate) as readers:
        devices = "".join(
            f'  - {{ id: reader-{address}, driver: osdp, match: {{ tty: "{readers.tty}" }}, line: {{ rate: {rate} }}, '
            f'settings: {{ address: {address}, poll: "{PERIOD_MILLISECONDS}ms" }} }}\n' for address in range(READERS))
        site = f"site: bench\ntimezone: Asia/Shanghai\ndevices:\n{devices}"
        with bench.daemon(f"osdp-{rate}", site) as daemon:
            return readers.rate_over(seconds, daemon.pid)


def panel(rate, seconds):
    """What libosdp's own panel gets out of them."""
    with Readers(rate) as readers:
        with subprocess.Popen([sys.executable, __file__, "--be-panel", readers.tty]) as process:
            try:
                return readers.rate_over(seconds, process.pid)
            finally:
                process.kill()


class Readers:
    """The process with the readers."""

    def __init__(self, rate):
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--be-readers", str(rate)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.tty = json.loads(self.process.stdout.readline())["tty"]

    def polls(self):
        """How often each was polled so far."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["polls"]

    def rate_over(self, seconds, pid):
        """Waits until all are polled, and measures from then on."""
        end = time.monotonic() + 60
        while min(self.polls()) < 10:
            if time.monotonic() > end:
                raise SystemExit(f"not all readers are polled within 60 s: {self.polls()}")
            time.sleep(0.1)
        before, processor, start = self.polls(), cpu_seconds(pid), time.monotonic()
        time.sleep(seconds)
        after, took = self.polls(), time.monotonic() - start
        rates = [(last - first) / took for first, last in zip(before, after)]
        return dict(
            polls=sum(rates), least=min(rates), most=max(rates), processor=(cpu_seconds(pid) - processor) / took * 100)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def cpu_seconds(pid):
    """Processor time of a process so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# The readers


def crc(data):
    value = 0x1D0F
    for byte in data:
        value = (value << 8 & 0xFFFF) ^ TABLE[value >> 8 ^ byte]
    return bytes([value & 255, value >> 8])


def table_entry(index):
    value = index << 8
    for _ in range(8):
        value = (value << 1 ^ 0x1021) & 0xFFFF if value & 0x8000 else value << 1
    return value


TABLE = [table_entry(index) for index in range(256)]


def be_readers(rate):
    """Answers for all of them, at the pace of the line, and says how often each was polled when asked."""
    master, slave = pty.openpty()
    tty.setraw(master)
    tty.setraw(slave)
    print(json.dumps({"tty": os.ttyname(slave)}), flush=True)
    polls = [0] * READERS
    pending = b""
    while True:
        ready, _, _ = select.select([master, sys.stdin], [], [])
        if sys.stdin in ready:
            if not sys.stdin.readline():
                return
            print(json.dumps({"polls": polls}), flush=True)
        if master in ready:
            arrived = time.monotonic()
            pending = answer_all(master, pending + os.read(master, 4096), polls, rate, arrived)


def answer_all(master, pending, polls, rate, arrived):
    """Answers every whole command; returns what is left."""
    while (start := pending.find(b"\x53")) >= 0 and len(pending) >= start + 4:
        length = pending[start + 2] | pending[start + 3] << 8
        if len(pending) < start + length:
            return pending
        command, pending = pending[start : start + length], pending[start + length :]
        address, control, code = command[1], command[4], command[5]
        if address >= READERS or code not in ANSWERS or crc(command[:-2]) != command[-2:]:
            continue
        polls[address] += code == 0x60
        reply_code, data = ANSWERS[code]
        body = bytes([0x53, address | 0x80, 8 + len(data), 0, control, reply_code]) + data
        reply = body + crc(body)
        # An idle byte goes before each command.
        due = arrived + (1 + len(command) + len(reply)) * 10 / rate + THINKING
        time.sleep(max(0, due - time.monotonic()))
        os.write(master, reply)
    return pending if b"\x53" in pending else b""


# libosdp's panel


def be_panel(path):
    """Polls them for ever, looking for answers every half millisecond."""
    import osdp

    class Line(osdp.Channel):
        def __init__(self):
            super().__init__()
            self.descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            tty.setraw(self.descriptor)

        def read(self, max_bytes):
            try:
                return os.read(self.descriptor, max_bytes)
            except BlockingIOError:
                return b""

        def write(self, buf):
            return os.write(self.descriptor, buf)

        def flush(self):
            self.read(4096)

    line = Line()
    readers = [osdp.PDInfo(address, line) for address in range(READERS)]
    panel = osdp.ControlPanel(readers, osdp.LogLevel.Emergency)
    while True:
        panel.ctx.refresh()
        select.select([line.descriptor], [], [], 0.0005)


class Alone:
    """As much of bench.py as these rows need."""

    def __init__(self, arguments, folder):
        self.gatehouse, self.quick, self.folder = os.path.abspath(arguments.gatehouse), arguments.quick, folder
        self.rows, self.series = [], {}

    def size(self, full, quick):
        return quick if self.quick else full

    def daemon(self, data, site):
        from parts import Daemon

        path = os.path.join(self.folder, f"{data}.yaml")
        with open(path, "w") as file:
            file.write(site)
        return Daemon(self.gatehouse, os.path.join(self.folder, data), path)

    def row(self, what, value, bar, met, baseline="", note=""):
        self.rows.append(dict(what=what, value=value, bar=bar, met=bool(met), baseline=baseline, note=note))
        print(f"{'ok  ' if met else 'MISS'} {what:<58} {value:>12}   bar {bar:<20} {baseline}  ({note})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gatehouse", default=".build/release/gatehouse")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("--be-readers", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--be-panel", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.be_readers:
        return be_readers(arguments.be_readers)
    if arguments.be_panel:
        return be_panel(arguments.be_panel)
    with tempfile.TemporaryDirectory(prefix="gatehouse-osdp-") as folder:
        bench = Alone(arguments, folder)
        measure(bench)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(dict(rows=bench.rows, series=bench.series), file, indent=2)
    return 0 if all(row["met"] for row in bench.rows) else 1


if __name__ == "__main__":
    sys.exit(main())
