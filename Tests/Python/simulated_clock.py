"""A simulated clock as a process: started with its options, told commands, stopped at the end."""

import json
import os
import select
import subprocess


class SimulatedClock:
    """`gatehouse simulate zkteco`, with its address and its command line."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [os.environ["GATEHOUSE_BIN"], "simulate", "zkteco", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        ready = self.read()
        assert ready["kind"] == "zkteco"
        self.scheme, _, rest = ready["address"].partition("://")
        self.host, _, port = rest.rpartition(":")
        self.port = int(port)

    def read(self) -> dict:
        """The next line, waited for at most 20 seconds."""
        ready, _, _ = select.select([self.process.stdout], [], [], 20)
        assert ready, "the simulation says nothing"
        return json.loads(self.process.stdout.readline())

    def tell(self, **command) -> dict:
        self.process.stdin.write(json.dumps(command) + "\n")
        answer = self.read()
        assert "error" not in answer, answer
        return answer

    def __enter__(self) -> "SimulatedClock":
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()
            self.process.stdin.close()
            self.process.stdout.close()
