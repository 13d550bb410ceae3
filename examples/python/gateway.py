"""What both examples need: a connection to a gateway's bus, with or without keys."""

import json
import os

import zmq

EVENTS = os.environ.get("GATEHOUSE_EVENTS", "tcp://127.0.0.1:7780")
REQUESTS = os.environ.get("GATEHOUSE_REQUESTS", "tcp://127.0.0.1:7781")


def connect(kind, address, key_file=None):
    """Opens a socket of that kind. `key_file` is what `gatehouse keys new` made for this client."""
    socket = zmq.Context.instance().socket(kind)
    socket.linger, socket.rcvtimeo = 0, 5000
    if key_file:
        with open(key_file) as file:
            keys = json.load(file)
        socket.curve_serverkey = keys["serverKey"].encode()
        socket.curve_publickey = keys["publicKey"].encode()
        socket.curve_secretkey = keys["secretKey"].encode()
    socket.connect(address)
    return socket
