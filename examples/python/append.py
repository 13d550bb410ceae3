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


def append(event, key_file=None, tries=3):
    """Returns the event's sequence, and whether it was there already."""
    for _ in range(tries):
        ask = connect(zmq.REQ, REQUESTS, key_file)
        try:
            ask.send_multipart([b"a", b"APPEND", json.dumps(event).encode()])
            _, word, *content = ask.recv_multipart()
        except zmq.Again:
            continue
        finally:
            ask.close()
        if word == b"OK":
            return struct.unpack(">Q", content[0])[0], content[1] == b"\x01"
        if content[0] not in (b"busy", b"unavailable"):
            sys.exit(b": ".join(content).decode())
    sys.exit("the gateway does not answer; is it running, and is this client's key listed?")


if __name__ == "__main__":
    client, topic, data, key_file = (sys.argv[1:] + [""])[:4]
    sequence, was_there = append({
        "specversion": "1.0", "id": str(uuid.uuid4()), "source": f"/sites/default/clients/{client}",
        "type": f"gatehouse.{topic}", "subject": client, "data": json.loads(data),
    }, key_file)
    print(sequence, "known already" if was_there else "stored")
