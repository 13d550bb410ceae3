"""The wires' decoders, each beside the same framing in C where that is short enough to be right."""

import json
import subprocess

from parts import compiled

#: A busy box: as many lines at the usual best rate of a serial line, all of them full.
LINES, BYTES_A_SECOND = 16, 115_200 / 10
#: What that may cost of one core.
SHARE = 0.05
#: Decoders are written to be safe and read well, and still must not be a whole order behind plain C twice over.
RATIO = 0.02
IN_C = ("osdp", "anviz", "zkteco", "em4100", "line-scan", "fcard")


def decoders(bench):
    """Units a second of each wire's decoder, whole reads of 512 bytes, from memory."""
    baseline = compiled("decoders", bench.folder)
    seconds = bench.size(0.7, 0.3)
    for wire in subprocess.run([bench.decoders, "list"], capture_output=True, text=True, check=True).stdout.split():
        file = bench.path(f"{wire}.bytes")
        written = answer(bench.decoders, "write", wire, file)
        ours = rates(answer(bench.decoders, "decode", wire, file, seconds))
        load = LINES * BYTES_A_SECOND / ours["bytes"]
        bar, met, beside = f"{LINES} full lines ≤ {SHARE:.0%} of a core", load <= SHARE, ""
        if wire in IN_C:
            theirs = rates(answer(baseline, wire, file, seconds))
            ratio = ours["frames"] / theirs["frames"]
            bar, met = f"{bar}, ≥ {RATIO:g} × C", met and ratio >= RATIO
            beside = f"C {theirs['frames']:,.0f}/s, ratio {ratio:.2f}"
        bench.row(
            f"decoder of {wire}", f"{ours['frames']:,.0f} {written['unit']}/s", bar, met, beside,
            f"{ours['bytes'] / 1e6:.0f} MB/s, {LINES} lines at 115,200 baud take {load:.2%} of a core")
        bench.series.setdefault("decoders", {})[wire] = ours


def answer(*words):
    return json.loads(subprocess.run([*map(str, words)], capture_output=True, text=True, check=True).stdout)


def rates(figures):
    return {name: figures[name] / figures["seconds"] for name in ("frames", "bytes")}
