#!/usr/bin/env python3
"""A hall of clocks that call in over HTTP, for a measurement: each keeps its connection, asks for commands every ten
seconds and brings a punch every ten.

    python3 clocks.py --door http://127.0.0.1:8081 --clocks 100

Prints a line of JSON when all have been greeted, and another, {"requests", "punches", "refused"}, for each line on
standard input.
"""

import argparse
import asyncio
import json
import sys
import time
import urllib.parse

PERIOD = 10


class Clock:
    def __init__(self, number, host, port, counts):
        self.serial, self.number, self.counts = f"BENCH{number:05}", number, counts
        self.host, self.port = host, port
        self.reader = self.writer = None

    async def ask(self, method, target, body=""):
        """One request on the connection that stands; whether the answer is 200."""
        head = f"{method} /iclock/{target} HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.writer.write((head + body).encode())
        status = await self.reader.readline()
        length = 0
        while (line := await self.reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        await self.reader.readexactly(length)
        self.counts["requests"] += 1
        self.counts["refused"] += b" 200 " not in status
        return b" 200 " in status

    async def greet(self):
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        while not await self.ask("GET", f"cdata?SN={self.serial}&options=all&pushver=2.2.14&language=83"):
            await asyncio.sleep(0.2)

    async def work(self):
        """Its first round lies somewhere in the period, so that the hall is never all at once."""
        await asyncio.sleep(PERIOD * (self.number * 37 % 100) / 100)
        while True:
            await self.ask("GET", f"getrequest?SN={self.serial}")
            await asyncio.sleep(PERIOD / 2)
            made = time.strftime("%Y-%m-%d %H:%M:%S")
            line = f"{10_001 + self.number}\t{made}\t0\t1\t0\t0\t0\r\n"
            self.counts["punches"] += await self.ask(
                "POST", f"cdata?SN={self.serial}&table=ATTLOG&Stamp={int(time.time())}", line)
            await asyncio.sleep(PERIOD / 2)


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--door", required=True)
    parser.add_argument("--clocks", type=int, default=100)
    arguments = parser.parse_args()
    door = urllib.parse.urlsplit(arguments.door)
    counts = dict(requests=0, punches=0, refused=0)
    clocks = [Clock(number, door.hostname, door.port, counts) for number in range(arguments.clocks)]
    await asyncio.gather(*(clock.greet() for clock in clocks))
    print(json.dumps({"greeted": len(clocks)}), flush=True)
    work = [asyncio.create_task(clock.work()) for clock in clocks]
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(counts), flush=True)
    for task in work:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
