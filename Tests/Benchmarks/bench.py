#!/usr/bin/env python3
"""Measures a release build of gatehouse beside a baseline in C that runs in the same minute.

    python3 Tests/Benchmarks/bench.py --gatehouse .build/release/gatehouse [--quick] [--json FILE] [--only NAME]...

Needs a C compiler and the headers of libzmq and SQLite; Python itself only starts and reads, it never handles an event.
What each figure means stands in README.md beside this file.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time

from decoders import decoders
from evaluating import evaluating
from fleets import hall, readers
from modules_live import modules
from osdp_polls import measure as polls
from parts import (Daemon, Process, build, count_of, cpu_seconds, head, last_of, resident, scanner_site, shape,
                   system_facts, zk_site)

class Bench:
    """What all measurements share: the programs, a folder to work in, how long to measure."""

    def __init__(self, arguments, folder):
        self.gatehouse = os.path.abspath(arguments.gatehouse)
        self.decoders = os.path.join(os.path.dirname(self.gatehouse), "DecoderProbe")
        self.folder = folder
        self.quick = arguments.quick
        self.tools = build(folder)
        self.rows = []
        self.series = {}

    def size(self, full, quick):
        return quick if self.quick else full

    def path(self, name):
        return os.path.join(self.folder, name)

    def row(self, what, value, bar, met, baseline="", note=""):
        self.rows.append(dict(what=what, value=value, bar=bar, met=bool(met), baseline=baseline, note=note))
        print_row(self.rows[-1])

    def scanners(self, count):
        scanners = Process([self.tools["scanners"], "--ports", str(count)])
        return scanners, scanners.read()["ports"]

    def listener(self, *arguments):
        return Process([self.tools["listener"], *map(str, arguments)])

    def baseline(self, **options):
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return Process([self.tools["baseline"], "--file", self.path("baseline.sqlite"), *words]).result()

    def daemon(self, data, site=None):
        return Daemon(self.gatehouse, self.path(data), site and self.write(f"{data}.yaml", site))

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def with_scanners(self, count, data):
        """A daemon with that many scanners connected."""
        scanners, ports = self.scanners(count)
        daemon = self.daemon(data, scanner_site(ports))
        scanners.until(lambda: scanners.ask("connected")["connected"] == count, f"{count} scanners are connected")
        return scanners, daemon


def print_row(row):
    print(f"{'ok  ' if row['met'] else 'MISS'} {row['what']:<58} {row['value']:>22}   bar {row['bar']:<30} "
          f"{row['baseline']}{'  (' + row['note'] + ')' if row['note'] else ''}", flush=True)


def idle(bench):
    """Memory of a gateway without devices; processor time with 50 quiet ones; memory with 200."""
    with bench.daemon("idle") as daemon:
        time.sleep(bench.size(5, 3))
        memory = resident(daemon.pid)
        bench.row("resident memory, idle", f"{memory:.1f} MB", "≤ 40 MB", memory <= 40)

    scanners, daemon = bench.with_scanners(50, "quiet")
    with scanners, daemon:
        time.sleep(2)
        seconds, before = bench.size(30, 8), cpu_seconds(daemon.pid)
        time.sleep(seconds)
        share = (cpu_seconds(daemon.pid) - before) / seconds * 100
        bench.row("processor when idle, 50 quiet devices", f"{share:.2f} % of a core", "≤ 1 %", share <= 1)

    scanners, daemon = bench.with_scanners(200, "many")
    with scanners, daemon:
        scanners.ask("blast 2000")
        scanners.until(lambda: head(daemon.journal) >= 2200, "2000 scans and who sent them are in the journal")
        time.sleep(1)
        memory = resident(daemon.pid)
        bench.row(
            "resident memory, 200 devices that have each sent 10 scans", f"{memory:.1f} MB", "≤ 100 MB", memory <= 100)


def latency(bench):
    """Wire byte to subscriber at 500 events a second."""
    count = 500 * bench.size(20, 5)
    scanners, daemon = bench.with_scanners(50, "latency")
    with scanners, daemon:
        listener = bench.listener("live", daemon.events, daemon.requests, "scan.recorded", count)
        listener.read()
        scanners.ask(f"pace 500 {count}")
        ours = listener.result()
    bytes_each = round(ours["bytes"])
    theirs = bench.baseline(mode="latency", events=count, rate=500, bytes=bytes_each)
    ratio = ours["p99"] / theirs["p99Milliseconds"]
    complete = ours["missed"] == 0 and ours["broken"] == 0 and ours["measured"] == count
    bench.row(
        "wire byte → subscriber, 500 events/s, p99", f"{ours['p99']:.2f} ms", "≤ 10 ms and ≤ 4 × baseline",
        complete and ours["p99"] <= 10 and ratio <= 4,
        f"commit and send p99 {theirs['p99Milliseconds']:.2f} ms, {ratio:.1f} ×",
        f"p50 {ours['p50']:.2f} against {theirs['p50Milliseconds']:.2f} ms, longest {ours['max']:.1f} ms, {count} events")
    bench.series["latency"] = dict(ours=ours, baseline=theirs)


def throughput(bench):
    """50 devices' bytes to a subscriber in another process, as fast as they go. Leaves a journal of over a million."""
    count, rounds = bench.size(400_000, 150_000), bench.size(3, 1)
    scanners, daemon = bench.with_scanners(50, "busy")
    with scanners, daemon:
        scanners.ask("blast 20000")
        # Each scanner's first scan also brings a `device.connected`; from then on every event is a scan.
        scanners.until(lambda: head(daemon.journal) >= 20050, "the gateway is warm")
        results = [one_round(bench, scanners, daemon, count) for _ in range(rounds)]
        ratios = [ours["rate"] / theirs["eventsPerSecond"] for ours, theirs in results]
        ours, theirs = results[ratios.index(statistics.median_low(ratios))]
        lost = sum(result["missed"] + result["broken"] for result, _ in results)
        again = sum(result["replayed"] for result, _ in results)
        bench.row(
            "sustained events/s, 50 devices → journal → subscriber", f"{ours['rate']:,.0f}/s", "≥ half of the baseline",
            lost == 0 and statistics.median_low(ratios) >= 0.5,
            f"{theirs['eventsPerSecond']:,.0f}/s, ratio {statistics.median_low(ratios):.2f}",
            f"batches of {ours['batch']}, {ours['bytes']:.0f} bytes, missed {lost}, read back {again}, gateway {ours['gatewayCPU']:.1f} s and "
            f"subscriber {ours['cpu']:.1f} s of processor in {ours['seconds']:.1f} s, "
            f"ratios {' '.join(f'{ratio:.2f}' for ratio in ratios)}")
        bench.series["throughput"] = [dict(ours=ours, baseline=theirs) for ours, theirs in results]
        deaf_subscriber(bench, scanners, daemon)
        replay(bench, daemon)
    bounds_of_replay(bench)
    restart(bench)


def one_round(bench, scanners, daemon, count):
    listener = bench.listener("live", daemon.events, daemon.requests, "scan.recorded", count)
    listener.read()
    before = cpu_seconds(daemon.pid)
    start = scanners.ask(f"blast {count}")["start"]
    ours = listener.result()
    ours["gatewayCPU"] = cpu_seconds(daemon.pid) - before
    ours["seconds"] = (ours["last"] - start) / 1e9
    ours["rate"] = ours["events"] / ours["seconds"]
    ours["batch"] = max(1, round(ours["events"] / ours["batches"]))
    theirs = bench.baseline(mode="throughput", events=count, batch=ours["batch"], bytes=round(ours["bytes"]))
    return ours, theirs


def deaf_subscriber(bench, scanners, daemon):
    """Memory while a subscriber that never reads is connected for a million events."""
    count, steps = bench.size(1_000_000, 200_000), 20
    start = head(daemon.journal)
    with bench.listener("deaf", daemon.events):
        time.sleep(1)
        series = [(0, resident(daemon.pid))]
        for step in range(1, steps + 1):
            scanners.ask(f"blast {count // steps}")
            through = step * count // steps
            scanners.until(lambda: head(daemon.journal) >= start + through, f"{through} events are in the journal")
            series.append((through, resident(daemon.pid)))
    late = [memory for events, memory in series if events >= count // 2]
    growth = max(late) - late[0]
    bench.series["neverReads"] = series
    print("     " + ", ".join(f"{events // 1000}k: {memory:.0f}" for events, memory in series) + " MB")
    bench.row(
        f"memory, a subscriber that never reads, {count:,} events", f"at most {max(memory for _, memory in series):.0f} MB",
        "bounded: ≤ 5 MB more in 2nd half", growth <= 5, "",
        f"{series[0][1]:.0f} MB before, {growth:.1f} MB more in the second half")


def replay(bench, daemon):
    """Reading the last million events back."""
    count = bench.size(1_000_000, 200_000)
    first = head(daemon.journal) - count + 1
    before = cpu_seconds(daemon.pid)
    result = bench.listener("replay", daemon.requests, first, count).result()
    result["gatewayCPU"] = cpu_seconds(daemon.pid) - before
    result["memory"] = resident(daemon.pid)
    bench.replayed = result, first, count


def bounds_of_replay(bench):
    ours, first, count = bench.replayed
    with Process([bench.tools["replayer"], bench.path("busy/journal.sqlite")]) as replayer:
        theirs = bench.listener("replay", replayer.read()["requests"], first, count).result()
    rates = [result["events"] / (result["last"] - result["first"]) * 1e9 for result in (ours, theirs)]
    seconds = (ours["last"] - ours["first"]) / 1e9
    bench.series["replay"] = dict(ours=ours, baseline=theirs)
    bench.row(
        f"REPLAY of {count:,} events to one subscriber", f"{rates[0]:,.0f}/s", "≥ 200,000/s",
        rates[0] >= 200_000 and ours["missed"] == 0 and ours["events"] == count, f"{rates[1]:,.0f}/s",
        f"gateway {ours['gatewayCPU']:.1f} s and client {ours['cpu']:.1f} s of processor in {seconds:.1f} s")


def restart(bench):
    """From starting the program to the first scan on disk, with the journal of the measurements before."""
    journal = bench.path("busy/journal.sqlite")
    for name, is_cold in (("warm", False), ("file not in memory", True)):
        before, events = last_of(journal, "scan.recorded"), head(journal)
        scanners, ports = bench.scanners(1)
        scanners.ask("first")
        site = bench.write("busy.yaml", scanner_site(ports))
        if is_cold:
            with open(journal, "rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        start = time.monotonic()
        with scanners, Daemon(bench.gatehouse, bench.path("busy"), site, wait=False):
            scanners.until(
                lambda: last_of(journal, "scan.recorded") > before, "the first scan is in the journal", pause=0.002)
            seconds = time.monotonic() - start
        bench.row(
            f"start to first event durable, journal of {events:,} events, {name}", f"{seconds * 1000:.0f} ms", "≤ 1 s",
            seconds <= 1)


def clock_log(bench):
    """A simulated clock's whole log, from the start of the gateway to the last event on disk."""
    count = bench.size(100_000, 20_000)
    clock = Process([bench.gatehouse, "simulate", "zkteco", "--listen", "tcp://127.0.0.1:0", "--records", str(count)])
    with clock:
        address = clock.read(timeout=60)["address"]
        data = bench.path("clock")
        site = bench.write("clock.yaml", zk_site(address))
        busy_before, start = cpu_seconds(clock.pid), time.monotonic()
        with Daemon(bench.gatehouse, data, site) as daemon:
            clock.until(lambda: head(daemon.journal) >= count and count_of(daemon.journal, "punch.recorded") >= count,
                        "the log is in the journal", pause=0.005)
            seconds = time.monotonic() - start
            ours, clocks = cpu_seconds(daemon.pid), cpu_seconds(clock.pid) - busy_before
            batch, size = shape(daemon.journal)
    theirs = bench.baseline(mode="throughput", events=count, batch=batch, bytes=size)
    bar = 3 * count / 100_000
    bench.row(
        f"a clock's log of {count:,} records, start to last event durable", f"{seconds:.2f} s", f"≤ {bar:g} s",
        seconds <= bar,
        f"{theirs['seconds']:.2f} s",
        f"batches of {batch}, {size} bytes, gateway {ours:.2f} s and simulated clock {clocks:.2f} s of processor")


MEASUREMENTS = dict(idle=idle, latency=latency, clock=clock_log, throughput=throughput, decoders=decoders, polls=polls,
                    readers=readers, hall=hall, evaluating=evaluating, modules=modules)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gatehouse", required=True, help="the release build to measure")
    parser.add_argument("--json", help="also write everything measured to this file")
    parser.add_argument("--quick", action="store_true", help="a minute instead of four: fewer events, one round")
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, help="leave the others out")
    parser.add_argument("--folder", help="where the journals are written; default: a temporary folder")
    arguments = parser.parse_args()
    facts = system_facts()
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-", dir=arguments.folder) as folder:
        bench = Bench(arguments, folder)
        for name, measure in MEASUREMENTS.items():
            if not arguments.only or name in arguments.only:
                measure(bench)
        facts["load afterwards"] = f"{os.getloadavg()[0]:.1f}"
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(dict(machine=facts, python=platform.python_version(), quick=arguments.quick, rows=bench.rows,
                           series=bench.series), file, indent=1, ensure_ascii=False)
    missed = [row["what"] for row in bench.rows if not row["met"]]
    print(f"{len(bench.rows) - len(missed)} of {len(bench.rows)} bars are met"
          + (": missed " + "; ".join(missed) if missed else ""))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
