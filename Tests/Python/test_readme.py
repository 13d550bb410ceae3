"""The README says what is so: its links lead somewhere, its commands exist, its examples run."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GATEHOUSE = os.environ.get("GATEHOUSE_BIN", str(ROOT / ".build/debug/gatehouse"))
PAGES = [path for path in ROOT.rglob("*.md") if ".build" not in path.parts and ".venv" not in path.parts]


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands():
    lines = [line.split("#")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if re.match(r"(\S*/)?gatehouse ", line)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not re.match(r"\w+:", target):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


@pytest.mark.parametrize("command", commands())
def test_every_command_and_its_flags_exist(command):
    words = command.split()[1:]
    subcommands = [word for word in words[:2] if re.fullmatch(r"[a-z-]+", word)]
    help_text = ""
    for depth in (2, 1):
        shown = subprocess.run([GATEHOUSE, *subcommands[:depth], "--help"], capture_output=True, text=True)
        if shown.returncode == 0:
            help_text = shown.stdout
            break
    assert help_text, f"{command}: no such command"
    for flag in (word for word in words if word.startswith("--")):
        assert flag in help_text, f"{command}: {flag} is not in its --help"


def test_every_make_target_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"make ([a-z]+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"


def test_the_site_file_in_the_readme_is_in_order(tmp_path):
    for block in blocks("yaml"):
        (tmp_path / "site.yaml").write_text(block, encoding="utf-8")
        checked = subprocess.run([GATEHOUSE, "check", str(tmp_path / "site.yaml")], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout


def test_the_ten_lines_subscribe(tmp_path):
    """The README's program runs as it stands, but for the address, and prints a punch of the demo."""
    demo = subprocess.Popen(
        [GATEHOUSE, "demo", "--seconds", "60"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        address = next(line.split()[1] for line in demo.stdout if line.strip().startswith("events "))
        program = blocks("python")[0].replace("tcp://127.0.0.1:7780", address)
        subscriber = subprocess.Popen([sys.executable, "-u", "-c", program], stdout=subprocess.PIPE, text=True)
        try:
            assert re.match(r"\d{20} \d{4}-\d\d-\d\dT\S+ gate-\d-clock \d+", subscriber.stdout.readline())
        finally:
            subscriber.kill()
            subscriber.wait()
    finally:
        demo.terminate()
        demo.communicate(timeout=10)


def test_the_readme_is_in_its_order():
    titles = re.findall(r"^## (.*)$", README, re.MULTILINE)
    assert titles == ["Run it", "Subscribe in ten lines", "Plug in a device", "The map", "Add a driver",
                      "Where decisions are", "快速上手"]
