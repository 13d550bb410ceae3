"""What the measurements are put together from: processes that speak JSON lines, the daemon, and looks at both from outside."""

import json
import os
import select
import signal
import sqlite3
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = {
    "scanners": ("scanners.c", []),
    "listener": ("listener.c", ["-lzmq"]),
    "replayer": ("replayer.c", ["-lsqlite3", "-lzmq"]),
    "punches": ("punches.c", []),
    "baseline": ("baseline/baseline.c", ["-lsqlite3", "-lzmq", "-lpthread"]),
    "decoders": ("baseline/decoders.c", []),
}


def build(folder):
    """Compiles the C programs that all measurements share; their paths by name."""
    return {name: compiled(name, folder) for name in SOURCES if name != "decoders"}


def compiled(name, folder):
    """Compiles one of the C programs; its path."""
    source, libraries = SOURCES[name]
    path = os.path.join(folder, name)
    subprocess.run(["cc", "-O2", os.path.join(HERE, source), *libraries, "-o", path], check=True)
    return path


class Process:
    """A program that answers in lines of JSON."""

    def __init__(self, command, stderr=None):
        self.command = command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
        self.pid = self.process.pid
        self.buffer = b""

    def read(self, timeout=120):
        """The next line."""
        end = time.monotonic() + timeout
        while b"\n" not in self.buffer:
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                raise SystemExit(f"{self.command[0]} says nothing for {timeout} s")
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                raise SystemExit(f"{' '.join(self.command)} ended without an answer, status {self.process.wait()}")
            self.buffer += piece
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def ask(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()
        return self.read()

    def result(self):
        """Its last line, once it has ended."""
        answer = self.read()
        self.process.wait()
        return answer

    @staticmethod
    def until(condition, what, timeout=120, pause=0.02):
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                raise SystemExit(f"not within {timeout} s: {what}")
            time.sleep(pause)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Daemon(Process):
    """`gatehouse run` on free ports; stopped in order at the end."""

    def __init__(self, gatehouse, data, site=None, wait=True, more=(), log="error", stderr=None):
        command = [gatehouse, "run", "--data", data, "--events", "tcp://127.0.0.1:0", "--requests", "tcp://127.0.0.1:0",
                   "--log", log]
        super().__init__([*command, *(["--site", site] if site else []), *more], stderr)
        self.journal = os.path.join(data, "journal.sqlite")
        if wait:
            self.until(lambda: self.run_file(data), "the gateway is ready")

    def run_file(self, data):
        if self.process.poll() is not None:
            raise SystemExit(f"the gateway ended with status {self.process.returncode}")
        try:
            with open(os.path.join(data, "run.json")) as file:
                run = json.load(file)
        except (FileNotFoundError, json.JSONDecodeError):
            return False
        self.events, self.requests, self.adms = run["events"], run["requests"], run.get("adms")
        return run["pid"] == self.pid

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise SystemExit("the gateway did not stop within 10 s")


def resident(pid):
    """Resident memory in MB (10^6 bytes)."""
    with open(f"/proc/{pid}/status") as file:
        kilobytes = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
    return kilobytes * 1024 / 1e6


def cpu_seconds(pid):
    """Processor time of all its threads so far, also of those that have ended."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ask_journal(journal, query, *values):
    """A number from the journal's file, as whatever reads it from outside sees it: only what is committed."""
    try:
        connection = sqlite3.connect(f"file:{journal}?mode=ro", uri=True, isolation_level=None)
        try:
            row = connection.execute(query, values).fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return 0
    return row[0] if row else 0


def head(journal):
    """The sequence of the last event on disk, 0 before there is one."""
    return ask_journal(journal, "SELECT head FROM ends")


def last_of(journal, topic):
    """The sequence of the last event of that topic on disk."""
    return ask_journal(journal, "SELECT head FROM topics WHERE name = ?", topic)


def count_of(journal, topic):
    """How many events of that topic are on disk; it reads them all."""
    return ask_journal(
        journal, "SELECT COUNT(*) FROM events WHERE topic = (SELECT id FROM topics WHERE name = ?)", topic)


def shape(journal):
    """How many events a transaction had, and how many bytes an event, on average."""
    batch = ask_journal(journal, "SELECT COUNT(*) / COUNT(DISTINCT recorded) FROM events")
    return batch, ask_journal(journal, "SELECT CAST(AVG(LENGTH(body)) AS INTEGER) FROM events")


def scanner_site(ports):
    devices = "".join(
        f"  - {{ id: scanner-{number}, driver: line-scanner, match: {{ host: \"127.0.0.1:{port}\" }} }}\n"
        for number, port in enumerate(ports))
    return f"site: bench\ntimezone: Asia/Shanghai\ndevices:\n{devices}"


def zk_site(address):
    host = address.split("://")[-1]
    return ("site: bench\ntimezone: Asia/Shanghai\ndevices:\n"
            f"  - {{ id: clock, driver: zkteco, match: {{ host: \"{host}\" }} }}\n")


def system_facts():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"processor": f"{model}", "cores": os.cpu_count(), "memory": f"{memory:.0f} GiB",
            "kernel": os.uname().release, "load before": f"{os.getloadavg()[0]:.1f}"}
