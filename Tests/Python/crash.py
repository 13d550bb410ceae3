"""Kills the gateway again and again while devices stream and subscribers listen, and looks what it kept.

    python crash.py --kills 1000 --seed 7

Simulated clocks and scanners run beside the daemon and survive it; people punch and scan without a pause. The daemon
is killed (SIGKILL) at some instant and started again on the same folder and ports. While it is dead, its journal is
read:

- what a clock had acknowledged, or was allowed to erase, is there, once;
- what was answered OK to an APPEND is there, once, at the sequence that was answered; a batch is there whole or not
  at all;
- what any subscriber or replay gave is there, byte for byte, and no heartbeat was ahead of the journal;
- the sequence has no gap, each topic's chain of `previous` holds, no source and id is there twice, nothing written
  has changed.

At the end every punch in every clock's log is there under one name, what a `device.synced` vouched for lies before
it, each scan is there at most once and in order, every connection that a killed daemon left open is closed, the
subscriber of `examples/python` has every punch, `gatehouse verify` says intact, and the daemon stops in order.

The seed decides who does what, which kind of instant is chosen and how long it takes; the processes' own pace is not
repeatable, so the same seed asks the same questions and need not meet the same answer. SIGKILL loses what a process
holds, not what the system holds: that the journal waits for the disk is another test's business.
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import random
import secrets
import shlex
import shutil
import sqlite3
import sys
import tempfile
import time

import zmq

from crash_witnesses import (
    SITE,
    Appender,
    Evidence,
    Follower,
    Listener,
    Mirror,
    Replay,
    Witness,
    check_clock,
    connected,
    digest,
    identity,
    require,
    source_of,
)
from daemon import Daemon, Late, Refused, Simulation, device, gatehouse, wait_for, write_site

ZONE = "Asia/Shanghai"

# A long log over TCP, a lossless one over UDP, and one of eight-byte records so small that it is cleared over and over.
CLOCKS = {
    "gate-1-clock": ("tcp", ["--record-size", "40", "--records", "300"], {"clear_log": "never"}),
    "gate-2-clock": ("udp", ["--record-size", "16"], {"clear_log": "never"}),
    "gate-3-clock": ("tcp", ["--record-size", "8B", "--capacity", "150"], {"clear_log": "when_full"}),
}
PEOPLE = 400
SCANNERS = ["dock-scanner", "guardroom-scanner"]

# The kinds of instant, and how often each is chosen.
INSTANTS = {"any": 9, "start": 4, "read-out": 3, "replay": 2, "append": 2, "first start": 2}


class Plant:
    """The devices, and what people have done at them."""

    def __init__(self, place, seed):
        self.clocks = {}
        self.scanners = {}
        self.place, self.seed = place, seed

    def __enter__(self):
        try:
            for number, (name, (transport, options, _)) in enumerate(CLOCKS.items()):
                common = ["--seed", self.seed + number, "--serial", f"SIM{name}", "--zone", ZONE, "--users", PEOPLE]
                self.clocks[name] = Simulation("zkteco", *options, *common, listen=f"{transport}://127.0.0.1:0")
            socket, terminal = SCANNERS
            self.scanners[socket] = Simulation("line-scanner")
            self.scanners[terminal] = Simulation("line-scanner", "--tty", "--link", f"{self.place}/scanner")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for simulation in [*self.clocks.values(), *self.scanners.values()]:
            simulation.close()

    def site(self):
        """Writes the site file that names the devices."""
        clocks = [
            device(name, "zkteco", self.clocks[name].host, role="clock", clock="report", **CLOCKS[name][2])
            for name in CLOCKS
        ]
        socket, terminal = SCANNERS
        scanners = [
            device(socket, "line-scanner", self.scanners[socket].host, role="patrol"),
            device(terminal, "line-scanner", tty=self.scanners[terminal].address, role="patrol"),
        ]
        return write_site(self.place, clocks + scanners, site=SITE, timezone=ZONE)


class People(Witness):
    """Everybody at the plant: they punch and scan, now and then many at once, and stop for nothing."""

    def __init__(self, plant, seed):
        super().__init__("the people")
        self.plant, self.random = plant, random.Random(f"people {seed}")
        self.punches, self.scans = collections.Counter(), collections.Counter()
        self.refused = collections.Counter()

    def step(self):
        if self.random.random() < 0.6:
            self.punch(self.random.choice(list(CLOCKS)))
        else:
            self.scan(self.random.choice(SCANNERS))
        self.ending.wait(self.random.expovariate(80))

    def scan(self, name):
        self.scans[name] += 1
        self.plant.scanners[name].tell(scan=f"{name}:{self.scans[name]:06}")

    def punch(self, name):
        """One person punches, or a whole shift on its way home, and one in a hundred is new here."""
        for _ in range(1 if self.random.random() < 0.98 else self.random.randrange(2, 30)):
            self.punches[name] += 1
            # Nobody punches twice in the same second: those two would be one.
            known = 10001 + self.punches[name] % PEOPLE
            badge = known if self.random.random() < 0.99 else 30000 + self.punches[name]
            try:
                self.plant.clocks[name].tell(punch={"badge": str(badge), "state": self.random.randrange(2)})
            except Refused as refusal:
                # A full log, or a keypad locked while the log is cleared: the person sees it, and there was no punch.
                reason = str(refusal).partition(";")[0].partition(":")[0]
                require(reason in ("the log is full", "the client has locked the keypad"), f"{name}: {refusal}")
                self.refused[reason] += 1


class Crash:
    """One run: the daemon, everybody around it, and the kills."""

    def __init__(self, place, seed, instants=INSTANTS):
        self.place, self.instants = place, instants
        self.random = random.Random(f"crash {seed}")
        self.evidence = Evidence()
        self.mirror = Mirror(f"{place}/data/journal.sqlite")
        self.counts = collections.Counter()
        self.slowest_start = 0.0
        self.plant = Plant(place, seed)
        self.people = People(self.plant, seed)
        self.follower = None
        self.witnesses = [self.people]

    def run(self, kills):
        with self.plant:
            self.daemon = Daemon(f"{self.place}/data", "--site", self.plant.site())
            with self.daemon:
                try:
                    self.begin()
                    for number in range(1, kills + 1):
                        self.kill_once(number)
                    self.settle()
                    self.judge()
                finally:
                    if self.follower:
                        self.follower.close()

    def begin(self):
        self.appender = Appender(self.daemon, self.evidence, random.Random(self.random.random()))
        self.witnesses += [self.appender, Listener(self.daemon, self.evidence)]
        self.follower = Follower(self.daemon, self.evidence, self.place)
        for witness in self.witnesses:
            witness.start()

    # The kills

    def kill_once(self, number):
        instant = self.random.choices(list(self.instants), self.instants.values())[0]
        self.counts[instant] += 1
        if instant == "first start":
            return self.kill_a_first_start(number)
        if not self.daemon.is_running:
            self.start(wait=instant != "start")
        replay = self.approach(instant)
        require(self.daemon.kill(), f"the daemon ended by itself:\n{self.daemon.last_words()}")
        if replay:
            replay.close()
        self.look()
        if self.random.random() < 0.05:
            self.follower.restart()
        return None

    def start(self, wait):
        began = time.monotonic()
        self.daemon.start(wait)
        if wait:
            self.slowest_start = max(self.slowest_start, time.monotonic() - began)

    def approach(self, instant):
        """Waits for the instant of the next kill; the replay that is to be cut off, if any."""
        if instant == "start":
            time.sleep(self.random.uniform(0, 0.25))
        elif instant == "read-out":
            self.read_out()
        elif instant == "replay":
            time.sleep(self.random.uniform(0, 0.2))
            replay = Replay(self.daemon, self.evidence)
            replay.take(self.random.randrange(1, self.mirror.head + 2), 2000)
            return replay
        elif instant == "append":
            time.sleep(self.random.uniform(0, 0.2))
            self.appender.sent.clear()
            self.appender.big.set()
            self.appender.sent.wait(1)
            self.appender.sent.clear()
            self.appender.sent.wait(1)
            time.sleep(self.random.uniform(0, 0.03))
        else:
            time.sleep(self.random.uniform(0.1, 1.5))
        return None

    def read_out(self):
        """Has all clocks read out and does not wait for it. One that is not connected yet will be read when it is."""
        time.sleep(self.random.uniform(0.05, 0.2))
        with connected(zmq.DEALER, self.daemon.requests) as socket:
            for name in CLOCKS:
                socket.send_multipart([b"c", b"COMMAND", name.encode(), b"read-log", b"{}"])
            time.sleep(self.random.uniform(0, 0.15))

    def kill_a_first_start(self, number):
        """A gateway of its own, without devices, dies while it makes its journal, and must start on what is left."""
        with contextlib.closing(Daemon(f"{self.place}/first-{number}")) as daemon:
            daemon.start(wait=False)
            begun = pathlib.Path(daemon.data)
            wait_for("a file in the data folder", lambda: any(begun.glob("*")), pause=0)
            time.sleep(self.random.uniform(0, 0.03))
            require(daemon.kill(), f"a first start ended by itself:\n{daemon.last_words()}")
            daemon.start()
            word, head = daemon.ask(b"HEAD")
            require(word == b"OK", f"after a first start that was killed it answered {word!r}: {head!r}")
            daemon.kill()
        Mirror(f"{daemon.data}/journal.sqlite").read()

    # The looks

    def look(self):
        """The daemon is dead: holds what it left against what it had promised."""
        self.mirror.read()
        for name, clock in self.plant.clocks.items():
            for kind, promise in [("acknowledged", "was acknowledged"), ("erased", "was erased from the clock")]:
                punches = clock.tell(report=True, list=kind)["punches"]
                check_clock(self.mirror, name, punches, f"{promise} and is not in the journal")
        self.follower.take()
        self.evidence.check(self.mirror)
        for witness in [*self.witnesses, self.follower]:
            witness.check()

    def settle(self):
        """The last start, into a quiet plant: what nobody has acknowledged must arrive, and whatever is done then."""
        self.people.end()
        self.start(wait=True)
        self.daemon.wait_online(*CLOCKS, *SCANNERS)
        for name in CLOCKS:
            self.people.punch(name)
        for name in SCANNERS:
            self.people.scan(name)
        self.appender.end()
        self.reports = {name: clock.tell(report=True, list="all") for name, clock in self.plant.clocks.items()}
        self.logs = {name: report["punches"] for name, report in self.reports.items()}
        with contextlib.suppress(Late):  # what is missing is named below
            wait_for("every punch in the journal", self.has_every_punch, seconds=30, pause=0.2)
        for name, punches in self.logs.items():
            check_clock(self.mirror, name, punches, "is in the clock and never came to the journal")
        wait_for("the last scan of each scanner", self.has_the_last_scans, seconds=30, pause=0.2)
        wait_for("every punch at the follower", lambda: self.follower.has_all(self.mirror), seconds=30, pause=0.2)
        require(self.daemon.stop() == 0, f"the daemon did not stop in order:\n{self.daemon.last_words()}")
        for witness in self.witnesses:
            witness.end()

    def has_every_punch(self):
        self.mirror.read()
        return all(
            (source_of(name), identity(punch)) in self.mirror.places
            for name, punches in self.logs.items()
            for punch in punches
        )

    def has_the_last_scans(self):
        self.mirror.read()
        codes = {row.data["code"] for _, row in self.mirror.of_topic("scan.recorded")}
        return all(f"{name}:{self.people.scans[name]:06}" in codes for name in SCANNERS)

    def judge(self):
        """Looks at the whole once more, with fresh eyes and with the gateway's own."""
        self.look()
        self.evidence.check_batches(self.mirror)
        for name, punches in self.logs.items():
            check_log(self.mirror, name, punches)
            check_synced(self.mirror, name, punches)
        for name in SCANNERS:
            check_scans(self.mirror, name, self.people.scans[name])
        check_links(self.mirror)
        check_file(self.mirror)
        check_commands(self.mirror, self.daemon.data)

    def summary(self):
        topics = collections.Counter(row.topic for row in self.mirror.rows.values())
        in_logs = sum(len(punches) for punches in self.logs.values())
        erased = sum(report["erased"] for report in self.reports.values())
        scans = sum(self.people.scans.values())
        return "\n".join(
            [
                f"{sum(self.counts.values())} kills: {shown(self.counts)}",
                f"{self.mirror.head} events: {shown(topics)}",
                f"{in_logs} punches made, all there; {topics['scan.recorded']} of {scans} scans",
                f"{erased} punches cleared from a small log; "
                f"{sum(self.people.refused.values())} refused by a full or locked clock",
                f"{topics['device.synced']} read-outs brought to an end",
                f"{self.evidence.counts['claims']} appended, {self.appender.resent} requests sent again; "
                f"{self.evidence.counts['seen']} events seen, {len(self.follower.got)} by the follower "
                f"in {self.follower.starts} lives",
                f"slowest start {self.slowest_start:.2f} s",
            ]
        )


def shown(counts):
    return ", ".join(f"{number} {name}" for name, number in counts.most_common())


def check_log(mirror, name, punches):
    """A clock's punches are those of its log: none is missing, and none is there twice under two names."""
    made = {identity(punch) for punch in punches}
    require(len(made) == len(punches), f"{name}: two punches with one identity; the test itself is at fault")
    stored = {row.id for _, row in mirror.of_topic("punch.recorded") if row.source == source_of(name)}
    require(made == stored, f"{name}: in its log alone {made - stored}, in the journal alone {stored - made}")


def check_synced(mirror, name, punches):
    """What a `device.synced` vouched for lies before it: whatever the clock held up to that time."""
    places = {mirror.places[source_of(name), identity(punch)]: punch["time"] for punch in punches}
    for sequence, row in mirror.of_topic("device.synced"):
        if row.source == source_of(name):
            through = row.data["through"][:19]  # both in the plant's time zone and so compared as text
            late = [made for place, made in places.items() if place > sequence and made <= through]
            require(not late, f"{name}: synced through {through} at {sequence}, and these came later: {late}")


def check_scans(mirror, name, made):
    """A scanner keeps nothing, so scans may be missing. None may be there twice, out of order or in part."""
    last = 0
    for sequence, row in mirror.of_topic("scan.recorded"):
        if row.source == source_of(name):
            code = row.data["code"]
            number = int(code[-6:]) if code[-6:].isdigit() else 0
            require(code == f"{name}:{number:06}", f"event {sequence}: {code!r} was never scanned at {name}")
            require(last < number <= made, f"event {sequence}: scan {number} of {name} after scan {last}")
            last = number


def check_links(mirror):
    """Each device's connections and disconnections alternate: a gateway closes what the killed one left open."""
    connected_at = {}
    for sequence, row in mirror.rows.items():
        if row.topic == "device.connected":
            before = connected_at.setdefault(row.source, sequence)
            require(before == sequence, f"event {sequence}: {row.source} is connected since event {before}")
        elif row.topic == "device.disconnected":
            require(connected_at.pop(row.source, None), f"event {sequence}: {row.source} was not connected")
    require(not connected_at, f"the gateway has stopped, and these are still connected: {connected_at}")


def check_file(mirror):
    """The file is sound for SQLite, and still says what it said when each event was first read."""
    again = Mirror(mirror.file)
    again.read()
    require(again.rows == mirror.rows, "the journal is not what it was")
    database = sqlite3.connect(mirror.file)
    try:
        require(database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "SQLite finds the file damaged")
    finally:
        database.close()


def check_commands(mirror, data):
    """`verify` finds the chain whole, and `export` gives what was read from the file."""
    verdict = json.loads(gatehouse("verify", "--data", data, "--json"))
    require(
        (verdict["chain"], verdict["events"], verdict["head"]) == ("intact", mirror.head, mirror.head), f"{verdict}"
    )
    lines = gatehouse("export", "--data", data).encode().splitlines()
    require([digest(line) for line in lines] == [row.digest for row in mirror.rows.values()], "the export differs")


def crash(kills, seed):
    """Runs it all; leaves the folder and says how to repeat it when a promise was not kept."""
    place = tempfile.mkdtemp(prefix="crash-")
    run = Crash(place, seed)
    try:
        run.run(kills)
    except BaseException:
        command = shlex.join(["python", os.path.relpath(__file__), "--kills", str(kills), "--seed", str(seed)])
        print(f"seed {seed}; everything is kept in {place}; again: {command}", file=sys.stderr)
        raise
    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="how often (default: 200)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="default: a new one each time")
    parser.add_argument("--keep", action="store_true", help="leave the journal and the logs also when all is well")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    began = time.monotonic()
    run = crash(arguments.kills, arguments.seed)
    print(run.summary())
    print(f"every promise kept, in {time.monotonic() - began:.0f} s")
    if arguments.keep:
        print(f"everything is kept in {run.place}")
    else:
        shutil.rmtree(run.place)


if __name__ == "__main__":
    main()
