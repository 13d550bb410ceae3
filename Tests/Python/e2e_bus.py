"""The bus through pyzmq, as somebody who has only read protocols/bus would write it."""

import json
import struct
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import zmq

PATIENCE = 20


def u64(number):
    return struct.pack(">Q", number)


def u32(number):
    return struct.pack(">I", number)


def number(frame):
    assert len(frame) == 8, frame
    return struct.unpack(">Q", frame)[0]


class Live(NamedTuple):
    """A message of the events endpoint, or of a replay."""

    topic: str
    sequence: int
    previous: int
    recorded: int
    body: bytes

    @classmethod
    def of(cls, topic, header, body):
        assert len(header) == 24, header
        return cls(topic.decode(), *struct.unpack(">QQQ", header), body)

    @property
    def event(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.event["data"]


def cloud_event(data=None, *, topic="ext.test", client="tester", site="default", **attributes):
    """An event that a client may append, as bytes."""
    event = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": f"/sites/{site}/clients/{client}",
        "type": f"gatehouse.{topic}",
        "subject": "test",
        "data": {} if data is None else data,
    }
    return json.dumps(event | attributes, ensure_ascii=False).encode()


@contextmanager
def socket(kind, address, keys=None):
    """A connected socket. `keys` is the path of a client's key file, or its content."""
    made = zmq.Context.instance().socket(kind)
    made.linger, made.rcvtimeo = 0, PATIENCE * 1000
    if keys:
        keys = keys if isinstance(keys, dict) else json.loads(Path(keys).read_text())
        made.curve_serverkey = keys["serverKey"].encode()
        made.curve_publickey = keys["publicKey"].encode()
        made.curve_secretkey = keys["secretKey"].encode()
    made.connect(address)
    try:
        yield made
    finally:
        made.close()


class Asker:
    """Asks one thing after the other over one connection."""

    def __init__(self, made):
        self.socket = made
        self.asked = 0

    def send(self, *frames, correlation=b"c"):
        self.socket.send_multipart([correlation, *frames])

    def receive(self, correlation=b"c"):
        answer = self.socket.recv_multipart()
        assert answer[0] == correlation, answer[:2]
        return answer[1:]

    def ask(self, *frames):
        """The whole answer."""
        self.asked += 1
        self.send(*frames, correlation=b"%d" % self.asked)
        return self.receive(b"%d" % self.asked)

    def ok(self, *frames):
        """What follows OK."""
        answer = self.ask(*frames)
        assert answer[0] == b"OK", answer
        return answer[1:]

    def refusal(self, *frames):
        """Code and message of a refusal."""
        answer = self.ask(*frames)
        assert answer[0] == b"ERROR" and len(answer) == 3, answer[:2]
        return answer[1].decode(), answer[2].decode()

    def answers(self):
        return self.ask(b"PING")[0] == b"PONG"

    def head(self):
        return number(self.ok(b"HEAD")[0])

    def append(self, *events):
        """Sequence and whether it was there already, of each event."""
        frames = self.ok(b"APPEND", *events)
        assert len(frames) == 2 * len(events)
        return [(number(frames[2 * n]), frames[2 * n + 1] == b"\1") for n in range(len(events))]

    def devices(self):
        return {row["device"]: row for row in json.loads(self.ok(b"DEVICES")[0])}

    def command(self, device, command, **arguments):
        return json.loads(self.ok(b"COMMAND", device.encode(), command.encode(), json.dumps(arguments).encode())[0])

    def replay(self, start=1, to=0, prefix=b"", credit=10_000_000):
        """The events of a range, and the last sequence that END names."""
        self.asked += 1
        name = b"r%d" % self.asked
        self.send(b"REPLAY", u64(start), u64(to), prefix, u32(credit), correlation=name)
        found = []
        while True:
            word, *content = self.receive(name)
            if word == b"END":
                return found, number(content[0])
            assert word == b"EVENT", (word, content)
            found.append(Live.of(*content))


@contextmanager
def asking(daemon, keys=None, kind=zmq.DEALER):
    with socket(kind, daemon.requests, keys) as made:
        yield Asker(made)


class Listener:
    """A subscriber that knows that its subscription has taken hold."""

    def __init__(self, made):
        self.socket = made

    def __next__(self):
        return Live.of(*self.socket.recv_multipart())

    def __iter__(self):
        return self

    def events(self, count):
        """The next events, heartbeats left out."""
        found = []
        while len(found) < count:
            message = next(self)
            if message.topic != "heartbeat":
                found.append(message)
        return found

    def until(self, wanted, seconds=PATIENCE):
        """The first event for which `wanted` holds, and those before it."""
        deadline = time.monotonic() + seconds
        found = []
        while time.monotonic() < deadline:
            message = next(self)
            if message.topic == "heartbeat":
                continue
            found.append(message)
            if wanted(message):
                return found
        raise AssertionError(f"not heard in {seconds} s; heard {[m.topic for m in found][-20:]}")


@contextmanager
def listening(daemon, *prefixes, keys=None):
    """Subscribed to the prefixes, or to everything. Waits for a heartbeat: from then on nothing is missed."""
    with socket(zmq.SUB, daemon.events, keys) as made:
        for prefix in prefixes or ("",):
            made.subscribe(prefix)
        made.subscribe("heartbeat")
        listener = Listener(made)
        assert any(message.topic == "heartbeat" for message in listener)
        yield listener
