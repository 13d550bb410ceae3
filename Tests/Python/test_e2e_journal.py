"""The journal under a running daemon and behind its back: one writer, whole or refused, and every change found."""

import contextlib
import json
import os
import random
import shutil
import sqlite3

import pytest

from daemon import Daemon, gatehouse, wait_for, write_site
from e2e_bus import asking, cloud_event


def journal(data):
    return f"{data}/journal.sqlite"


def verdict(data, expect=0):
    return json.loads(gatehouse("verify", "--data", data, "--json", expect=expect))


@pytest.fixture
def written(place):
    """The data folder of a daemon that stored 60 events and was stopped."""
    with Daemon(f"{place}/data") as daemon, asking(daemon) as client:
        client.append(*[cloud_event({"n": n, "text": "x" * 2000}, id=str(n)) for n in range(60)])
    return daemon.data


TAMPERING = {
    "a body": [
        "UPDATE events SET body = CAST(REPLACE(CAST(body AS TEXT), '\"n\":30', '\"n\":31') AS BLOB) WHERE sequence = 31"
    ],
    "a time": ["UPDATE events SET recorded = recorded + 1 WHERE sequence = 31"],
    "a row removed": ["DELETE FROM events WHERE sequence = 31"],
    "a row removed and the rest moved up": [
        "DELETE FROM events WHERE sequence = 31",
        *[f"UPDATE events SET sequence = {n} WHERE sequence = {n + 1}" for n in range(31, 60)],
    ],
    "a row inserted": [
        *[f"UPDATE events SET sequence = {n + 1} WHERE sequence = {n}" for n in range(60, 30, -1)],
        "INSERT INTO events SELECT 31, recorded, previous, topic, source, hash, body FROM events WHERE sequence = 30",
    ],
    "two rows exchanged": [
        "UPDATE events SET sequence = 1000 WHERE sequence = 31",
        "UPDATE events SET sequence = 31 WHERE sequence = 32",
        "UPDATE events SET sequence = 32 WHERE sequence = 1000",
    ],
    "an identity": ["UPDATE identities SET sequence = 30 WHERE sequence = 31"],
}


@pytest.mark.parametrize("what", TAMPERING)
def test_verify_finds_what_was_done_behind_its_back(written, what):
    """The first event that was changed, removed, inserted or moved is named, with exit 1."""
    assert verdict(written) == {
        "events": 60,
        "head": 60,
        "hash": verdict(written)["hash"],
        "chain": "intact",
        "modules": None,
    }
    with sqlite3.connect(journal(written)) as database:
        for statement in TAMPERING[what]:
            assert database.execute(statement).rowcount == 1
    database.close()
    found = verdict(written, expect=1)["chain"]
    assert found["brokenAt"] in (31, 32) and found["reason"], found
    assert str(found["brokenAt"]) in gatehouse("verify", "--data", written, expect=1)


def test_events_added_or_cut_off_at_the_end_are_found(written):
    """A last row taken away or forged is found by verify, and the daemon refuses such a journal."""
    copy = f"{written}-copy"
    for statement in (
        "DELETE FROM events WHERE sequence = 60",
        "INSERT INTO events SELECT 61, recorded, previous, topic, source, hash, body FROM events WHERE sequence = 60",
    ):
        shutil.copytree(written, copy)
        with sqlite3.connect(journal(copy)) as database:
            database.execute(statement)
        database.close()
        verdict(copy, expect=1)
        refused = Daemon(copy).start(wait=False)
        assert refused.process.wait(20) == 1 and "damaged" in refused.last_words()
        shutil.rmtree(copy)


def test_one_data_folder_has_one_daemon(daemon):
    """A second daemon on the same folder ends with exit 1 and says why; the first does not notice."""
    second = Daemon(daemon.data)
    second.log = f"{daemon.data}.second.log"
    second.start(wait=False)
    assert second.process.wait(20) == 1
    assert "another process" in second.last_words(), second.last_words()
    assert daemon.ask(b"PING")[0] == b"PONG"
    with open(f"{daemon.data}/run.json", encoding="ascii") as file:
        assert json.load(file)["pid"] == daemon.process.pid


def damage(path, how):
    noise = random.Random(4711)
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        if how == "random":
            file.write(noise.randbytes(size))
        elif how == "header":
            file.seek(16)
            file.write(noise.randbytes(84))
        elif how == "truncated":
            file.truncate(size // 2)
        elif how == "short":
            file.truncate(100)
        elif how == "text":
            file.truncate(0)
            file.write(b"these are my notes, please keep them\n")
        elif how == "middle":
            for offset in range(16_384, size, 8192):
                file.seek(offset)
                file.write(noise.randbytes(8192))


@pytest.mark.parametrize("how", ["random", "header", "truncated", "short", "text", "middle"])
def test_a_damaged_file_is_refused_and_left_alone(written, how):
    """The daemon does not start on it, says what to do, and changes no byte; the other commands say so too."""
    damage(journal(written), how)
    with open(journal(written), "rb") as file:
        before = file.read()
    refused = Daemon(written)
    refused.start(wait=False)
    assert refused.process.wait(20) == 1, how
    assert any(word in refused.last_words() for word in ("backup", "move it away")), refused.last_words()
    gatehouse("verify", "--data", written, expect=1)
    gatehouse("export", "--data", written, expect=1)
    with open(journal(written), "rb") as file:
        assert file.read() == before
    assert not os.path.exists(f"{written}/run.json")


def test_another_programs_database_is_not_ours(place):
    """A SQLite file of somebody else is refused as it is."""
    os.mkdir(f"{place}/data")
    with sqlite3.connect(journal(f"{place}/data")) as database:
        database.execute("CREATE TABLE notes (text)")
    database.close()
    refused = Daemon(f"{place}/data").start(wait=False)
    assert refused.process.wait(20) == 1 and "no Gatehouse journal" in refused.last_words()


def test_a_backup_of_a_running_journal_is_a_journal(daemon, place):
    """Taken while events flow: it verifies, it exports, a daemon starts on it, and it never overwrites a file."""
    with asking(daemon) as client:
        client.append(*[cloud_event({"n": n}) for n in range(2000)])
        copy = f"{place}/copy"
        os.mkdir(copy)
        client.send(b"APPEND", *[cloud_event({"n": n}) for n in range(2000)])
        told = json.loads(gatehouse("backup", journal(copy), "--data", daemon.data, "--json"))
        assert len(client.receive()) == 4001
        assert told["file"] == journal(copy) and told["head"] in (2000, 4000)
        assert verdict(copy)["head"] == told["head"]
        assert gatehouse("export", "--data", copy).splitlines() == (
            gatehouse("export", "--data", daemon.data, "--to", told["head"]).splitlines()
        )
        before = os.stat(journal(copy))
        gatehouse("backup", journal(copy), "--data", daemon.data, expect=1)
        assert os.stat(journal(copy)).st_mtime_ns == before.st_mtime_ns
    with Daemon(copy) as other, asking(other) as client:
        assert client.append(cloud_event())[0] == (told["head"] + 1, False)


def test_old_events_go_and_stay_known(place):
    """Retention by size and by age removes the oldest, keeps the chain, and what is gone is not taken for new."""
    limits = {"by-size": {"size": "1MiB"}, "by-age": {"age": "1s"}}
    old = [cloud_event({"text": "x" * 8000}, id=f"old-{n}", site="test") for n in range(400)]
    with contextlib.ExitStack() as stack:
        clients = {}
        for name, limit in limits.items():
            os.mkdir(f"{place}/{name}")
            site = write_site(f"{place}/{name}", [], gateway={"retention": limit})
            daemon = stack.enter_context(Daemon(f"{place}/{name}/data", "--site", site))
            clients[name] = stack.enter_context(asking(daemon))
            for start in range(0, 400, 100):
                clients[name].append(*old[start : start + 100])
        # The gateway tidies some twenty seconds after its start.
        for name, client in clients.items():
            wait_for(name, lambda c=client: all(event.sequence > 200 for event in c.replay()[0]), 60, 0.5)
            assert client.replay(1, 100)[0] == []
            assert client.append(old[0])[0][1] is True, "a device that is read out again brings nothing back"
            assert client.append(cloud_event(site="test"))[0][1] is False
    for name in limits:
        found = verdict(f"{place}/{name}/data")
        assert found["chain"] == "intact" and found["head"] == 402 and found["events"] < 200
        first = int(json.loads(gatehouse("export", "--data", f"{place}/{name}/data").splitlines()[0])["sequence"])
        assert first == 403 - found["events"]
    assert os.path.getsize(journal(f"{place}/by-size/data")) <= 1 << 20
