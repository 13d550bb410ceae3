"""The sheets of `gatehouse qr`: decoders that others wrote read every code, and a running gateway knows it again."""

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import stat
import subprocess

import pytest

from daemon import Daemon, Simulation, device, gatehouse, write_site
from e2e_bus import listening

TOOLS = ["zbarimg", "pdftoppm", "rsvg-convert"]
pytestmark = [
    pytest.mark.skipif(
        not os.access(os.environ.get("GATEHOUSE_BIN", ""), os.X_OK), reason="GATEHOUSE_BIN names no program"),
    pytest.mark.skipif(
        any(shutil.which(tool) is None for tool in TOOLS), reason=f"{', '.join(TOOLS)} are not all there"),
]

CHECKPOINTS = [f"CP{number:02}" for number in range(1, 15)]


@pytest.fixture
def site(place):
    lines = ["site: test", "timezone: Asia/Shanghai", "checkpoints:"]
    lines += [f"  - {{ id: {name}, name: {name[2:]}号配电房消防栓 }}" for name in CHECKPOINTS]
    lines += ['  - { id: OLD, name: 旧消防栓, code: "XF-0001" }']
    lines += ["conditions:", "  - { id: normal, name: 正常 }", "  - { id: blocked, name: 通道堵塞, hazard: general }"]
    lines += ["people:", "  - { id: E1001, name: 张三 }"]
    with open(f"{place}/site.yaml", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return f"{place}/site.yaml"


def qr(place, site, *arguments, expect=0):
    return gatehouse("qr", "--site", site, "--data", f"{place}/data", *arguments, expect=expect)


def listed(place, site, *arguments):
    """id, kind and code of each, as the text format has them."""
    return [tuple(line.split("\t")) for line in qr(place, site, "--format", "text", *arguments).splitlines()]


def decoded(*images):
    """What is read in any of these pictures of the same page. As a scanner takes several looks, so does the test: the
    keys are random, and zbar overlooks a rare symbol at one size that it reads at the next."""
    found = set()
    for image in images:
        run = subprocess.run(
            ["zbarimg", "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", image], capture_output=True,
            text=True, check=True)
        found |= set(run.stdout.split())
    return sorted(found)


def test_tags_are_those_that_anybody_computes_from_the_key(place, site):
    rows = listed(place, site, "--checkpoint", "CP01", "--conditions", "--people")
    path = f"{place}/data/codes.key"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    key = bytes.fromhex(open(path, encoding="ascii").read())
    assert [row[:2] for row in rows] == [
        ("CP01", "checkpoint"), ("normal", "condition"), ("blocked", "condition"), ("E1001", "person")]
    for name, kind, code in rows:
        signed = f"GH1.{ {'checkpoint': 'C', 'condition': 'N', 'person': 'P'}[kind] }.{name}"
        tag = base64.b32encode(hmac.new(key, signed.encode(), hashlib.sha256).digest()[:10]).decode().lower()
        assert code == f"{signed}.{tag}"


def test_a_secret_named_codes_is_the_key(place, site):
    with open(f"{place}/secrets.yaml", "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as file:
        file.write('codes: "a phrase"\n')
    assert listed(place, site, "--checkpoint", "CP01") == [("CP01", "checkpoint", "GH1.C.CP01.33kd3nwmvst4ckf7")]
    assert not os.path.exists(f"{place}/data/codes.key")


def test_every_code_of_a_pdf_is_read(place, site):
    codes = sorted(code for _, _, code in listed(place, site))
    assert len(codes) == len(CHECKPOINTS)
    assert qr(place, site, "--out", f"{place}/sheet.pdf") == f"{place}/sheet.pdf\n"
    for resolution in ("150", "190", "240"):
        subprocess.run(
            ["pdftoppm", "-png", "-r", resolution, f"{place}/sheet.pdf", f"{place}/at{resolution}"], check=True)
    pages = [decoded(*(f"{place}/at{resolution}-{page}.png" for resolution in (150, 190, 240))) for page in (1, 2)]
    assert [len(page) for page in pages] == [12, 2]
    assert sorted(pages[0] + pages[1]) == codes


def test_a_pdf_is_a4_and_its_text_is_text(place, site):
    qr(place, site, "--out", f"{place}/sheet.pdf")
    told = subprocess.run(["pdfinfo", f"{place}/sheet.pdf"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Page size:\s+595\.2\d* x 841\.89 pts \(A4\)", told), told
    text = subprocess.run(["pdftotext", f"{place}/sheet.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert all(name in text for name in CHECKPOINTS)
    assert "01号配电房消防栓" in text.replace("\n", "")


def test_every_code_of_an_svg_is_read(place, site):
    codes = sorted(code for _, _, code in listed(place, site))
    files = qr(place, site, "--out", f"{place}/sheet.svg").splitlines()
    assert files == [f"{place}/sheet.svg", f"{place}/sheet-2.svg"]
    found = []
    for file in files:
        for zoom in ("3", "4", "5"):
            subprocess.run(
                ["rsvg-convert", "--zoom", zoom, "-b", "white", "-o", f"{file}.{zoom}.png", file], check=True)
        found += decoded(*(f"{file}.{zoom}.png" for zoom in (3, 4, 5)))
    assert sorted(found) == codes


def test_a_small_picture_of_one_code_is_read_too(place, site):
    """As a phone sees a sheet from two metres: a third of the printed resolution."""
    qr(place, site, "--checkpoint", "CP07", "--out", f"{place}/one.svg")
    subprocess.run(["rsvg-convert", "-b", "white", "-o", f"{place}/one.png", f"{place}/one.svg"], check=True)
    assert decoded(f"{place}/one.png") == [listed(place, site, "--checkpoint", "CP07")[0][2]]


def test_json_has_one_object_a_line(place, site):
    rows = [json.loads(line) for line in qr(place, site, "--json", "--people").splitlines()]
    assert [(row["id"], row["kind"], row["name"]) for row in rows] == [("E1001", "person", "张三")]


@pytest.mark.parametrize(
    "arguments, code",
    [
        (["--checkpoint", "CP99", "--out", "x.pdf"], 1), (["--out", "x.png"], 2), ([], 2),
        (["--format", "pdf"], 2), (["--out", "/nowhere/x.pdf"], 1), (["--out", "/nowhere/x.svg"], 1),
    ])
def test_what_cannot_be_done_is_said(place, site, arguments, code):
    qr(place, site, *arguments, expect=code)


def test_a_running_gateway_knows_its_codes_and_the_forged_ones(place):
    """Signed with the key in its data folder, whoever has made that; a wrong tag is told from a code that is unknown."""
    with Simulation("line-scanner") as wand:
        site = write_site(
            place, [device("wand", "line-scanner", wand.host)], checkpoints=[{"id": "CP01", "name": "配电房"}])
        [(_, _, code)] = listed(place, site)
        with Daemon(f"{place}/data", "--site", site) as daemon, listening(daemon) as live:
            daemon.wait_online("wand")
            for text in [code, code[:-1] + ("a" if code[-1] != "a" else "b"), "GH1.C.CP01", "nonsense"]:
                wand.tell(scan=text)
            told = [live.until(lambda message: message.topic == "scan.recorded")[-1].data for _ in range(4)]
        assert [(scan["kind"], scan["value"], scan["authentic"]) for scan in told] == [
            ("checkpoint", "CP01", "signed"), ("checkpoint", "CP01", "forged"), ("unknown", None, "unknown"),
            ("unknown", None, "unknown")]
