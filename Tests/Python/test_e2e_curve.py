"""The bus with CURVE on: who is let in, as what, and until when."""

import json
import os
import stat

import pytest
import zmq

from daemon import Daemon, Simulation, device, gatehouse, wait_for, write_site
from e2e_bus import asking, cloud_event, listening, socket, u32, u64


def new_key(data, name, role):
    """What `gatehouse keys new` says; the file holds the client's keys."""
    return json.loads(gatehouse("keys", "new", name, "--role", role, "--data", data, "--json"))


def stranger(entry):
    """Keys that nobody has listed, for the right server."""
    public, secret = zmq.curve_keypair()
    return {"serverKey": entry["serverKey"], "publicKey": public.decode(), "secretKey": secret.decode()}


@pytest.fixture
def guarded(place):
    """A daemon with CURVE on and a key of each role: the daemon, and the key files by role."""
    data = f"{place}/data"
    os.mkdir(data, 0o700)
    roles = ("subscriber", "publisher", "operator")
    keys = {role: new_key(data, f"the-{role}", role)["secretKeyFile"] for role in roles}
    with Simulation("zkteco") as clock:
        site = write_site(place, [device("gate", "zkteco", clock.host)], gateway={"curve": "on"})
        with Daemon(data, "--site", site) as daemon:
            with asking(daemon, keys["operator"]) as client:
                wait_for("the clock", lambda: client.devices()["gate"]["state"] == "online", pause=0.05)
            yield daemon, keys


def test_each_role_may_do_what_it_may(guarded):
    """A subscriber reads, a publisher also appends, an operator also commands; more is `forbidden`."""
    daemon, keys = guarded
    read = [[b"HEAD"], [b"DEVICES"]]
    command = [b"COMMAND", b"gate", b"sync-clock", b"{}"]

    def own(role):
        return [b"APPEND", cloud_event(client=f"the-{role}", site="test")]

    allowed = {
        "subscriber": read,
        "publisher": [*read, own("publisher")],
        "operator": [*read, own("operator"), command],
    }
    for role, requests in allowed.items():
        with asking(daemon, keys[role]) as client:
            assert client.answers()
            assert client.replay(to=1)[0][0].sequence == 1
            for request in requests:
                client.ok(*request)
            for request in (own(role), command):
                if request[0] not in [frames[0] for frames in requests]:
                    assert client.refusal(*request)[0] == "forbidden", (role, request[0])


def test_nobody_speaks_for_somebody_else(guarded):
    """An appended event's source must be that of the key that appends it."""
    daemon, keys = guarded
    with asking(daemon, keys["operator"]) as client:
        before = client.head()
        for other in ("the-publisher", "nobody"):
            assert client.refusal(b"APPEND", cloud_event(client=other, site="test"))[0] == "forbidden"
        for source in ("/sites/test/devices/gate", "/sites/test/modules/patrol", "/sites/x/clients/the-operator"):
            assert client.refusal(b"APPEND", cloud_event(source=source))[0] == "forbidden"
        assert client.head() == before


def test_live_events_come_encrypted(guarded):
    """A listed subscriber gets what a publisher appends."""
    daemon, keys = guarded
    with listening(daemon, "ext.", keys=keys["subscriber"]) as live, asking(daemon, keys["publisher"]) as client:
        [(sequence, _)] = client.append(cloud_event({"n": 1}, client="the-publisher", site="test"))
        [heard] = live.events(1)
        assert (heard.sequence, heard.data) == (sequence, {"n": 1})


def test_strangers_get_nothing(guarded):
    """An unknown key, no key and a wrong server key get neither answers nor events, while others are served."""
    daemon, keys = guarded
    with open(keys["operator"], encoding="utf-8") as file:
        operator = json.load(file)
    wrong_server = operator | {"serverKey": zmq.curve_keypair()[0].decode()}
    for wrong in (stranger(operator), None, wrong_server):
        with socket(zmq.DEALER, daemon.requests, wrong) as ask, socket(zmq.SUB, daemon.events, wrong) as live:
            ask.send_multipart([b"1", b"PING"])
            live.subscribe("")
            with listening(daemon, keys=keys["subscriber"]) as others, asking(daemon, keys["operator"]) as client:
                for _ in range(2):
                    assert next(others).topic == "heartbeat"
                assert client.answers()
            assert not ask.poll(0) and not live.poll(0)


def test_a_revoked_key_is_out_at_once(guarded):
    """Within seconds a revoked client's standing connections give nothing more; the others lose nothing."""
    daemon, keys = guarded
    with (
        asking(daemon, keys["subscriber"]) as lost,
        asking(daemon, keys["operator"]) as kept,
        listening(daemon, keys=keys["subscriber"]) as lost_feed,
        listening(daemon, keys=keys["operator"]) as kept_feed,
    ):
        assert lost.answers()
        lost.send(b"REPLAY", u64(1), u64(0), b"", u32(0), correlation=b"r")
        listed = json.loads(gatehouse("keys", "list", "--data", daemon.data, "--json"))
        assert {entry["name"] for entry in listed} >= {"the-subscriber", "the-publisher", "the-operator"}
        gatehouse("keys", "revoke", "the-subscriber", "--data", daemon.data)
        assert lost.receive(b"r")[:2] == [b"ERROR", b"forbidden"], "the replay that waited for credit ends"
        assert lost.refusal(b"PING")[0] == "forbidden"
        for message in kept_feed:  # it was cut off with all others, and comes back by itself
            if message.topic == "ext.test":
                break
            kept.append(cloud_event(client="the-operator", site="test"))
        while lost_feed.socket.poll(0):
            assert next(lost_feed).topic != "ext.test", "heard after its key was revoked"
        assert "the-subscriber" not in gatehouse("keys", "list", "--data", daemon.data, "--json")
        assert not os.path.exists(keys["subscriber"]), "the daemon's copy of the secret goes too"


def test_a_key_made_while_it_runs_works_soon(guarded):
    """`keys new` needs no restart; a name that is taken is refused."""
    daemon, _ = guarded
    entry = new_key(daemon.data, "late", "subscriber")
    assert set(entry) == {"name", "role", "publicKey", "secretKeyFile", "serverKey"}

    def is_let_in():
        with socket(zmq.DEALER, daemon.requests, entry["secretKeyFile"]) as ask:
            ask.send_multipart([b"1", b"PING"])
            return ask.poll(500)

    wait_for("the new key", is_let_in, 5)
    gatehouse("keys", "new", "late", "--role", "operator", "--data", daemon.data, expect=1)


def test_keys_are_for_their_owner_only(guarded):
    """Key files have mode 0600 and their folders 0700."""
    daemon, _ = guarded
    for folder, _, files in os.walk(f"{daemon.data}/keys"):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700, folder
        for name in files:
            assert stat.S_IMODE(os.stat(f"{folder}/{name}").st_mode) == 0o600, name


def test_the_commands_find_their_own_key(guarded, place):
    """With --data the commands connect by themselves; with --keys as that client, whose refusals exit with 4."""
    daemon, keys = guarded
    assert json.loads(gatehouse("devices", "--data", daemon.data, "--json"))[0]["device"] == "gate"
    with open(f"{place}/one.jsonl", "wb") as file:
        file.write(cloud_event(client="the-subscriber", site="test") + b"\n")
    where = ("--requests", daemon.requests, "--keys", keys["subscriber"])
    gatehouse("append", f"{place}/one.jsonl", *where, expect=4)


def test_a_new_key_works_at_once(guarded):
    """`keys new` says that the client is let in from now on: one that connects right then is, and stays."""
    daemon, _ = guarded
    for n in range(3):
        with asking(daemon, new_key(daemon.data, f"new-{n}", "subscriber")["secretKeyFile"]) as client:
            client.socket.rcvtimeo = 5000
            assert client.answers()


def started_beyond(place, address):
    """What a daemon without CURVE says to an address that others can reach; it must end."""
    refused = Daemon(f"{place}/plain")
    refused.requests = address
    refused.start(wait=False)
    assert refused.process.wait(20) == 1
    return refused.last_words()


@pytest.mark.parametrize("address", ["tcp://0.0.0.0:0", "tcp://*:0", "tcp://[::]:0"])
def test_beyond_this_machine_only_with_keys(place, address):
    """The daemon refuses to be reached from outside without CURVE, and starts with it."""
    assert "from other machines" in started_beyond(place, address)
    open_daemon = Daemon(f"{place}/guarded", "--site", write_site(place, [], gateway={"curve": "on"}))
    open_daemon.requests = address
    with open_daemon:
        assert open_daemon.requests.rpartition(":")[2] != "0"


def test_the_refusal_names_the_switch(place):
    """Whoever follows the advice of that refusal gets a daemon that starts."""
    assert "curve: on" in started_beyond(place, "tcp://0.0.0.0:0")


def test_keys_may_be_made_before_the_first_run(place):
    """`keys new` makes the data folder like `run` does; `keys list` only looks."""
    gatehouse("keys", "list", "--data", f"{place}/data")
    assert os.listdir(place) == []
    assert os.path.exists(new_key(f"{place}/data", "first", "operator")["secretKeyFile"])
