"""Clients that are slow, dead, broken or hostile: the daemon goes on, its memory stays, the others do not notice."""

import contextlib
import os
import random
import socket as plain
import threading

import pytest
import zmq

from daemon import Simulation, device, wait_for, write_site, Daemon
from e2e_bus import asking, cloud_event, listening, socket, u32, u64


def resident(daemon):
    """The daemon's resident memory in MiB."""
    with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def host_and_port(address):
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return host, int(port)


@contextlib.contextmanager
def raw(address):
    """A bare TCP connection."""
    with plain.create_connection(host_and_port(address), timeout=5) as made:
        yield made


def test_a_subscriber_that_never_reads_costs_a_bounded_queue(place):
    """200,000 events flow past one that never reads and one that stopped dead: memory stays, others miss nothing."""
    with Simulation("line-scanner") as scanner:
        site = write_site(place, [device("counter", "line-scanner", scanner.host)])
        with (
            Daemon(f"{place}/data", "--site", site) as daemon,
            socket(zmq.SUB, daemon.events) as never,
            raw(daemon.events) as silent,
            listening(daemon, "ext.") as quick,
            asking(daemon) as client,
        ):
            daemon.wait_online("counter")
            never.rcvhwm = 1
            never.setsockopt(zmq.RCVBUF, 4096)
            never.subscribe("")
            silent.sendall(b"\xff\0\0\0\0\0\0\0\1\x7f")  # a greeting that is never finished
            scanner.tell(scans=20_000, seconds=60)
            wait_for("the first events", lambda: client.head() > 20_000, 60)
            before = resident(daemon)
            scanner.tell(scans=180_000, seconds=120)
            last = 0
            while (head := client.head()) < 200_000:
                # Another subscriber is served meanwhile, in order and without a gap.
                [(sequence, _)] = client.append(cloud_event({"head": head}, site="test"))
                [heard] = quick.events(1)
                assert (heard.sequence, heard.previous) == (sequence, last)
                last = sequence
            after = resident(daemon)
        # 10,000 events of some 500 bytes may wait for each of the two; the rest is slack for the allocator.
        assert after - before < 60, f"{before:.0f} MiB, then {after:.0f} MiB"
        print(f"resident: {before:.0f} MiB after 20,000 events, {after:.0f} MiB after 200,000")


def test_random_frames_are_answered_or_ignored(daemon):
    """5,000 requests of random bytes, some after a real verb: the daemon goes on, and every answer has a known word."""
    noise = random.Random(20_261_124)
    verbs = [b"PING", b"HEAD", b"REPLAY", b"CREDIT", b"CANCEL", b"APPEND", b"DEVICES", b"COMMAND", b""]
    with socket(zmq.DEALER, daemon.requests) as wild, asking(daemon) as client:
        wild.sndhwm = wild.rcvhwm = 0
        for n in range(5_000):
            frames = [noise.randbytes(noise.choice((0, 1, 4, 8, 8, 24, 200))) for _ in range(noise.randrange(1, 9))]
            if n % 2 and len(frames) > 1:
                frames[1] = noise.choice(verbs)
            wild.send_multipart(frames)
        while wild.poll(500):
            answer = wild.recv_multipart()
            assert any(word in answer for word in (b"ERROR", b"PONG", b"OK", b"END", b"EVENT")), answer
        assert client.answers() and client.append(cloud_event())[0] == (client.head(), False)


def test_garbage_on_the_wire_is_cut_off(daemon):
    """Bytes that are no ZMTP, to either endpoint, do no harm to those who speak it."""
    noise = random.Random(7)
    with asking(daemon) as client, listening(daemon, "ext.") as live:
        for n in range(60):
            with raw((daemon.events, daemon.requests)[n % 2]) as wire, contextlib.suppress(OSError):
                wire.sendall(noise.choice((b"GET / HTTP/1.1\r\n\r\n", noise.randbytes(4096), b"\xff" * 10_000, b"\0")))
                greeting = b"\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL" + bytes(48)
                wire.sendall(greeting + noise.randbytes(2000))
        assert client.answers()
        client.append(cloud_event())
        assert live.events(1)


def test_half_open_connections_do_not_keep_others_out(daemon):
    """400 connections that say nothing leave room for one that does, and are dropped by and by."""
    with contextlib.ExitStack() as stack:
        for n in range(400):
            stack.enter_context(raw((daemon.events, daemon.requests)[n % 2]))
        with asking(daemon) as client, listening(daemon, "ext.") as live:
            client.append(cloud_event())
            assert live.events(1)

    def open_files():
        return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))

    wait_for("the connections' descriptors given back", lambda: open_files() < 150, 30, 0.1)


def test_large_and_many_frames_are_refused(daemon):
    """A frame of 1 MiB, thousands of frames, a monstrous message: too-large or malformed, or the line is cut."""
    with asking(daemon) as client:
        before = resident(daemon)
        assert client.refusal(b"APPEND", bytes(1 << 20))[0] == "too-large"
        assert client.refusal(b"x" * (1 << 20))[0] in ("too-large", "unknown-verb")
        assert client.refusal(b"APPEND", *[b"{}"] * 50_000)[0] == "malformed"
        assert client.refusal(b"APPEND", *[bytes(65_536)] * 100)[0] == "too-large"
        assert client.refusal(b"PING", b"")[0] == "malformed"
        with socket(zmq.DEALER, daemon.requests) as giant:
            giant.send_multipart([b"1", b"APPEND", bytes(8 << 20)])
            assert not giant.poll(500), "libzmq cuts a frame off that is beyond any request's limit"
        assert client.answers()
        assert resident(daemon) - before < 60


def test_many_requests_without_reading_an_answer(daemon):
    """Clients that ask without end and never read get `busy` or nothing; memory stays and others are answered."""
    with asking(daemon) as client:
        client.append(*[cloud_event({"text": "x" * 20_000}) for _ in range(40)])
        before = resident(daemon)
        stop = threading.Event()

        def flood():
            with socket(zmq.DEALER, daemon.requests) as greedy:
                greedy.rcvhwm, greedy.sndtimeo = 1, 100
                n = 0
                while not stop.is_set() and n < 20_000:
                    n += 1
                    with contextlib.suppress(zmq.Again):
                        greedy.send_multipart([b"%d" % n, b"REPLAY", u64(1), u64(0), b"", u32(1 << 30)])
                        greedy.send_multipart([b"d%d" % n, b"DEVICES"])

        threads = [threading.Thread(target=flood) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(50):
                assert client.answers()
                client.append(cloud_event())
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert client.answers()
        assert resident(daemon) - before < 150, f"{before:.0f} MiB, then {resident(daemon):.0f} MiB"


def test_a_client_that_dies_in_a_replay_is_forgotten(daemon):
    """A subscriber that crashes again and again in the middle of its replay does not use up the others' places."""
    with asking(daemon) as client:
        client.append(*[cloud_event({"n": n}) for n in range(100)])
        for _ in range(100):
            with asking(daemon) as doomed:
                doomed.send(b"REPLAY", u64(1), u64(0), b"", u32(1), correlation=b"r")
                doomed.receive(b"r")

        def begins():
            return client.ask(b"REPLAY", u64(1), u64(0), b"", u32(1000))[0] == b"EVENT"

        # `busy` at first: a place is taken away only from who has stood still for two seconds.
        wait_for("a replay begins", begins, 10)
