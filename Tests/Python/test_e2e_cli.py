"""The commands as scripts use them: exit codes, shapes of --json, and what they say when something is wrong."""

import csv
import io
import json
import select
import subprocess

import pytest

from daemon import PROGRAM, Daemon, Simulation, device, gatehouse, wait_for, write_site
from e2e_bus import asking, cloud_event


def run(*arguments, stdin=""):
    """Exit code, standard output and standard error."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout, done.stderr


COMMANDS = [
    "run",
    "demo",
    "check",
    "devices",
    "tail",
    "append",
    "export",
    "import",
    "verify",
    "backup",
    "keys",
    "keys new",
    "keys list",
    "keys revoke",
    "consumers",
    "consumers list",
    "consumers confirm",
    "consumers forget",
    "command",
    "reload",
    "simulate",
    "simulate zkteco",
    "simulate line-scanner",
    "version",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command):
    """`--help` of each command ends with 0 and shows how it is used."""
    code, out, _ = run(*command.split(), "--help")
    assert code == 0 and f"Example: gatehouse {command}" in out.replace("\n", " ").replace("  ", " ")


def test_every_command_is_listed():
    """`gatehouse --help` names every command and the exit codes."""
    _, out, _ = run("--help")
    listed = {line.split()[0] for line in out.splitlines() if line.startswith("  ") and line.split()}
    assert {command.split()[0] for command in COMMANDS} <= listed and "Exit codes" in out


WRONG = [
    # 2: wrong usage
    (2, ["nonsense"]),
    (2, ["run", "--bogus"]),
    (2, ["run", "--log", "loud"]),
    (2, ["tail", "--count", "0"]),
    (2, ["tail", "--from", "0"]),
    (2, ["export", "--from", "0"]),
    (2, ["export", "--format", "xml"]),
    (2, ["append", "{}/none"]),
    (2, ["import", "x.bin", "--device", "a"]),
    (2, ["import", "x.csv", "--device", "../a"]),
    (2, ["keys", "new", "a", "--role", "boss"]),
    (2, ["simulate", "zkteco"]),
    (2, ["simulate", "zkteco", "--listen", "nowhere"]),
    (2, ["simulate", "zkteco", "--tty", "--layout", "41"]),
    # 1: the thing asked about is not in order
    (1, ["check", "{}/none.yaml"]),
    (1, ["run", "--site", "{}/none.yaml", "--data", "{}/x"]),
    (1, ["verify", "--data", "{}/x"]),
    (1, ["export", "--data", "{}/x"]),
    (1, ["backup", "{}/copy", "--data", "{}/x"]),
    # 3: the daemon cannot be reached
    (3, ["devices", "--data", "{}/x"]),
    (3, ["tail", "--data", "{}/x"]),
    (3, ["append", "-", "--data", "{}/x"]),
    (3, ["command", "a", "identify", "--data", "{}/x"]),
    (3, ["reload", "--data", "{}/x"]),
    (3, ["devices", "--requests", "tcp://127.0.0.1:9"]),
]


def test_what_goes_wrong_has_its_exit_code(place):
    """1 not in order, 2 wrong usage, 3 no daemon: each with a sentence on standard error or in the list of problems."""
    for expected, arguments in WRONG:
        code, out, err = run(*[argument.replace("{}", place) for argument in arguments])
        assert code == expected, (arguments, code, out, err)
        assert len(out + err) > 20 and "Fatal" not in err, arguments


def test_refusals_exit_with_4(daemon):
    """What the daemon refuses ends with 4 and its words."""
    code, _, err = run("append", "-", "--data", daemon.data, stdin=cloud_event(topic="punch.recorded").decode())
    assert code == 4 and "forbidden" in err and "line 1" in err
    code, _, err = run("command", "nobody", "identify", "--data", daemon.data)
    assert code == 4 and "unknown-device" in err


DEVICE_KEYS = {
    "device",
    "driver",
    "address",
    "state",
    "vendor",
    "model",
    "serial",
    "lastEvent",
    "clockOffsetMilliseconds",
    "logUsed",
    "logCapacity",
    "frames",
    "badFrames",
}


def test_the_shapes_of_json(place):
    """`--json` of devices, append, verify, backup, check, version and keys has the keys that scripts rely on."""
    with Simulation("zkteco", "--records", 5) as clock:
        site = write_site(place, [device("gate", "zkteco", clock.host), device("away", "zkteco", "127.0.0.1:9")])
        with Daemon(f"{place}/data", "--site", site) as daemon:
            daemon.wait_online("gate")
            rows = {row["device"]: row for row in json.loads(gatehouse("devices", "--data", daemon.data, "--json"))}
            assert all(DEVICE_KEYS <= set(row) for row in rows.values())
            assert rows["gate"]["state"] == "online" and rows["gate"]["logCapacity"] == 100_000
            assert rows["away"]["state"] == "offline"
            assert all("suggestion" in row for row in rows.values() if row["state"] == "unmanaged")
            shown = gatehouse("devices", "--data", daemon.data)
            assert "gate" in shown and "online" in shown and "\x1b" not in shown
            events = b"\n".join([cloud_event(id="1", site="test"), b"", cloud_event(id="2", site="test")]).decode()
            first = [
                json.loads(line)
                for line in gatehouse("append", "-", "--data", daemon.data, "--json", stdin=events).splitlines()
            ]
            again = [
                json.loads(line)
                for line in gatehouse("append", "-", "--data", daemon.data, "--json", stdin=events).splitlines()
            ]
            assert [set(row) for row in first] == [{"id", "sequence", "duplicate"}] * 2
            assert [row["id"] for row in first] == ["1", "2"]
            assert [row["duplicate"] for row in first + again] == [False, False, True, True]
            assert [row["sequence"] for row in first] == [row["sequence"] for row in again]
            assert {"events", "head", "chain", "modules"} <= set(
                json.loads(gatehouse("verify", "--data", daemon.data, "--json"))
            )
        assert json.loads(gatehouse("version", "--json"))["version"].count(".") == 2
        assert json.loads(gatehouse("check", site, "--json")) == []


def test_a_batch_that_is_refused_names_its_lines(daemon):
    """A bad line refuses the batch around it, none of which is stored; the lines are named."""
    lines = [cloud_event({"n": n}).decode() for n in range(3)] + ["no JSON"]
    code, out, err = run("append", "-", "--data", daemon.data, stdin="\n".join(lines))
    assert code == 4 and out == "" and "lines 1 to 4" in err and "none of them is stored" in err
    with asking(daemon) as client:
        assert client.head() == 0


def test_tail_begins_where_it_is_told(daemon):
    """`--from` begins in the past, `--topic` may be given again, `--count` ends it; without --json it is for people."""
    with asking(daemon) as client:
        client.append(*[cloud_event({"n": n}, topic=f"ext.{'abc'[n % 3]}") for n in range(30)])

    def numbers(*options):
        out = gatehouse("tail", "--data", daemon.data, "--json", *options)
        return [json.loads(line)["data"]["n"] for line in out.splitlines()]

    assert numbers("--from", 1, "--count", 5) == list(range(5))
    assert numbers("--from", 10, "--count", 2) == [9, 10]
    assert numbers("--from", 1, "--count", 4, "--topic", "ext.a", "--topic", "ext.c") == [0, 2, 3, 5]
    shown = gatehouse("tail", "--data", daemon.data, "--from", 1, "--count", 3)
    assert len(shown.splitlines()) == 3 and "ext.b" in shown and "\x1b" not in shown


def test_tail_without_from_shows_what_comes(daemon):
    """Without `--from` a tail shows only what is new; a reader that goes away ends it, with exit 0."""
    with asking(daemon) as client:
        client.append(cloud_event({"n": "old"}))
        with subprocess.Popen([PROGRAM, "tail", "--json", "--data", daemon.data], stdout=subprocess.PIPE) as tail:
            try:
                wait_for("its first line", lambda: append_and_see(client, tail.stdout), pause=0)
                assert json.loads(tail.stdout.readline())["data"]["n"] == "new"
                tail.stdout.close()
                wait_for("its end", lambda: client.append(cloud_event()) and tail.poll() is not None, pause=0.05)
                assert tail.returncode == 0
            finally:
                tail.kill()


def test_tail_goes_on_over_a_restart(daemon):
    """A tail that stands while the daemon is killed and started again prints every event once, in order."""
    with asking(daemon) as client:
        client.append(*[cloud_event({"n": n}) for n in range(10)])
        command = [PROGRAM, "tail", "--json", "--from", "1", "--count", "20", "--data", daemon.data]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as tail:
            try:
                first = [json.loads(tail.stdout.readline())["data"]["n"] for _ in range(10)]
                daemon.kill()
                daemon.start()
                client.append(*[cloud_event({"n": n}) for n in range(10, 20)])
                out, _ = tail.communicate(timeout=30)
                assert first + [json.loads(line)["data"]["n"] for line in out.splitlines()] == list(range(20))
                assert tail.returncode == 0
            finally:
                tail.kill()


def append_and_see(client, output):
    """Appends an event; whether there is something to read then."""
    client.append(cloud_event({"n": "new"}))
    return select.select([output], [], [], 0.2)[0]


@pytest.mark.parametrize("road", ["folder", "daemon", "folder of a stopped daemon"])
def test_export_in_both_formats(place, road):
    """Ranges and topics, as JSON lines and as CSV, from a running daemon, from its folder, and without one."""
    with Daemon(f"{place}/data") as daemon, asking(daemon) as client:
        client.append(cloud_event({"text": '=cmd|"x",\n中文'}, topic="ext.a", subject="=1+1"))
        client.append(*[cloud_event({"n": n}, topic="ext.b") for n in range(8)])
        if road.startswith("folder of"):
            daemon.stop()
        where = ["--requests", daemon.requests] if road == "daemon" else ["--data", daemon.data]
        events = [json.loads(line) for line in gatehouse("export", *where).splitlines()]
        assert [int(event["sequence"]) for event in events] == list(range(1, 10))
        some = gatehouse("export", *where, "--from", 3, "--to", 5, "--topic", "ext.b").splitlines()
        assert [json.loads(line)["data"]["n"] for line in some] == [1, 2, 3]
        table = list(csv.DictReader(io.StringIO(gatehouse("export", *where, "--format", "csv"))))
        assert [int(row["sequence"]) for row in table] == list(range(1, 10))
        assert json.loads(table[0]["data"])["text"] == '=cmd|"x",\n中文'
        assert table[0]["subject"] == "'=1+1", "a spreadsheet must not compute it"
        assert [row["topic"] for row in table] == ["ext.a"] + ["ext.b"] * 8


def test_consumers_tell_how_far_they_are(place):
    """A consumer confirms, never goes back, never ahead of the head, and is forgotten; a wrong name is refused."""
    with Daemon(f"{place}/data") as daemon:
        with asking(daemon) as client:
            client.append(*[cloud_event({"n": n}) for n in range(5)])

        def consumers(*words, expect=0):
            shown = gatehouse("consumers", *words, "--data", daemon.data, "--json", expect=expect)
            return {row["consumer"]: row["confirmed"] for row in json.loads(shown)["consumers"]} if not expect else shown

        assert consumers("list") == {}
        assert consumers("confirm", "payroll", "3") == {"payroll": 3}
        assert consumers("confirm", "payroll", "2") == {"payroll": 3}
        assert consumers("confirm", "canteen", "900") == {"payroll": 3, "canteen": 5}
        assert consumers("forget", "payroll") == {"canteen": 5}
        consumers("confirm", "no/name", "1", expect=4)
