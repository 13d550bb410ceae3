"""Devices gone mad: floods of nonsense from the device's side cost the gateway nothing but that device."""

import collections
import contextlib
import random
import socket
import threading

from daemon import Daemon, Simulation, device, wait_for, write_site
from e2e_bus import asking
from test_e2e_hostile import resident

ENOUGH = 48 << 20


class Flood:
    """A server that sends the same block to whoever connects, for as long as it is taken."""

    def __init__(self, block):
        self.block, self.sent, self.connections, self.stopped = block, 0, 0, False
        self.server = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.server.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        while not self.stopped:
            client, _ = self.server.accept()
            self.connections += 1
            with client, contextlib.suppress(OSError):
                client.settimeout(1)
                while not self.stopped:
                    client.sendall(self.block)
                    self.sent += len(self.block)

    def close(self):
        """Ends the thread: a last connection wakes it where it waits for one."""
        self.stopped = True
        with contextlib.suppress(OSError):
            socket.create_connection(self.server.getsockname(), 1).close()
        self.thread.join(10)
        self.server.close()


def test_floods_from_devices_are_bounded_and_told(place):
    """Endless codes, zeros and noise: memory stays, few events tell of it, and the clock beside them is served."""
    noise = random.Random(20_261_124).randbytes(1 << 16)
    with contextlib.ExitStack() as stack:
        floods = {
            name: stack.enter_context(contextlib.closing(Flood(block)))
            for name, block in {
                "endless": b"#" * (1 << 16),
                "zeros": bytes(1 << 16),
                "noise": noise,
                "silent-zeros": bytes(1 << 16),
            }.items()
        }
        good = stack.enter_context(Simulation("zkteco"))
        site = write_site(
            place,
            [
                device("endless", "line-scanner", floods["endless"].host),
                device("zeros", "line-scanner", floods["zeros"].host),
                device("noise", "zkteco", floods["noise"].host),
                device("silent-zeros", "zkteco", floods["silent-zeros"].host),
                device("good", "zkteco", good.host),
            ],
        )
        daemon = stack.enter_context(Daemon(f"{place}/data", "--site", site))
        client = stack.enter_context(asking(daemon))
        daemon.wait_online("good")
        before = resident(daemon)

        def done():
            return all(floods[n].sent > ENOUGH for n in ("endless", "zeros")) and floods["noise"].connections > 2

        punched = 0
        while not (punched and done()):
            good.tell(punch={"badge": "10001", "time": f"2026-11-02 {8 + punched // 60:02}:{punched % 60:02}:00"})
            punched += 1
            wait_for("the punch", lambda n=punched: len(client.replay(prefix=b"punch.")[0]) == n, pause=0.1)
        assert resident(daemon) - before < 60
        told = collections.Counter((m.data["device"], m.topic) for m in client.replay(prefix=b"device.")[0])
        for name in floods:
            assert 1 <= told[name, "device.faulted"] < 20, (name, told)
        assert told["good", "device.disconnected"] == told["good", "device.faulted"] == 0
        assert client.replay(prefix=b"scan.")[0] == [], "no end, no scan"
