"""The modules of the running gateway with a year behind them: how soon they know it after a start, and how soon an alert
follows the event that it comes of."""

import os
import re
import signal
import subprocess
import time
import urllib.parse

from parts import Daemon, Process, head, resident

PEOPLE, ROUTES, CLOCKS, RATE = 1000, 40, 50, 500
# Longer than the longest round of any gateway: without a snapshot everything is worked out anew.
PATIENCE = 1800


def modules(bench):
    """A year of a site, folded once; then starts with a snapshot, and punches of which some raise alerts."""
    folder, days = bench.path("year"), bench.size(365, 30)
    os.mkdir(folder)
    probe = os.path.join(os.path.dirname(bench.gatehouse), "JournalProbe")
    subprocess.run([probe, "year", folder, str(PEOPLE), str(ROUTES), str(days)], check=True, stdout=subprocess.DEVNULL)
    with Year(bench, folder) as daemon:
        without = daemon.seconds_until_current()
        memory = resident(daemon.pid)
        stop = daemon.seconds_to_stop()
    size = os.path.getsize(os.path.join(folder, "modules.snapshot")) / 1e6
    events = head(daemon.journal)
    starts = []
    for _ in range(bench.size(3, 1)):
        with Year(bench, folder) as daemon:
            starts.append(daemon.seconds_until_current())
    with Year(bench, folder) as daemon:
        starts.append(daemon.seconds_until_current())
        fresh = resident(daemon.pid)
        seconds = sorted(starts)[len(starts) // 2]
        bench.row(
            f"start to modules current, {days} days of {PEOPLE:,} people, {events:,} events", f"{seconds:.2f} s", "≤ 3 s",
            seconds <= 3, f"without a snapshot {without:.0f} s",
            f"snapshot of {size:.1f} MB; memory {fresh:.0f} MB then, {memory:.0f} MB after folding it all")
        bench.row("stop with a snapshot of that", f"{stop:.2f} s", "≤ 4.5 s", stop <= 4.5)
        alerts(bench, daemon, days)


def alerts(bench, daemon, days):
    """From an event's arrival at a subscriber to the arrival of the alert that it raises."""
    count = RATE * bench.size(20, 5)
    door = urllib.parse.urlsplit(daemon.adms)
    listener = bench.listener("caused", daemon.events, daemon.requests, "alert.raised", 2 * count)
    listener.read()
    clocks = Process([bench.tools["punches"], *map(str, (door.port, CLOCKS, RATE, count, PEOPLE))])
    with clocks:
        clocks.read()
        brought = clocks.ask("go")
    ours = listener.result()
    theirs = bench.baseline(mode="latency", events=count, rate=RATE, bytes=round(ours["bytes"]))
    complete = ours["missed"] == 0 and ours["broken"] == 0 and brought["refused"] == 0 and ours["events"] >= count / 10
    bench.row(
        f"event → alert on the bus, {RATE} punches/s, p99", f"{ours['p99']:.2f} ms", "≤ 20 ms", complete and ours["p99"] <= 20,
        f"commit and send p99 {theirs['p99Milliseconds']:.2f} ms, {ours['p99'] / theirs['p99Milliseconds']:.1f} ×",
        f"p50 {ours['p50']:.2f} ms, longest {ours['max']:.1f} ms, {ours['measured']:,} alerts among {count:,} punches, "
        f"with {days} days in the modules")
    bench.series["alerts"] = dict(ours=ours, baseline=theirs)


class Year(Daemon):
    """The gateway on that folder; its log is read for the moment at which the modules know the journal."""

    def __init__(self, bench, folder):
        self.began = time.monotonic()
        self.log = bench.path("year.log")
        with open(self.log, "w") as log:
            super().__init__(
                bench.gatehouse, folder, os.path.join(folder, "site.json"), more=["--adms", "127.0.0.1:0"], log="notice",
                stderr=log)

    def seconds_until_current(self):
        """From the start of the process to the word in its log, as the log's reader sees it."""
        self.until(lambda: self.said("the modules know the journal"), "the modules are current", PATIENCE, pause=0.005)
        return time.monotonic() - self.began

    def said(self, words):
        if self.process.poll() is not None:
            raise SystemExit(f"the gateway ended with status {self.process.returncode}")
        with open(self.log) as log:
            return re.search(words, log.read())

    def seconds_to_stop(self):
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        return time.monotonic() - start
