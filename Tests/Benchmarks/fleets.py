"""Processor time of the gateway beside many devices that are asked, or ask, all the time."""

import contextlib
import json
import os
import sys
import time

from parts import Daemon, Process, cpu_seconds, head, resident

LINES, READERS = 4, 16
CLOCKS = 100


def readers(bench):
    """64 readers on four lines, each asked ten times a second, which is what they are set to."""
    with contextlib.ExitStack() as stack:
        links = [bench.path(f"line-{number}") for number in range(LINES)]
        for link in links:
            line = stack.enter_context(
                Process([bench.gatehouse, "simulate", "osdp", "--tty", "--link", link, "--set", f"readers={READERS}"]))
            line.read()
        daemon = stack.enter_context(bench.daemon("readers", osdp_site(links)))
        Process.until(lambda: head(daemon.journal) >= LINES * READERS, "64 readers are connected")
        time.sleep(2)
        share, memory = watched(bench, daemon)
    bench.row(
        f"processor, {LINES * READERS} OSDP readers on {LINES} lines", f"{share:.1f} % of a core", "≤ 25 %",
        share <= 25, "", f"each asked every 100 ms; {memory:.0f} MB")


def hall(bench):
    """A hundred clocks, each with a punch and a question every ten seconds."""
    site = adms_site(CLOCKS)
    with Daemon(
        bench.gatehouse, bench.path("hall"), bench.write("hall.yaml", site), more=["--adms", "127.0.0.1:0"]
    ) as daemon:
        with Process([sys.executable, os.path.join(os.path.dirname(__file__), "clocks.py"), "--door", daemon.adms,
                      "--clocks", str(CLOCKS)]) as clocks:
            clocks.read()
            time.sleep(2)
            before = clocks.ask("count")
            began = time.monotonic()
            share, memory = watched(bench, daemon)
            counts = {name: value - before[name] for name, value in clocks.ask("count").items()}
            rate = counts["requests"] / (time.monotonic() - began)
    bench.row(
        f"processor, {CLOCKS} clocks that call in", f"{share:.1f} % of a core", "≤ 10 %",
        share <= 10 and counts["refused"] == 0 and counts["punches"] > 0, "",
        f"{rate:.0f} requests/s, {counts['punches']} punches, {counts['refused']} refused; {memory:.0f} MB")


def watched(bench, daemon):
    """Its share of a core in per cent over a while, and its resident memory in MB."""
    seconds, before = bench.size(15, 6), cpu_seconds(daemon.pid)
    time.sleep(seconds)
    return (cpu_seconds(daemon.pid) - before) / seconds * 100, resident(daemon.pid)


def osdp_site(links):
    return site(
        {"id": f"reader-{number}-{address}", "driver": "osdp", "match": {"tty": link}, "settings": {"address": address}}
        for number, link in enumerate(links) for address in range(READERS))


def adms_site(count):
    return site(
        {"id": f"clock-{number}", "driver": "zkteco-push", "match": {"serial": f"BENCH{number:05}"}}
        for number in range(count))


def site(devices):
    # JSON is YAML too.
    return json.dumps({"site": "bench", "timezone": "UTC", "devices": list(devices)})
