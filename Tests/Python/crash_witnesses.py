"""What the gateway's journal is held against after a crash: the memory of everybody who was promised something.

The journal is read with Python's own sqlite3, so that no code of the gateway judges itself. A reader opens the file
for reading only: it changes nothing of what a killed daemon left.
"""

import collections
import hashlib
import json
import os
import pathlib
import sqlite3
import struct
import subprocess
import sys
import threading
import time

import zmq

from daemon import ROOT

SITE = "test"
CLIENT = f"/sites/{SITE}/clients/crash"

Row = collections.namedtuple("Row", "topic source id previous digest hash data")
Seen = collections.namedtuple("Seen", "who sequence previous topic digest")
Claim = collections.namedtuple("Claim", "source id sequence")


class Broken(AssertionError):
    """A promise was not kept."""


def require(kept, promise):
    if not kept:
        raise Broken(promise)


def source_of(device):
    return f"/sites/{SITE}/devices/{device}"


def identity(punch):
    """The id that the gateway makes from what a clock's report says of a punch."""
    return "{badge}/{time}/{state}/{verify}".format(**punch)


def digest(body):
    return hashlib.sha256(body).digest()


class Mirror:
    """The journal's rows as they were when first read. Reading on checks each row against the one before it."""

    def __init__(self, file):
        self.file = file
        self.rows = {}
        self.places = {}
        self.heads = collections.defaultdict(int)

    @property
    def head(self):
        return len(self.rows)

    def read(self):
        """Takes up what is new; True when something was."""
        before = self.head
        database = sqlite3.connect(f"{pathlib.Path(self.file).as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            # The last row known is read once more: what lies under the new rows must still be the same.
            rows = database.execute(
                """SELECT sequence, topics.name, sources.name, previous, hash, body
                FROM events JOIN topics ON topics.id = events.topic JOIN sources ON sources.id = events.source
                WHERE sequence >= ? ORDER BY sequence""",
                (before,),
            ).fetchall()
        finally:
            database.close()
        if before:
            require(rows and rows[0][0] == before, f"event {before} was in the journal and is no longer")
            require(rows[0][4] == self.rows[before].hash, f"event {before} is not what it was")
        for row in rows[1 if before else 0 :]:
            self.take(*row)
        return self.head > before

    def take(self, sequence, topic, source, previous, chain, body):
        """Takes up one row; `chain` is the row's hash, of which only the gateway knows how it is made."""
        require(sequence == self.head + 1, f"event {sequence} follows event {self.head}: a gap in the sequence")
        require(
            previous == self.heads[topic],
            f"event {sequence}: the {topic} before it is {self.heads[topic]}, not {previous}",
        )
        event = json.loads(body)
        require(event["sequence"] == f"{sequence:020}", f"event {sequence} says it were {event['sequence']}")
        itself = (event["type"], event["source"])
        require(itself == (f"gatehouse.{topic}", source), f"event {sequence} lies about itself: {itself}")
        place = (source, event["id"])
        require(place not in self.places, f"events {self.places.get(place)} and {sequence} are both {place}")
        self.heads[topic] = self.places[place] = sequence
        self.rows[sequence] = Row(topic, source, event["id"], previous, digest(body), chain, event["data"])

    def of_topic(self, topic):
        """Sequence and row of each event of a topic, in order."""
        return ((sequence, row) for sequence, row in self.rows.items() if row.topic == topic)


class Evidence:
    """What was seen, answered and acknowledged, and is still to be held against the journal."""

    def __init__(self):
        self.lock = threading.Lock()
        self.seen, self.claims, self.batches, self.beats = [], [], [], []
        self.counts = collections.Counter()

    def add(self, *, seen=(), claims=(), batches=(), beats=()):
        """Called from any thread."""
        with self.lock:
            self.seen += seen
            self.claims += claims
            self.batches += batches
            self.beats += beats

    def check(self, mirror):
        """Holds what has come in since the last time against the journal, which must have been read after it."""
        with self.lock:
            seen, self.seen = self.seen, []
            claims, self.claims = self.claims, []
            beats, self.beats = self.beats, []
        for event in seen:
            row = mirror.rows.get(event.sequence)
            require(row, f"{event.who} saw event {event.sequence} ({event.topic}), which is not in the journal")
            require(
                (event.topic, event.digest) == (row.topic, row.digest),
                f"{event.who} saw event {event.sequence} with other bytes than the journal has",
            )
            require(
                event.previous in (None, row.previous),
                f"{event.who} saw event {event.sequence} after {event.previous}, the journal says {row.previous}",
            )
        for claim in claims:
            place = mirror.places.get((claim.source, claim.id))
            require(place, f"{claim.id} was answered OK at {claim.sequence} and is not in the journal")
            require(place == claim.sequence, f"{claim.id} was answered OK at {claim.sequence} and is at {place}")
        for head in beats:
            require(head <= mirror.head, f"a heartbeat gave {head} as the head, and the journal ends at {mirror.head}")
        self.counts.update(seen=len(seen), claims=len(claims), heartbeats=len(beats))

    def check_batches(self, mirror):
        """Of what was appended in one request, all or none is there, in one piece and in order."""
        for batch in self.batches:
            places = [mirror.places.get((CLIENT, each)) for each in batch]
            whole = None not in places and places == list(range(places[0], places[0] + len(places)))
            require(whole or set(places) == {None}, f"a batch was stored in part or out of order: {batch}: {places}")


def check_clock(mirror, name, punches, promise):
    """Every one of these punches is in the journal. (No mirror has one more than once.)"""
    for punch in punches:
        known = (source_of(name), identity(punch)) in mirror.places
        require(known, f"{name}: record {punch['record']}, {identity(punch)}, {promise}")


class Witness(threading.Thread):
    """A thread that watches until it is told to end; what went wrong in it is raised where it is joined."""

    def __init__(self, name):
        super().__init__(name=name, daemon=True)
        self.ending = threading.Event()
        self.trouble = None

    def run(self):
        try:
            while not self.ending.is_set():
                self.step()
        except BaseException as trouble:  # noqa: BLE001 - it is raised again by `check`
            self.trouble = trouble

    def step(self):
        raise NotImplementedError

    def check(self):
        if self.trouble:
            raise self.trouble

    def end(self):
        self.ending.set()
        self.join(30)
        require(not self.is_alive(), f"{self.name} does not end")
        self.check()


def connected(kind, address):
    socket = zmq.Context.instance().socket(kind)
    socket.linger = 0
    # A daemon that comes back is found within a moment, and no queue of ours drops what it sends.
    socket.reconnect_ivl = 10
    socket.reconnect_ivl_max = 100
    socket.rcvhwm = 0
    socket.connect(address)
    return socket


class Listener(Witness):
    """Subscribes to everything, on one connection through all crashes, and asks for nothing that it missed."""

    def __init__(self, daemon, evidence):
        super().__init__("the listener")
        self.evidence = evidence
        self.socket = connected(zmq.SUB, daemon.events)
        self.socket.subscribe(b"")
        self.last = 0

    def step(self):
        if not self.socket.poll(100):
            return
        topic, header, body = self.socket.recv_multipart()
        sequence, previous, _ = struct.unpack(">QQQ", header)
        if topic == b"heartbeat":
            self.evidence.add(beats=[sequence])
            return
        require(sequence > self.last, f"event {sequence} was published after event {self.last}")
        self.last = sequence
        self.evidence.add(seen=[Seen(self.name, sequence, previous, topic.decode(), digest(body))])


class Appender(Witness):
    """Appends without end, and sends a batch again until it is answered, as `examples/python/append.py` does."""

    def __init__(self, daemon, evidence, random):
        super().__init__("the appender")
        self.requests, self.evidence, self.random = daemon.requests, evidence, random
        self.made = 0
        self.resent = 0
        self.big = threading.Event()
        self.sent = threading.Event()

    def step(self):
        count = 200 if self.big.is_set() else self.random.choice([1, 1, 1, 2, 5])
        self.big.clear()
        batch = [self.event() for _ in range(count)]
        ids = [event["id"] for event in batch]
        self.evidence.add(batches=[ids])
        self.append(ids, [json.dumps(event).encode() for event in batch])
        self.ending.wait(self.random.uniform(0, 0.03))

    def event(self):
        self.made += 1
        topic = f"ext.crash{self.random.randrange(3)}"
        event = {
            "specversion": "1.0",
            "id": f"a-{self.made}",
            "source": CLIENT,
            "type": f"gatehouse.{topic}",
            "data": {"filling": "x" * self.random.randrange(200)},
        }
        # A subject is optional.
        return event if self.made % 3 == 0 else event | {"subject": "crash"}

    def append(self, ids, bodies):
        attempts = 0
        while True:
            attempts += 1
            with connected(zmq.DEALER, self.requests) as socket:
                socket.send_multipart([b"a", b"APPEND", *bodies])
                self.sent.set()
                if not socket.poll(500):
                    self.resent += 1
                    continue
                _, word, *content = socket.recv_multipart()
            if word == b"OK":
                break
            require(content[0] in (b"busy", b"unavailable"), f"an append was refused: {content}")
            time.sleep(0.01)
        sequences, known = content[0::2], content[1::2]
        require(len(sequences) == len(known) == len(ids), f"{len(ids)} events, {len(content)} frames of answer")
        require(attempts > 1 or set(known) == {b"\0"}, f"{ids}: known already when they were sent for the first time")
        self.evidence.add(
            claims=[Claim(CLIENT, each, *struct.unpack(">Q", at)) for each, at in zip(ids, sequences, strict=True)]
        )


class Replay:
    """Reads the whole journal back, for as long as the daemon lives."""

    def __init__(self, daemon, evidence):
        self.evidence = evidence
        self.socket = connected(zmq.DEALER, daemon.requests)
        self.socket.send_multipart([b"r", b"REPLAY", struct.pack(">QQ", 1, 0), b"", struct.pack(">I", 1 << 30)])
        self.last = 0

    def take(self, count, milliseconds):
        """Takes up to so many events; False at the end, or when none comes for that long."""
        for _ in range(count):
            if not self.socket.poll(milliseconds):
                return False
            _, word, *content = self.socket.recv_multipart()
            if word != b"EVENT":
                return False
            topic, header, body = content
            sequence, previous, _ = struct.unpack(">QQQ", header)
            require(sequence == self.last + 1, f"a replay gave event {sequence} after event {self.last}")
            self.last = sequence
            self.evidence.add(seen=[Seen("a replay", sequence, previous, topic.decode(), digest(body))])
        return True

    def close(self):
        """Takes what had been sent before the daemon died."""
        while self.take(1000, 20):
            pass
        self.socket.close()


class Follower:
    """`examples/python/subscribe.py` with a topic filter, word for word: it must have every punch at the end, also when
    it is killed itself. It prints an event before it notes it down, so one may come twice.
    """

    PREFIX = "punch."

    def __init__(self, daemon, evidence, folder):
        self.evidence, self.folder = evidence, folder
        self.environment = os.environ | {"GATEHOUSE_EVENTS": daemon.events, "GATEHOUSE_REQUESTS": daemon.requests}
        self.got = set()
        self.starts = 0
        self.process = None
        self.start()

    def start(self):
        self.starts += 1
        self.file = f"{self.folder}/follower-{self.starts}.jsonl"
        with open(self.file, "wb") as output, open(f"{self.folder}/follower.log", "ab") as log:
            command = [sys.executable, str(ROOT / "examples/python/subscribe.py"), f"{self.folder}/state", self.PREFIX]
            self.process = subprocess.Popen(command, stdout=output, stderr=log, env=self.environment)
        self.offset, self.last = 0, 0

    def restart(self):
        self.close()
        self.take()
        self.start()

    def take(self):
        """Reads what it has printed. A line that its death cut short was no event yet."""
        with open(self.file, "rb") as file:
            file.seek(self.offset)
            *lines, rest = file.read().split(b"\n")
        seen = []
        for line in lines:
            self.offset += len(line) + 1
            event = json.loads(line)
            sequence = int(event["sequence"])
            require(sequence > self.last, f"the follower gave event {sequence} after event {self.last}")
            self.last = sequence
            seen.append(Seen("the follower", sequence, None, event["type"].removeprefix("gatehouse."), digest(line)))
        self.got.update(event.sequence for event in seen)
        self.evidence.add(seen=seen)

    def check(self):
        if self.process.poll() is not None:
            with open(f"{self.folder}/follower.log", encoding="utf-8") as log:
                raise Broken(f"the follower gave up, exit {self.process.returncode}: {log.read()[-2000:]}")

    def has_all(self, mirror):
        """Whether it has every event that it follows."""
        self.take()
        wanted = {sequence for sequence, row in mirror.rows.items() if row.topic.startswith(self.PREFIX)}
        return wanted <= self.got

    def close(self):
        self.process.kill()
        self.process.wait(10)
