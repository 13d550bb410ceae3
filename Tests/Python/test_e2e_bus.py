"""The bus of a running daemon, end to end: what is published, what is read back, what is refused."""

import json

import pytest
import zmq

from daemon import Daemon, Simulation, device, write_site
from e2e_bus import Live, asking, cloud_event, listening, number, u32, u64


@pytest.fixture
def plant(place):
    """A daemon with one simulated clock (and one that is not there), its clock 40 s fast."""
    with Simulation("zkteco") as clock:
        clock.tell(clock="+40s")
        absent = device("absent", "zkteco", "127.0.0.1:9")
        with Daemon(
            f"{place}/data", "--site", write_site(place, [device("gate", "zkteco", clock.host), absent])
        ) as daemon:
            daemon.wait_online("gate")
            yield daemon, clock


def test_what_is_read_back_is_what_was_published(daemon):
    """A replay gives the same frames, to the byte, that subscribers got live; `previous` chains each topic from 0."""
    with listening(daemon) as live, asking(daemon) as client:
        first = client.head() + 1
        for n in range(30):
            client.append(*[cloud_event({"n": n}, topic=f"ext.{name}") for name in ("a", "b", "ab")])
        heard = live.events(90)
        again, last = client.replay(first)
    assert again == heard
    assert [message.sequence for message in heard] == list(range(first, first + 90))
    assert last == heard[-1].sequence
    before = {}
    for message in heard:
        assert message.previous == before.get(message.topic, 0)
        before[message.topic] = message.sequence
        assert message.event["sequence"] == f"{message.sequence:020}"
        assert message.event["type"] == f"gatehouse.{message.topic}"


def test_a_prefix_filters_by_bytes(daemon):
    """Live and replayed, a topic prefix lets through what begins with it and nothing else."""
    with listening(daemon, "ext.b") as live, asking(daemon) as client:
        client.append(*[cloud_event(topic=f"ext.{name}") for name in ("a", "b", "bc", "cb", "b")])
        heard = live.events(3)
        assert [message.topic for message in heard] == ["ext.b", "ext.bc", "ext.b"]
        assert heard[2].previous == heard[0].sequence, "a gap in its own topic would show"
        assert client.replay(prefix=b"ext.b")[0] == heard
        assert client.replay(prefix=b"ext.")[1] == client.head(), "END names how far the journal was read"
        assert client.replay(prefix=b"nothing")[0] == []


def test_the_heartbeat_names_the_head(daemon):
    """A heartbeat carries the journal's head, no `previous` and no content, about once a second."""
    with listening(daemon) as live, asking(daemon) as client:
        [(sequence, _)] = client.append(cloud_event())
        beats = [message for message in (next(live) for _ in range(4)) if message.topic == "heartbeat"]
    assert all((beat.previous, beat.body) == (0, b"") for beat in beats)
    assert beats[-1].sequence == sequence
    assert 800 <= beats[-1].recorded - beats[-2].recorded <= 3000


def test_credit_is_never_exceeded(daemon):
    """At most `credit` events come before more is granted; CANCEL ends a replay and says how far it got."""
    with asking(daemon) as client:
        client.append(*[cloud_event({"n": n}) for n in range(50)])
        client.send(b"REPLAY", u64(1), u64(0), b"ext.", u32(7), correlation=b"r")
        got = [client.receive(b"r") for _ in range(7)]
        assert client.answers(), "other requests go on beside a replay"
        client.send(b"CREDIT", u32(5), correlation=b"r")
        got += [client.receive(b"r") for _ in range(5)]
        assert client.answers(), "had more than 12 been sent, they would have come before this answer"
        events = [Live.of(*answer[1:]) for answer in got]
        assert [message.data["n"] for message in events] == list(range(12))
        client.send(b"CANCEL", correlation=b"r")
        word, last = client.receive(b"r")
        assert (word, number(last)) == (b"END", events[-1].sequence)


def test_a_range_of_the_journal(daemon):
    """`from` and `to` are inclusive; a range beyond the head is empty and ends."""
    with asking(daemon) as client:
        client.append(*[cloud_event() for _ in range(10)])
        head = client.head()
        assert [m.sequence for m in client.replay(head - 5, head - 2)[0]] == list(range(head - 5, head - 1))
        assert client.replay(head + 1)[0] == client.replay(head + 100, head + 200)[0] == []


def test_a_range_turned_round_is_empty(daemon):
    """A replay whose end lies before its beginning ends at once, as does one from far beyond any journal."""
    with asking(daemon) as client:
        client.append(cloud_event(), cloud_event())
        for start, end in ((2, 1), (1 << 62, 0), ((1 << 63) - 1, (1 << 63) - 1)):
            assert client.replay(start, end)[0] == [], (start, end)
        assert client.refusal(b"REPLAY", u64((1 << 64) - 1), u64(0), b"", u32(1))[0] == "malformed"
        assert len(client.replay(0)[0]) == 2


def test_the_largest_event(daemon):
    """64 KiB are taken and come back whole, live and replayed; a byte more is `too-large`; 15 such fit one request."""

    def sized(size):
        return cloud_event({"text": "x" * (size - len(cloud_event({"text": ""})))})

    assert len(sized(65_536)) == 65_536
    with listening(daemon, "ext.") as live, asking(daemon) as client:
        assert client.refusal(b"APPEND", sized(65_537))[0] == "too-large"
        client.append(*[sized(65_536) for _ in range(15)])
        heard = live.events(15)
        assert all(len(message.data["text"]) > 65_000 for message in heard)
        assert client.replay()[0] == heard


@pytest.mark.parametrize("kind", [zmq.DEALER, zmq.REQ])
def test_every_verb_on_both_kinds_of_socket(plant, kind):
    """PING, HEAD, APPEND, DEVICES and COMMAND answer a DEALER and a REQ socket alike."""
    daemon, clock = plant
    with asking(daemon, kind=kind) as client:
        word, version, site, head = client.ask(b"PING")
        assert (word, site) == (b"PONG", b"test") and version.count(b".") == 2
        assert client.append(cloud_event(site="test"))[0][0] > number(head) - 1
        row = client.devices()["gate"]
        assert (row["state"], row["driver"], row["serial"]) == ("online", "zkteco", clock.tell(report=True)["serial"])
        result = client.command("gate", "sync-clock")
        assert isinstance(result, dict), result
        row = client.devices()["gate"]
        assert abs(row["clockOffsetMilliseconds"]) <= 2000, "it was 40 s fast"


def test_a_log_is_read_on_request(plant):
    """COMMAND read-log delivers what the clock recorded without telling, before its answer comes."""
    daemon, clock = plant
    with asking(daemon) as client:
        clock.tell(log=25)
        client.command("gate", "read-log")
        punches, _ = client.replay(prefix=b"punch.")
        assert len(punches) == 25
        assert client.replay(prefix=b"device.synced")[0], "a complete read-out is told"


REFUSALS = [
    ([], "malformed"),
    ([b"ping"], "unknown-verb"),
    ([b"\xff\xfe"], "unknown-verb"),
    ([b"HEAD", b""], "malformed"),
    ([b"REPLAY", u64(1), u64(0), b""], "malformed"),
    ([b"REPLAY", u64(1), u64(0), b"\xff", u32(1)], "malformed"),
    ([b"CREDIT", u64(1)], "malformed"),
    ([b"APPEND"], "malformed"),
    ([b"APPEND", b"x" * 65_537], "too-large"),
    ([b"APPEND", *[b" " * 60_000] * 18], "too-large"),
    ([b"COMMAND", b"gate", b"open-door", b"{}"], "malformed"),
    ([b"COMMAND", b"gate", b"read-log", b"[1]"], "malformed"),
    ([b"COMMAND", b"nobody", b"read-log", b"{}"], "unknown-device"),
    ([b"COMMAND", b"absent", b"read-log", b"{}"], "unavailable"),
    ([b"COMMAND", b"gate", b"message", b'{"text": "x"}'], "unavailable"),
]


def test_what_is_wrong_with_a_request_is_said(plant):
    """Each refusal is ERROR with one code and a sentence, and the connection goes on."""
    daemon, _ = plant
    with asking(daemon) as client:
        for frames, code in REFUSALS:
            got, message = client.refusal(*frames)
            assert got == code and len(message) > 10, (frames[:2], got, message)
        assert client.answers()


INVALID = [
    ("specversion", {"specversion": "0.3"}),
    ("id", {"id": ""}),
    ("source", {"source": "nowhere"}),
    ("type", {"type": "com.example.thing"}),
    ("time", {"time": "yesterday"}),
    ("subject", {"subject": "\x1b[2J"}),
    ("data.person", {"type": "gatehouse.leave.granted", "data": {"leave": "L1"}}),
    (
        "data.to",
        {
            "type": "gatehouse.overtime.approved",
            "data": {"person": "E1", "from": "2026-11-22T18:00:00Z", "to": "2026-11-22T17:00:00Z", "by": "x"},
        },
    ),
]


def test_an_invalid_event_is_refused_by_its_field(daemon):
    """`invalid-event` names the field, and one bad event keeps the good ones of the same request out too."""
    with asking(daemon) as client:
        before = client.head()
        for field, wrong in INVALID:
            code, message = client.refusal(b"APPEND", cloud_event(), cloud_event(**wrong))
            assert code == "invalid-event" and field in message, (field, code, message)
        assert client.refusal(b"APPEND", b"no JSON")[0] == "invalid-event"
        assert client.head() == before


@pytest.mark.parametrize("topic", ["punch.recorded", "device.connected", "alert.raised", "attendance.closed"])
def test_nobody_speaks_for_a_device_or_a_module(daemon, topic):
    """Topics of devices and modules, and their sources, are forbidden to clients."""
    with asking(daemon) as client:
        assert client.refusal(b"APPEND", cloud_event(topic=topic))[0] == "forbidden"
        assert client.refusal(b"APPEND", cloud_event(source="/sites/default/devices/gate"))[0] == "forbidden"
        assert client.refusal(b"APPEND", cloud_event(source="/sites/other/clients/tester"))[0] == "forbidden"


def test_too_many_replays_at_once_are_refused(daemon):
    """A ninth replay of one client is `busy`; when one has ended there is room again."""
    with asking(daemon) as client:
        client.append(cloud_event())
        for n in range(8):
            client.send(b"REPLAY", u64(1), u64(0), b"", u32(0), correlation=b"x%d" % n)
        assert client.refusal(b"REPLAY", u64(1), u64(0), b"", u32(0))[0] == "busy"
        client.send(b"CANCEL", correlation=b"x3")
        assert client.receive(b"x3")[0] == b"END"
        assert len(client.replay()[0]) == 1


def test_it_serves_a_unix_socket_too(place):
    """Both endpoints may be bound to ipc://, and the sockets' files go with the daemon."""
    daemon = Daemon(f"{place}/data")
    daemon.events, daemon.requests = f"ipc://{place}/events", f"ipc://{place}/requests"
    with daemon:
        with listening(daemon, "ext.") as live, asking(daemon) as client:
            client.append(cloud_event({"n": 1}))
            assert json.loads(live.events(1)[0].body)["data"] == {"n": 1}
