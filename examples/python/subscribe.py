"""Follows a gateway's events and loses none: python subscribe.py STATE-FILE [TOPIC-PREFIX [KEY-FILE]]

The state file keeps how far it got: stop and start the program at any time.
"""

import json
import os
import struct
import sys

import zmq

from gateway import EVENTS, REQUESTS, connect


def follow(state, prefix=b"", key_file=None):
    """Yields every event as JSON bytes. It counts as dealt with when the next one is asked for."""
    covered, seen = recall(state)  # nothing up to `covered` is missing; `seen` are a topic's last sequences beyond it
    live = connect(zmq.SUB, EVENTS, key_file)  # subscribe first, then read what came before
    live.subscribe(prefix)
    live.subscribe(b"heartbeat")
    head, waiting = sys.maxsize, None
    while True:
        if head > covered:  # at the start, at a gap, and when a heartbeat shows that the journal has grown
            for topic, sequence, body in replay(covered + 1, prefix, key_file):
                if topic and sequence > seen.get(topic, covered):
                    yield body
                covered = max(covered, sequence)
                remember(state, covered, seen)
            seen = {topic: last for topic, last in seen.items() if last > covered}
        event, waiting, head = waiting or receive(live), None, 0
        if event is None:
            continue
        topic, (sequence, previous, _), body = event
        last = max(seen.get(topic, 0), covered)
        if topic == "heartbeat":
            head = sequence
        elif sequence > last and previous > last:  # one of this topic was missed: read it back before going on
            head, waiting = sequence - 1, event
        elif sequence > last:
            yield body
            if sequence == covered + 1:
                covered = sequence
            else:
                seen[topic] = sequence
            remember(state, covered, seen)


def receive(live):
    try:
        topic, header, body = live.recv_multipart()
        return topic.decode(), struct.unpack(">QQQ", header), body
    except zmq.Again:
        return None  # not even a heartbeat: the gateway is away, and ZeroMQ comes back to it by itself


def replay(first, prefix, key_file):
    """Yields (topic, sequence, body) from the journal, and at the end (None, last, None)."""
    while True:
        ask = connect(zmq.DEALER, REQUESTS, key_file)  # a new one each time: no late reply of an earlier try
        ask.send_multipart([b"r", b"REPLAY", struct.pack(">Q", first), bytes(8), prefix, struct.pack(">I", 1000)])
        try:
            while True:
                _, word, *content = ask.recv_multipart()
                if word == b"EVENT":
                    first = struct.unpack(">Q", content[1][:8])[0] + 1
                    yield content[0].decode(), first - 1, content[2]
                    ask.send_multipart([b"r", b"CREDIT", struct.pack(">I", 1)])
                elif word == b"END":
                    yield None, struct.unpack(">Q", content[0])[0], None
                    return
                elif content[0] not in (b"busy", b"unavailable"):
                    sys.exit(b": ".join(content).decode())
        except zmq.Again:
            pass  # the gateway is away: ask again after what has come
        finally:
            ask.close()


def remember(state, covered, seen):
    with open(state + ".new", "w") as file:
        json.dump([covered, seen], file)
    os.replace(state + ".new", state)


def recall(state):
    if not os.path.exists(state):
        return 0, {}
    with open(state) as file:
        return json.load(file)


if __name__ == "__main__":
    state, prefix, key_file = (sys.argv[1:] + ["", ""])[:3]
    for body in follow(state, prefix.encode(), key_file):
        print(body.decode(), flush=True)
