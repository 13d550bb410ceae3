"""Gatehouse's own processes for tests: the daemon, simulated devices, and the other commands.

    with folder() as place, Simulation("zkteco", "--record-size", "40") as clock:
        site = write_site(place, [device("gate-1-clock", "zkteco", clock.host)])
        with Daemon(f"{place}/data", "--site", site) as daemon:
            clock.tell(punch={"badge": "10023"})
            wait_for("the punch", lambda: punches_in(daemon))
            daemon.kill()                   # SIGKILL
            daemon.start()                  # the same folder, the same ports
            verb, *content = daemon.ask(b"HEAD")

`GATEHOUSE_BIN` names the program to test; without it, the debug build of this repository. Only processes that were
started here are ever signalled. Python's own library and pyzmq are all it needs.
"""

import contextlib
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GATEHOUSE_BIN", str(ROOT / ".build" / "debug" / "gatehouse"))


class Late(AssertionError):
    """What was waited for did not come in time."""


def wait_for(what, condition, seconds=20, pause=0.01):
    """Returns the first true value of `condition()`, asked again and again until the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Late(f"{what}: not within {seconds} s")
        time.sleep(pause)


@contextlib.contextmanager
def folder(prefix="gatehouse-"):
    """A new folder with a short path (a Unix socket's has at most 107 bytes), deleted unless the test fails."""
    path = tempfile.mkdtemp(prefix=prefix)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def device(name, driver, host=None, tty=None, **more):
    """One entry of a site file's `devices`, found by `host` ("127.0.0.1:4370") or by `tty` (a path)."""
    return {"id": name, "driver": driver, "match": {"host": host} if host else {"tty": tty}, **more}


def write_site(place, devices, **sections):
    """Writes a site file into a folder and returns its path. JSON is YAML too, so nothing need be quoted by hand."""
    site = {"site": "test", "timezone": "Asia/Shanghai", "devices": devices, **sections}
    path = os.path.join(place, "site.yaml")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(site, file, ensure_ascii=False, indent=2)
    return path


def gatehouse(*arguments, stdin="", expect=0, seconds=60):
    """Runs a command to its end and returns its standard output; a failure shows what it said."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == expect, f"gatehouse {arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


class Process:
    """A child process that ends with its `with` block."""

    def __init__(self):
        self.process = None

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """SIGKILL, and its end awaited; False when it had ended by itself before."""
        return self._end(signal.SIGKILL)

    def stop(self, seconds=10):
        """SIGTERM; returns the exit status."""
        self._end(signal.SIGTERM, seconds)
        return self.process.returncode

    def _end(self, number, seconds=10):
        was_running = self.is_running
        if was_running:
            self.process.send_signal(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
            raise Late(f"{self.process.args[1:3]}: still there {seconds} s after signal {number}") from None
        return was_running

    def close(self):
        """Ends it if need be. What was wrong with it has been told before."""
        if self.process is None:
            return
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        with contextlib.suppress(Late):
            self._end(signal.SIGTERM)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Daemon(Process):
    """`gatehouse run` on a data folder.

    The first start takes free ports, and every later one the same again, so that clients find it. What it logs goes to
    `daemon.log` beside its data, appended over all starts.
    """

    def __init__(self, data, *options, program=PROGRAM):
        super().__init__()
        self.data, self.options, self.program = data, options, program
        self.events = self.requests = None
        self.log = os.path.normpath(data) + ".log"
        self.starts = 0

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def start(self, wait=True):
        """Starts it and waits until it takes requests, unless told not to."""
        assert not self.is_running, "it runs already"
        self.starts += 1
        free = "tcp://127.0.0.1:0"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [
                    *[self.program, "run", "--data", self.data],
                    *["--events", self.events or free, "--requests", self.requests or free],
                    *self.options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.wait() if wait else self

    def wait(self, seconds=30):
        """Waits until it takes requests. A `run.json` that a killed daemon left names another process."""
        run = wait_for("the daemon's run.json", self._run_file, seconds, pause=0.005)
        self.events, self.requests = run["events"], run["requests"]
        return self

    def _run_file(self):
        assert self.is_running, f"the daemon ended by itself, exit {self.process.returncode}:\n{self.last_words()}"
        try:
            with open(os.path.join(self.data, "run.json"), encoding="utf-8") as file:
                run = json.load(file)
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return run if run["pid"] == self.process.pid else None

    def last_words(self, lines=30):
        """The end of its log."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])

    def ask(self, *frames, seconds=10):
        """One request with one reply, without keys: the reply's frames after the correlation."""
        import zmq  # not everybody who starts a daemon asks it something

        with zmq.Context.instance().socket(zmq.DEALER) as socket:
            socket.linger = 0
            socket.connect(self.requests)
            socket.send_multipart([b"1", *frames])
            if not socket.poll(seconds * 1000):
                raise Late(f"{frames[0]!r}: no answer within {seconds} s")
            return socket.recv_multipart()[1:]

    def devices(self):
        """What `gatehouse devices` says, by the devices' names."""
        word, *content = self.ask(b"DEVICES")
        assert word == b"OK", content
        return {row["device"]: row for row in json.loads(content[0])}

    def wait_online(self, *names, seconds=20):
        """Waits until these devices are connected."""
        wait_for(
            f"{names} online", lambda: all(self.devices()[name]["state"] == "online" for name in names), seconds, 0.05
        )


class Refused(AssertionError):
    """A simulated device did not do what it was told."""


class Simulation(Process):
    """`gatehouse simulate KIND` on a free port of loopback, or on `--tty` when the options say so.

    It outlives any daemon. May be told something from several threads.
    """

    def __init__(self, kind, *options, listen="tcp://127.0.0.1:0", program=PROGRAM):
        super().__init__()
        place = [] if "--tty" in options else ["--listen", listen]
        self.process = subprocess.Popen(
            [program, "simulate", kind, *place, *map(str, options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._turn = threading.Lock()
        self._rest = b""
        try:
            self.address = self._line(20)["address"]
        except BaseException:
            self.close()
            raise

    @property
    def host(self):
        """Where a site file's `host` finds it: `127.0.0.1:4370`; which of TCP and UDP it is, the daemon finds."""
        return re.sub("^(tcp|udp)://", "", self.address)

    def tell(self, seconds=20, **command):
        """Tells it one command, for example `tell(punch={"badge": "10023"})`, and returns its answer."""
        with self._turn:
            self.process.stdin.write(json.dumps(command).encode() + b"\n")
            self.process.stdin.flush()
            answer = self._line(seconds)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer

    def _line(self, seconds):
        deadline = time.monotonic() + seconds
        pipe = self.process.stdout.fileno()
        pieces = []
        while not (pieces and pieces[-1].endswith(b"\n")):
            ready, _, _ = select.select([pipe], [], [], max(0, deadline - time.monotonic()))
            piece = os.read(pipe, 1 << 16) if ready else b""
            if not piece:
                raise Late(f"{self.process.args[1:3]}: no answer within {seconds} s, exit {self.process.poll()}")
            pieces.append(piece)
        return json.loads(b"".join(pieces))
