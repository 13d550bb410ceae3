"""Appends an event and waits until it is on disk: python append.py CLIENT TOPIC DATA [KEY-FILE]

For example: python append.py weather ext.weather '{"rain": true}'
Sent again with the same id it is stored once, so after a time-out simply send it again.
"""

import json
import struct
import sys
import uuid

import zmq

from gateway import REQUESTS, connect


def ask(*request, key_file=None, tries=3):
    """Returns the gateway's answer: its word, and what follows it."""
    for _ in range(tries):
        socket = connect(zmq.REQ, REQUESTS, key_file)
        try:
            socket.send_multipart([b"a", *request])
            _, word, *content = socket.recv_multipart()
        except zmq.Again:
            continue
        finally:
            socket.close()
        if word != b"ERROR":
            return word, *content
        if content[0] not in (b"busy", b"unavailable"):
            sys.exit(b": ".join(content).decode())
    sys.exit("the gateway does not answer; is it running, and is this client's key listed?")


def append(event, key_file=None):
    """Returns the event's sequence, and whether it was there already."""
    _, sequence, was_there = ask(b"APPEND", json.dumps(event).encode(), key_file=key_file)
    return struct.unpack(">Q", sequence)[0], was_there == b"\x01"


if __name__ == "__main__":
    client, topic, data, key_file = (sys.argv[1:] + [""])[:4]
    _, _, site, _ = ask(b"PING", key_file=key_file)
    sequence, was_there = append({
        "specversion": "1.0", "id": str(uuid.uuid4()), "source": f"/sites/{site.decode()}/clients/{client}",
        "type": f"gatehouse.{topic}", "subject": client, "data": json.loads(data),
    }, key_file)
    print(sequence, "known already" if was_there else "stored")
