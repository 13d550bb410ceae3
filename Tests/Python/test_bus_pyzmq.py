"""The bus as a program in another language sees it: pyzmq against a running daemon.

GATEHOUSE_BIN names the daemon's executable; without it these tests are skipped.
"""

import json
import os
import random
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zmq

BIN = os.environ.get("GATEHOUSE_BIN")
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "python"
pytestmark = pytest.mark.skipif(not BIN, reason="GATEHOUSE_BIN is not set")


class Gateway:
    """A daemon on free ports, with its data in a folder of its own."""

    def __init__(self, folder, events="tcp://127.0.0.1:0", requests="tcp://127.0.0.1:0", curve=False):
        self.folder = folder
        site = []
        if curve:
            (folder / "site.yaml").write_text("site: default\ntimezone: UTC\ngateway: { curve: on }\n")
            site = ["--site", str(folder / "site.yaml")]
        run_file = folder / "run.json"
        run_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [BIN, "run", "--data", str(folder), "--events", events, "--requests", requests, *site],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not run_file.exists():
            assert self.process.poll() is None, "the daemon ended"
            assert time.monotonic() < deadline, "the daemon wrote no run.json"
            time.sleep(0.02)
        run = json.loads(run_file.read_text())
        self.events, self.requests = run["events"], run["requests"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

    @property
    def environment(self):
        return os.environ | {"GATEHOUSE_EVENTS": self.events, "GATEHOUSE_REQUESTS": self.requests}


class Client:
    def __init__(self, gateway, kind=zmq.DEALER, key_file=None, address=None):
        self.socket = zmq.Context.instance().socket(kind)
        self.socket.linger, self.socket.rcvtimeo = 0, 10_000
        if key_file:
            keys = json.loads(Path(key_file).read_text())
            self.socket.curve_serverkey = keys["serverKey"].encode()
            self.socket.curve_publickey = keys["publicKey"].encode()
            self.socket.curve_secretkey = keys["secretKey"].encode()
        self.socket.connect(address or gateway.requests)

    def ask(self, *frames):
        self.socket.send_multipart([b"c", *frames])
        reply = self.socket.recv_multipart()
        assert reply[0] == b"c"
        return reply[1:]


@pytest.fixture
def gateway(tmp_path):
    gateway = Gateway(tmp_path)
    yield gateway
    gateway.stop()


def event(number, client="test", topic="ext.test"):
    return json.dumps({
        "specversion": "1.0", "id": str(number), "source": f"/sites/default/clients/{client}",
        "type": f"gatehouse.{topic}", "subject": "s", "data": {"number": number},
    }).encode()


def replay_frames(first, last=0, prefix=b"", credit=1_000_000):
    return [b"REPLAY", struct.pack(">Q", first), struct.pack(">Q", last), prefix, struct.pack(">I", credit)]


def number(frame):
    return struct.unpack(">Q", frame)[0]


@pytest.mark.parametrize("kind", [zmq.DEALER, zmq.REQ])
def test_ping_and_head(gateway, kind):
    client = Client(gateway, kind)
    word, _, site, head = client.ask(b"PING")
    assert (word, site) == (b"PONG", b"default")
    assert client.ask(b"HEAD") == [b"OK", head]


def test_append_is_stored_once_and_replayed(gateway):
    client = Client(gateway)
    first = client.ask(b"APPEND", event(1), event(2))
    again = client.ask(b"APPEND", event(2), event(3))
    assert first[2] == first[4] == b"\0" and again[2] == b"\1" and again[4] == b"\0"
    assert again[1] == first[3]
    client.socket.send_multipart([b"r", *replay_frames(number(first[1]), prefix=b"ext.", credit=2)])
    heard = [client.socket.recv_multipart() for _ in range(2)]
    client.socket.send_multipart([b"r", b"CREDIT", struct.pack(">I", 10)])
    heard += [client.socket.recv_multipart() for _ in range(2)]
    assert [reply[1] for reply in heard] == [b"EVENT", b"EVENT", b"EVENT", b"END"]
    bodies = [json.loads(reply[4]) for reply in heard[:3]]
    assert [body["data"]["number"] for body in bodies] == [1, 2, 3]
    headers = [struct.unpack(">QQQ", reply[3]) for reply in heard[:3]]
    assert [header[1] for header in headers[1:]] == [header[0] for header in headers[:2]]


def test_an_appended_event_is_published(gateway):
    subscriber = Client(gateway, zmq.SUB, address=gateway.events)
    subscriber.socket.subscribe(b"ext.")
    subscriber.socket.subscribe(b"heartbeat")
    topic, header, body = subscriber.socket.recv_multipart()  # the subscription has taken hold
    assert (topic, len(header), body) == (b"heartbeat", 24, b"")
    sequence = Client(gateway).ask(b"APPEND", event(1))[1]
    while topic == b"heartbeat":
        topic, header, body = subscriber.socket.recv_multipart()
    assert topic == b"ext.test" and header[:8] == sequence and json.loads(body)["data"] == {"number": 1}


@pytest.mark.parametrize("frames, code", [
    ([b"NOPE"], b"unknown-verb"), ([b"PING", b"x"], b"malformed"), ([b"REPLAY", b"x"], b"malformed"),
    ([b"APPEND", b"{}"], b"invalid-event"), ([b"APPEND", b"x" * 65_537], b"too-large"),
    ([b"APPEND"] + [b"x" * 60_000] * 18, b"too-large"), ([b"APPEND"] + [b"{}"] * 5_000, b"malformed"),
    ([b"APPEND", event(1, topic="punch.recorded")], b"forbidden"),
    ([b"COMMAND", b"nowhere", b"identify", b"{}"], b"unknown-device"),
])
def test_refusals(gateway, frames, code):
    client = Client(gateway)
    assert client.ask(*frames)[:2] == [b"ERROR", code]
    assert client.ask(b"PING")[0] == b"PONG"


def test_random_frames_do_not_stop_it(gateway):
    noise = random.Random(4711)
    client = Client(gateway)
    for _ in range(2_000):
        client.socket.send_multipart(
            [noise.randbytes(noise.randrange(40)) for _ in range(noise.randrange(1, 8))])
    assert Client(gateway).ask(b"PING")[0] == b"PONG"


def test_the_example_loses_nothing_across_a_restart(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    gateway = Gateway(data)
    client = Client(gateway)
    client.ask(b"APPEND", *[event(n) for n in range(100)])
    follower = subprocess.Popen(
        [sys.executable, EXAMPLES / "subscribe.py", tmp_path / "state", "ext."], env=gateway.environment,
        stdout=subprocess.PIPE, text=True)
    try:
        def heard(count):
            return [json.loads(follower.stdout.readline())["data"]["number"] for _ in range(count)]
        assert heard(100) == list(range(100))
        for start in range(100, 400, 50):
            client.ask(b"APPEND", *[event(n) for n in range(start, start + 50)])
        assert heard(300) == list(range(100, 400))
    finally:
        follower.kill()
        follower.wait()
    client.ask(b"APPEND", event(400), event(401))
    follower = subprocess.Popen(
        [sys.executable, EXAMPLES / "subscribe.py", tmp_path / "state", "ext."], env=gateway.environment,
        stdout=subprocess.PIPE, text=True)
    try:
        # The last event before the stop may come again: it was dealt with, but not yet remembered.
        numbers = [json.loads(follower.stdout.readline())["data"]["number"]]
        while numbers[-1] != 401:
            numbers.append(json.loads(follower.stdout.readline())["data"]["number"])
        assert numbers in ([400, 401], [399, 400, 401])
    finally:
        follower.kill()
        follower.wait()
        gateway.stop()


def test_the_append_example(gateway):
    done = subprocess.run(
        [sys.executable, EXAMPLES / "append.py", "weather", "ext.weather", '{"rain": true}'],
        env=gateway.environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and done.stdout.split()[1] == "stored"
    client = Client(gateway)
    client.socket.send_multipart([b"c", *replay_frames(int(done.stdout.split()[0]))])
    assert json.loads(client.socket.recv_multipart()[4])["data"] == {"rain": True}


def make_key(folder, name, role):
    done = subprocess.run(
        [BIN, "keys", "new", name, "--role", role, "--data", str(folder), "--json"],
        check=True, capture_output=True, text=True, timeout=30)
    return json.loads(done.stdout)["secretKeyFile"]


def test_keys_and_roles(tmp_path):
    files = {role: make_key(tmp_path, f"the-{role}", role) for role in ("subscriber", "publisher")}
    gateway = Gateway(tmp_path, curve=True)
    try:
        assert oct(os.stat(files["subscriber"]).st_mode & 0o777) == "0o600"
        subscriber = Client(gateway, key_file=files["subscriber"])
        assert subscriber.ask(b"PING")[0] == b"PONG"
        assert subscriber.ask(b"APPEND", event(1, client="the-subscriber"))[:2] == [b"ERROR", b"forbidden"]
        publisher = Client(gateway, key_file=files["publisher"])
        assert publisher.ask(b"APPEND", event(1, client="the-subscriber"))[:2] == [b"ERROR", b"forbidden"]
        assert publisher.ask(b"APPEND", event(1, client="the-publisher"))[0] == b"OK"
        assert publisher.ask(b"COMMAND", b"x", b"identify", b"{}")[:2] == [b"ERROR", b"forbidden"]
        plain = Client(gateway)
        plain.socket.rcvtimeo = 500
        with pytest.raises(zmq.Again):
            plain.ask(b"PING")
    finally:
        gateway.stop()


def test_a_revoked_key_is_out_while_its_connection_stands(tmp_path):
    lost, kept = make_key(tmp_path, "lost", "operator"), make_key(tmp_path, "kept", "operator")
    gateway = Gateway(tmp_path, curve=True)
    try:
        client, other = Client(gateway, key_file=lost), Client(gateway, key_file=kept)
        live = Client(gateway, zmq.SUB, key_file=lost, address=gateway.events)
        live.socket.subscribe(b"")
        assert live.socket.recv_multipart()[0] == b"heartbeat"
        assert client.ask(b"PING")[0] == other.ask(b"PING")[0] == b"PONG"
        subprocess.run([BIN, "keys", "revoke", "lost", "--data", str(tmp_path)], check=True, timeout=30)
        deadline = time.monotonic() + 15
        while client.ask(b"PING")[0] == b"PONG":
            assert time.monotonic() < deadline, "the key still works"
            time.sleep(0.05)
        live.socket.rcvtimeo = 2_500
        with pytest.raises(zmq.Again):
            while True:
                live.socket.recv_multipart()
        assert other.ask(b"PING")[0] == b"PONG"
    finally:
        gateway.stop()
