"""The built daemon inside the lab's guest, reached from outside as a client in the next building would reach it.

It runs as the user `gatehouse` with the udev rules of packaging/ and no other rights. Since its endpoints are open to
the network, CURVE is on, and the tests hold a key that `gatehouse keys new` made for them.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "Tests" / "Python")]

import e2e_bus

from usblab import Lab, cache_dir

PROGRAM = os.environ.get("GATEHOUSE_BIN", str(ROOT / ".build" / "release" / "gatehouse"))
EVENTS, REQUESTS = 5555, 5556
DATA, SITE = "/data/gatehouse", "/etc/gatehouse/site.yaml"
#: The lab's own little program that opens devices as a driver would, and says how that went.
PROBE = "/lab/bin/probe"
DISK_MB = 128


class Gateway:
    """A guest with a gateway in it."""

    def __init__(self, lab):
        self.lab = lab
        self.process = self.keys = None

    # The lab gives the guest's ports others on this machine each time that it boots.
    @property
    def events(self):
        return f"tcp://127.0.0.1:{self.lab.port(EVENTS)}"

    @property
    def requests(self):
        return f"tcp://127.0.0.1:{self.lab.port(REQUESTS)}"

    def prepare(self):
        """What an installation does once: the data folder, and a client's key."""
        self.lab.run(f"mkdir {DATA} && chown gatehouse {DATA} && chmod 700 {DATA}", check=True)
        made = self.lab.run(self._as_gatehouse(f"keys new lab --role operator --data {DATA} --json"), check=True)
        path = json.loads(made.output)["secretKeyFile"]
        self.keys = json.loads(self.lab.get(path))

    def start(self):
        """Starts the daemon and waits until it takes requests."""
        addresses = f"--events tcp://0.0.0.0:{EVENTS} --requests tcp://0.0.0.0:{REQUESTS}"
        self.process = self.lab.spawn(self._as_gatehouse(f"run --site {SITE} --data {DATA} {addresses}"))
        self.process.wait_for(r"\] ready$", 60)
        return self

    def power_cut(self):
        """The plug is pulled: the machine is gone at once, and what was only in its memory with it."""
        self.lab.power_cut()

    def power_back(self):
        """The machine boots, and the daemon starts on what its disk holds."""
        self.lab.boot()
        self.start()

    @property
    def log(self):
        return self.process.output if self.process else ""

    def listening(self, *prefixes):
        return e2e_bus.listening(self, *prefixes, keys=self.keys)

    def asking(self):
        return e2e_bus.asking(self, self.keys)

    def replay(self, prefix=""):
        """Every event of that topic, read back over the bus."""
        with self.asking() as client:
            return client.replay(prefix=prefix.encode())[0]

    def free_keyboards(self):
        """The names of keyboards in the guest, and whether somebody else may still have what is typed on them."""
        said = self.lab.run(f"timeout 2 {PROBE}").output
        opened = re.findall(r"^open evdev \S+ name=(.*) grab=(-?\d+)$", said, re.MULTILINE)
        return {name: grab == "0" for name, grab in opened}

    @staticmethod
    def _as_gatehouse(words):
        return f"exec su gatehouse -s /bin/sh -c 'exec /lab/bin/gatehouse {words}'"


@contextlib.contextmanager
def gateway(site):
    """A booted guest with a running gateway on that site file, a dictionary."""
    with tempfile.TemporaryDirectory(prefix="gatehouse-lab-") as folder:
        program = _small(PROGRAM, folder)
        path = Path(folder, "site.yaml")
        path.write_text(json.dumps(site))                  # JSON is YAML too
        files = {f"/etc/udev/rules.d/{rule.name}": str(rule) for rule in (ROOT / "packaging").glob("*.rules")}
        files |= {SITE: str(path), PROBE: os.path.join(cache_dir(), "probe")}
        with Lab(binaries=[program], files=files, ports=[EVENTS, REQUESTS], disk_mb=DISK_MB, log=print) as lab:
            made = Gateway(lab)
            made.prepare()
            yield made.start()
            if made.process.running:
                assert made.process.stop() == 0, made.log


def _small(program, folder):
    """The program without what only a debugger reads: the guest unpacks it into its memory."""
    if not os.access(program, os.X_OK):
        raise FileNotFoundError(f"{program}: build it (make lab does), or set GATEHOUSE_BIN")
    copy = os.path.join(folder, "gatehouse")
    shutil.copy(program, copy)
    if shutil.which("strip"):
        subprocess.run(["strip", copy], check=True)
    return copy
