"""A QEMU guest with a real kernel, udevd and USB class drivers for driver tests.

    with Lab(binaries=["./gatehouse"], ports=[5555]) as lab:
        daemon = lab.spawn("/lab/bin/gatehouse")
        port = lab.plug(Ftdi(serial="FT123"))
        port.write(b"hello\\r\\n")
        daemon.wait_for("hello", 20)

Python standard library only. See README.md.
"""
import base64
import collections
import contextlib
import ctypes
import fcntl
import glob
import hashlib
import json
import lzma
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import zlib

from usbdev import UsbDevice

HERE = os.path.dirname(os.path.abspath(__file__))
AGENT_PORT = 7000
MODULES = """
xhci_pci usbhid hid_generic evdev uhid uinput cdc_acm usbserial ftdi_sio cp210x ch341 pl2303
vhci_hcd usbmon dummy_hcd libcomposite usb_f_acm usb_f_hid usb_f_serial
virtio_pci virtio_net virtio_blk 9pnet_virtio 9p ext4 crc32c_generic
""".split()
TCG = "tcg,thread=multi"
LIB_DIR = "/usr/lib/x86_64-linux-gnu"


class LabError(Exception):
    pass


def cache_dir():
    return os.environ.get("GATEHOUSE_LAB_CACHE") or os.path.expanduser("~/.cache/gatehouse-lab")


# --------------------------------------------------------------------------- cpio
class Cpio:
    """Writes a newc archive; needs no root, also for device nodes."""

    def __init__(self, path):
        self._out, self._ino, self._dirs = open(path, "wb"), 1, {""}

    def _entry(self, name, mode, data=b"", rdev=(0, 0)):
        raw = name.encode() + b"\0"
        fields = (self._ino, mode, 0, 0, 1, 0, len(data), 0, 0, *rdev, len(raw), 0)
        self._ino += 1
        head = b"070701" + b"".join(b"%08x" % value for value in fields) + raw
        self._out.write(head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4))

    @staticmethod
    def _place(path):
        """The guest has a merged /usr: file names go to the real folders."""
        path = os.path.normpath(path).lstrip("/")
        top = path.split("/", 1)[0]
        return "usr/" + path if top in ("bin", "sbin", "lib", "lib64") else path

    def folder(self, path, mode=0o755):
        path = self._place(path)
        if path not in self._dirs:
            if os.path.dirname(path) not in self._dirs:
                self.folder(os.path.dirname(path))
            self._dirs.add(path)
            self._entry(path, 0o040000 | mode)

    def _parent(self, path):
        path = self._place(path)
        self.folder(os.path.dirname(path))
        return path

    def data(self, path, data, mode=0o644):
        self._entry(self._parent(path), 0o100000 | mode, data)

    def file(self, path, source, mode=None):
        with open(source, "rb") as handle:
            self.data(path, handle.read(),
                      os.stat(source).st_mode & 0o777 if mode is None else mode)

    def link(self, path, target):
        self._entry(self._parent(path), 0o120777, target.encode())

    def top_link(self, path, target):
        self._entry(path, 0o120777, target.encode())

    def char(self, path, major, minor):
        self._entry(self._parent(path), 0o020600, b"", (major, minor))

    def close(self):
        self._entry("TRAILER!!!", 0)
        self._out.write(b"\0" * (-self._out.tell() % 512))
        self._out.close()


def shared_libraries(binary):
    """(guest path, host path) of each library that a dynamic binary loads."""
    done = subprocess.run(["ldd", binary], capture_output=True, text=True)
    if "not a dynamic executable" in done.stdout + done.stderr or "statically" in done.stdout:
        return []
    found = []
    for line in done.stdout.splitlines():
        match = re.match(r"\s*(\S+)(?: => (\S+|not found))?(?: \(0x[0-9a-f]+\))?$", line)
        if not match or match[1].startswith("linux-vdso"):
            continue
        if match[2] == "not":
            raise LabError(f"{binary} needs {match[1]}, which this host lacks")
        source = match[2] or match[1]
        if match[2] is None:                               # the loader itself
            target = match[1]
        elif source.startswith(("/lib/", "/lib64/", "/usr/lib/")):
            target = source
        else:
            target = f"{LIB_DIR}/{match[1]}"
        found.append((target, os.path.realpath(source)))
    return found


# --------------------------------------------------------------------------- build
def _run(*command, **kwargs):
    done = subprocess.run(command, capture_output=True, text=True, **kwargs)
    if done.returncode:
        raise LabError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def _find(*names):
    for name in names:
        path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin")
        if path:
            return path
    return None


def install_host_packages(log=print):
    """Install from apt what is missing; nothing happens where all is there."""
    def missing():
        lacks = [name for name, ok in (
            ("qemu-system-x86", _find("qemu-system-x86_64")),
            ("busybox-static", _find("busybox") and not shared_libraries(_find("busybox"))),
            ("udev", _find("udevadm") and glob.glob("/lib/udev/rules.d/60-serial.rules")),
            ("kmod", _find("depmod")), ("e2fsprogs", _find("mke2fs")),
            ("gcc", _find("cc", "gcc", "clang")),
            ("libudev-dev", os.path.exists("/usr/include/libudev.h"))) if not ok]
        return lacks + (["libc6-dev"] if "gcc" in lacks else [])
    lacks = missing()
    if not lacks:
        return
    log(f"installing {' '.join(lacks)}")
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    env = ["env", "DEBIAN_FRONTEND=noninteractive"]
    apt = root + env + ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-qq"]
    try:
        _run(*apt, "install", "-y", "--no-install-recommends", *lacks)
    except LabError:                                       # stale or no package lists
        _run(*apt, "update")
        _run(*apt, "install", "-y", "--no-install-recommends", *lacks)
    if missing():
        raise LabError(f"still missing after apt-get install: {missing()}")


def _kernel_package():
    name = os.environ.get("GATEHOUSE_LAB_KERNEL", "linux-image-amd64")
    match = re.search(r"Depends: (linux-image-\S+)", _run("apt-cache", "depends", name))
    return match[1] if match else name


def _vmlinux(bzimage, target):
    """Unpack the kernel: QEMU starts an ELF without BIOS and decompression, which
    saves seconds without KVM. Falls back to the packed image."""
    data = open(bzimage, "rb").read()
    for magic, unpack in ((b"\xfd7zXZ\0", lambda d: lzma.LZMADecompressor().decompress(d)),
                          (b"\x1f\x8b\x08", lambda d: zlib.decompressobj(31).decompress(d))):
        at = data.find(magic)
        while at > 0:
            try:
                image = unpack(data[at:])
                if image[:4] == b"\x7fELF":
                    with open(target, "wb") as out:
                        out.write(image)
                    return
            except Exception:                              # a chance match of the magic
                pass
            at = data.find(magic, at + 1)
    shutil.copy(bzimage, target)


def _fetch_kernel(cache, log):
    """Kernel and the chosen modules with their dependencies under cache/kernel."""
    target = os.path.join(cache, "kernel")
    stamp = os.path.join(target, "stamp")
    given = os.environ.get("GATEHOUSE_LAB_KERNEL_DEB")     # a package file, to do without apt
    if given:
        package, version = os.path.basename(given), os.path.getsize(given)
    else:
        package = _kernel_package()
        version = re.search(r"Candidate: (\S+)", _run("apt-cache", "policy", package) + "Candidate: ?")[1]
    wanted = f"{package} {version} {' '.join(MODULES)}"
    if os.path.exists(stamp) and open(stamp).read() == wanted:
        return target
    log(f"fetching {package}")
    work = tempfile.mkdtemp(prefix="kernel-", dir=cache)
    try:
        if not given:
            _run("apt-get", "download", "-qq", package, cwd=work)
        deb = given or glob.glob(os.path.join(work, "*.deb"))[0]
        tree = os.path.join(work, "tree")
        _run("dpkg-deb", "-x", deb, tree)
        release = os.listdir(os.path.join(tree, "lib/modules"))[0]
        base = os.path.join(tree, "lib/modules", release)
        depmod = _find("depmod")
        _run(depmod, "-b", tree, release)
        paths, builtin = {}, open(os.path.join(base, "modules.builtin")).read()
        for line in open(os.path.join(base, "modules.dep")):
            path, needs = line.rstrip("\n").split(":")
            name = re.sub(r"\.ko(\.\w+)?$", "", os.path.basename(path)).replace("-", "_")
            paths[name] = [path] + needs.split()
        for line in open(os.path.join(base, "modules.softdep")):
            match = re.match(r"softdep (\S+) (?:pre|post): (.*)", line)
            if match and match[1].replace("-", "_") in MODULES:
                for extra in match[2].split():
                    paths.setdefault(match[1].replace("-", "_"), []).extend(
                        paths.get(extra.replace("-", "_"), []))
        out = os.path.join(work, "out")
        mods = os.path.join(out, "lib/modules", release)
        for name in MODULES:
            if name not in paths and f"/{name}.ko" not in builtin:
                log(f"note: this kernel has no module {name}")
            for path in paths.get(name, []):
                where = os.path.join(mods, path)
                os.makedirs(os.path.dirname(where), exist_ok=True)
                shutil.copy(os.path.join(base, path), where)
        for name in glob.glob(os.path.join(base, "modules.builtin*")) + [
                os.path.join(base, "modules.order")]:
            shutil.copy(name, mods)
        _run(depmod, "-b", out, release)
        _vmlinux(glob.glob(os.path.join(tree, "boot/vmlinuz-*"))[0],
                 os.path.join(out, "vmlinux"))
        shutil.copy(glob.glob(os.path.join(tree, "boot/config-*"))[0],
                    os.path.join(out, "config"))
        with open(os.path.join(out, "stamp"), "w") as handle:
            handle.write(wanted)
        shutil.rmtree(target, ignore_errors=True)
        os.rename(out, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


_PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n" \
          "gatehouse:x:990:990::/data:/bin/sh\n"
_GROUP = """root:x:0:
tty:x:5:
disk:x:6:
lp:x:7:
kmem:x:15:
dialout:x:20:gatehouse
cdrom:x:24:
tape:x:26:
audio:x:29:
video:x:44:
plugdev:x:46:gatehouse
users:x:100:
input:x:104:gatehouse
sgx:x:105:
kvm:x:106:
render:x:107:
gatehouse:x:990:
nogroup:x:65534:
"""


def _build_base(path, kernel):
    archive = Cpio(path)
    archive.folder("usr")
    for name in ("bin", "sbin", "lib", "lib64"):
        archive.folder("usr/" + name)
        archive.top_link(name, "usr/" + name)
    for name in ("dev", "proc", "sys", "run", "tmp", "root", "data", "mnt", "var", "etc", "lab"):
        archive.folder(name)
    archive.char("dev/console", 5, 1)
    archive.char("dev/null", 1, 3)
    archive.link("var/run", "../run")

    busybox = _find("busybox")
    archive.file("bin/busybox", busybox, 0o755)
    kmod_tools = ("modprobe", "insmod", "rmmod", "lsmod", "modinfo", "depmod")
    for applet in _run(busybox, "--list-full").split():
        name = os.path.basename(applet)
        if name not in kmod_tools + ("busybox",):
            archive.link(applet if "bin/" in applet else "bin/" + name, "/bin/busybox")

    kmod, udevadm = _find("kmod"), _find("udevadm")
    archive.file("bin/kmod", os.path.realpath(kmod), 0o755)
    for name in kmod_tools:
        archive.link("sbin/" + name, "/bin/kmod")
    archive.file("bin/udevadm", os.path.realpath(udevadm), 0o755)
    archive.link("lib/systemd/systemd-udevd", "/bin/udevadm")
    libs = dict(shared_libraries(kmod) + shared_libraries(udevadm))
    for target, source in sorted(libs.items()):
        archive.file(target, source, 0o755)
    for rule in sorted(glob.glob("/lib/udev/rules.d/*.rules")):
        archive.file(rule, rule, 0o644)
    archive.data("etc/udev/udev.conf", b"udev_log=err\n")

    for folder, _, names in os.walk(os.path.join(kernel, "lib")):
        for name in names:
            full = os.path.join(folder, name)
            archive.file(os.path.relpath(full, kernel), full, 0o644)

    archive.data("etc/passwd", _PASSWD.encode())
    archive.data("etc/group", _GROUP.encode())
    archive.data("etc/hosts", b"127.0.0.1 localhost lab\n10.9.1.2 host\n")
    archive.data("etc/nsswitch.conf", b"passwd: files\ngroup: files\nhosts: files\n")
    archive.file("etc/inittab", os.path.join(HERE, "guest/inittab"), 0o644)
    archive.link("init", "/bin/busybox")
    for name in ("rc", "agent"):
        archive.file("lab/" + name, os.path.join(HERE, "guest", name), 0o755)
    archive.close()


@contextlib.contextmanager
def _locked(path):
    with open(path, "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def build(force=False, log=print):
    """Prepare kernel, base initramfs and probe in the cache folder. Idempotent,
    and safe to call from several processes at once."""
    cache = cache_dir()
    os.makedirs(cache, exist_ok=True)
    with _locked(os.path.join(cache, "lock")):
        return _build(cache, force, log)


def _build(cache, force, log):
    if force:
        shutil.rmtree(os.path.join(cache, "kernel"), ignore_errors=True)
    install_host_packages(log)
    kernel = _fetch_kernel(cache, log)
    digest = hashlib.sha256(open(os.path.join(kernel, "stamp"), "rb").read())
    for name in [os.path.abspath(__file__), *sorted(glob.glob(os.path.join(HERE, "guest/*"))),
                 os.path.realpath(_find("udevadm")), _find("busybox")]:
        digest.update(open(name, "rb").read())
    stamp = os.path.join(cache, "stamp")
    base, probe = os.path.join(cache, "base.cpio"), os.path.join(cache, "probe")
    if force or not (os.path.exists(base) and os.path.exists(probe) and os.path.exists(stamp)
                     and open(stamp).read() == digest.hexdigest()):
        log("building the initramfs")
        _build_base(base + ".new", kernel)
        os.rename(base + ".new", base)
        _run(_find("cc", "gcc", "clang"), "-O1", "-Wall", "-o", probe,
             os.path.join(HERE, "guest/probe.c"), "-ludev")
        with open(stamp, "w") as handle:
            handle.write(digest.hexdigest())
    return cache


# --------------------------------------------------------------------------- QMP
class Qmp:
    """QEMU's control socket: commands in step, events kept for wait_event."""

    def __init__(self, path, deadline):
        while True:
            try:
                self._sock = socket.socket(socket.AF_UNIX)
                self._sock.connect(path)
                break
            except OSError:
                self._sock.close()
                if time.monotonic() > deadline:
                    raise LabError("QEMU did not open its control socket") from None
                time.sleep(0.05)
        self._sock.settimeout(30)
        self._file = self._sock.makefile("rb")
        self.events = []
        self._lock = threading.RLock()
        self._read()
        self.command("qmp_capabilities")

    def _read(self):
        line = self._file.readline()
        if not line:
            raise LabError("QEMU closed its control socket")
        return json.loads(line)

    def command(self, name, /, **arguments):
        text = json.dumps({"execute": name, "arguments": arguments})
        with self._lock:
            self._sock.sendall(text.encode() + b"\n")
            while True:
                reply = self._read()
                if "event" in reply:
                    self.events.append(reply)
                elif "error" in reply:
                    raise LabError(f"{name}: {reply['error']['desc']}")
                else:
                    return reply["return"]

    def wait_event(self, name, matches, timeout):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self.command("query-status")                   # collects what came in
            with self._lock:
                for event in self.events:
                    if event["event"] == name and matches(event.get("data", {})):
                        self.events.remove(event)
                        return event
            time.sleep(0.05)
        raise LabError(f"no {name} event within {timeout} s")

    def close(self):
        self._file.close()
        self._sock.close()


# --------------------------------------------------------------------------- guest
Result = collections.namedtuple("Result", "rc output")


class GuestProcess:
    """A command in the guest whose output streams to the host."""

    def __init__(self, lab, script):
        self._lab = lab
        self._token = "lab-" + secrets.token_hex(8)
        self._sock = lab._connect()
        body = base64.b64encode(script.encode()).decode()
        self._sock.sendall(f"run {self._token} {body}\n".encode())
        self._cond = threading.Condition()
        self._data, self.rc, self.pid, self._closed = b"", None, None, False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        start = re.compile(rb"%s (\d+)\n" % self._token.encode())
        end = re.compile(rb"\n%s (\d+)\n" % self._token.encode())
        while True:
            try:
                part = self._sock.recv(65536)
            except OSError:
                part = b""
            with self._cond:
                self._data += part
                if self.pid is None:
                    match = start.search(self._data)
                    if match:
                        self.pid = int(match[1])
                        self._data = self._data[:match.start()] + self._data[match.end():]
                if self.pid is not None and self.rc is None:
                    match = end.search(self._data)
                    if match:
                        self.rc = int(match[1])
                        self._data = self._data[:match.start()]
                done = not part or self.rc is not None
                if done:
                    self._closed = True
                    self._sock.close()
                self._cond.notify_all()
                if done:
                    return

    @property
    def output(self):
        with self._cond:
            return self._data.decode("utf-8", "replace")

    @property
    def running(self):
        with self._cond:
            return not self._closed

    def wait(self, timeout):
        """The exit status; LabError when the command still runs."""
        with self._cond:
            if not self._cond.wait_for(lambda: self._closed, timeout):
                raise LabError(f"guest command still runs after {timeout} s: {self.output}")
        if self.rc is None:
            raise LabError(f"guest command ended without a status: {self.output}")
        return self.rc

    def wait_for(self, pattern, timeout, start=0):
        """The match of a regular expression in the output from start on."""
        compiled = re.compile(pattern, re.M)
        with self._cond:
            found = self._cond.wait_for(
                lambda: compiled.search(self._data.decode("utf-8", "replace"), start)
                or self._closed, timeout)
            found = compiled.search(self._data.decode("utf-8", "replace"), start)
            if not found:
                state = "ended" if self._closed else f"after {timeout} s"
                raise LabError(f"no {pattern!r} {state}; output:\n{self.output}")
            return found

    def mark(self):
        """A place in the output, for wait_for(start=)."""
        return len(self.output)

    def signal(self, name="TERM"):
        self._lab.run(f"kill -{name} -{self.pid} 2>/dev/null || kill -{name} {self.pid}")

    def stop(self, timeout=10):
        """End the command and its children, with KILL if need be."""
        if self.running and self.pid:
            self.signal("TERM")
            try:
                return self.wait(timeout)
            except LabError:
                self.signal("KILL")
        return self.wait(timeout)


class QemuFtdi:
    """QEMU's own FTDI adapter (always 0403:6001) on xhci. The wire is a socket."""

    def __init__(self, lab, serial):
        self._lab, self.id = lab, "ftdi" + secrets.token_hex(3)
        path = os.path.join(lab.work, self.id)
        lab.qmp.command("chardev-add", id=self.id, backend={"type": "socket", "data": {
            "addr": {"type": "unix", "data": {"path": path}}, "server": True, "wait": False}})
        self._sock = socket.socket(socket.AF_UNIX)
        self._sock.connect(path)
        lab.qmp.command("device_add", driver="usb-serial", id=self.id, chardev=self.id,
                        bus="xhci.0", serial=serial, **{"always-plugged": True})

    def write(self, data):
        self._sock.sendall(data)

    def read_until(self, pattern, timeout):
        deadline, data = time.monotonic() + timeout, b""
        while pattern not in data:
            self._sock.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                part = self._sock.recv(4096)
            except socket.timeout:
                raise TimeoutError(f"no {pattern!r} in {data!r}") from None
            if not part:
                raise ConnectionError("closed")
            data += part
        return data

    def close(self):
        self._lab._remove(self.id)
        self._sock.close()
        self._lab.qmp.command("chardev-remove", id=self.id)

    def drop(self):
        self._sock.close()


_QCODES = {**{c: c for c in "abcdefghijklmnopqrstuvwxyz0123456789"}, "\n": "ret", "\t": "tab",
           " ": "spc", "-": "minus", "=": "equal", "[": "bracket_left", "]": "bracket_right",
           "\\": "backslash", ";": "semicolon", "'": "apostrophe", "`": "grave_accent",
           ",": "comma", ".": "dot", "/": "slash"}
_QSHIFT = {**{c.upper(): c for c in "abcdefghijklmnopqrstuvwxyz"},
           **dict(zip('!@#$%^&*()_+{}|:"~<>?', "1234567890-=[]\\;'`,./"))}


class QemuKeyboard:
    """QEMU's own USB keyboard (0627:0001) on xhci. One at a time: QEMU sends
    keys to the newest keyboard. Its queue holds 16 events, so typing is paced."""

    def __init__(self, lab, serial):
        self._lab, self.id = lab, "kbd" + secrets.token_hex(3)
        lab.qmp.command("device_add", driver="usb-kbd", id=self.id, bus="xhci.0", serial=serial)

    def type(self, text, gap=0.04):
        for char in text:
            keys = ["shift"] * (char in _QSHIFT) + [_QCODES[_QSHIFT.get(char, char)]]
            for down, order in ((True, keys), (False, keys[::-1])):
                self._lab.qmp.command("input-send-event", events=[
                    {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": key}}}
                    for key in order])
            time.sleep(gap)

    def close(self):
        self._lab._remove(self.id)

    def drop(self):
        pass


class Lab:
    """One guest. Use it in a with statement, which always cleans up."""

    def __init__(self, binaries=(), files=None, ports=(), share=None, disk_mb=0, memory_mb=640,
                 smp=1, boot_timeout=120, restrict=True, accel=None, keep=None, log=None):
        """binaries: host programs; each lands in /lab/bin with its libraries.
        files: {guest path: host path}; executables get their libraries too.
        ports: guest TCP ports to reach through port(). share: a host folder,
        read-write at /mnt/host. disk_mb: an ext4 disk at /data that outlives
        power_cut(). restrict=False lets the guest open connections to the host
        (10.9.1.2) and beyond. keep: copy the console log here at the end."""
        self.log = log or (lambda text: None)
        self.cache = build(log=self.log)
        self._binaries, self._files = list(binaries), dict(files or {})
        self._ports, self._share, self._disk_mb = list(ports), share, disk_mb
        self._memory, self._smp, self._boot_timeout = memory_mb, smp, boot_timeout
        self._restrict, self._keep = restrict, keep
        chosen = accel or os.environ.get("GATEHOUSE_LAB_ACCEL")
        self._accel = chosen or _choose_accel()
        self._fall_back = not chosen and self._accel != TCG
        self._devices, self._vhci = {}, set()
        self._host_ports = {}
        self._process = self.qmp = None
        self.boot_seconds = None
        parent = tempfile.gettempdir()
        if len(parent) > 60:                               # unix socket paths are short
            parent = "/tmp"
        for left in glob.glob(f"{parent}/ghlab-*-*"):      # of runs that were killed
            if not os.path.exists(f"/proc/{left.split('-')[-2]}"):
                shutil.rmtree(left, ignore_errors=True)
        self.work = tempfile.mkdtemp(prefix=f"ghlab-{os.getpid()}-", dir=parent)

    # -- life ---------------------------------------------------------------
    def __enter__(self):
        try:
            self._pack()
            self.boot()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def _pack(self):
        overlay = os.path.join(self.work, "overlay.cpio")
        archive, placed = Cpio(overlay), set()
        wanted = {f"/lab/bin/{os.path.basename(path)}": path for path in self._binaries}
        wanted.update(self._files)
        for target, source in wanted.items():
            names = [(target, source)]
            if os.path.isdir(source):
                names = [(os.path.join(target, os.path.relpath(os.path.join(folder, name), source)),
                          os.path.join(folder, name))
                         for folder, _, files in os.walk(source) for name in files]
            for where, path in names:
                archive.file(where, path)
                with open(path, "rb") as handle:
                    if handle.read(4) != b"\x7fELF":
                        continue
                for library, origin in shared_libraries(path):
                    if library not in placed:
                        placed.add(library)
                        archive.file(library, origin, 0o755)
        archive.close()
        with open(os.path.join(self.work, "initrd"), "wb") as out:
            for part in (os.path.join(self.cache, "base.cpio"), overlay):
                with open(part, "rb") as handle:
                    shutil.copyfileobj(handle, out)
        os.remove(overlay)
        size = os.path.getsize(os.path.join(self.work, "initrd")) >> 20
        self._memory = max(self._memory, 320 + 2 * size)   # image and unpacked copy
        if self._disk_mb:
            disk = os.path.join(self.work, "disk")
            with open(disk, "wb") as out:
                out.truncate(self._disk_mb << 20)
            _run(_find("mke2fs"), "-q", "-F", "-t", "ext4", disk)

    def _command(self):
        self._host_ports = {port: _free_port() for port in [AGENT_PORT, *self._ports]}
        def forward(ports):
            return "".join(f",hostfwd=tcp:127.0.0.1:{self._host_ports[p]}-:{p}" for p in ports)
        words = ["console=ttyS0", "quiet", "panic=-1", "net.ifnames=0", "mitigations=off",
                 "nokaslr", "random.trust_cpu=on", "rdinit=/init"]
        restrict = "on" if self._restrict else "off"
        command = [
            _find("qemu-system-x86_64"), "-name", "gatehouse-lab", "-nodefaults",
            "-no-user-config", "-display", "none", "-no-reboot",
            "-machine", "q35,i8042=off", "-accel", self._accel,
            "-cpu", "host" if self._accel.startswith("kvm") else "max,la57=off",
            "-smp", str(self._smp), "-m", str(self._memory),
            "-kernel", os.path.join(self.cache, "kernel/vmlinux"),
            "-initrd", os.path.join(self.work, "initrd"),
            "-qmp", f"unix:{self.work}/qmp,server=on,wait=off",
            "-chardev", f"file,id=con,path={self.work}/console.log,append=on",
            "-serial", "chardev:con",
            "-device", "qemu-xhci,id=xhci,p2=8,p3=8",
            "-netdev", "user,id=ctl,ipv6=off,net=10.9.0.0/24,restrict=on" + forward([AGENT_PORT]),
            "-device", "virtio-net-pci,netdev=ctl,mac=52:54:00:6c:00:01,romfile=",
            "-netdev", f"user,id=lan,ipv6=off,net=10.9.1.0/24,restrict={restrict}"
                       + forward(self._ports),
            "-device", "virtio-net-pci,id=lannic,netdev=lan,mac=52:54:00:6c:00:02,romfile=",
            "-D", f"{self.work}/trace.log", "-trace", "usb_serial_set_*"]
        if self._share:
            words.append("lab.share")
            command += ["-virtfs", f"local,path={os.path.abspath(self._share)},mount_tag=share,"
                                   "security_model=none"]
        if self._disk_mb:
            words.append("lab.disk")
            command += ["-drive", f"if=none,id=disk,format=raw,file={self.work}/disk",
                        "-device", "virtio-blk-pci,drive=disk"]
        return command + ["-append", " ".join(words)]

    def boot(self):
        """Start the guest and wait for its agent. Also after power_cut()."""
        if self._fall_back:                                # a KVM that does not work here
            try:
                return self._boot(30)
            except LabError as err:
                self.log(f"{self._accel} failed, using {TCG}: {err}")
                self._accel, self._fall_back = TCG, False
                self.power_cut()
        self._boot(self._boot_timeout)

    def _boot(self, timeout):
        started = time.monotonic()
        deadline = started + timeout
        for attempt in range(3):
            with open(os.path.join(self.work, "qemu.err"), "ab") as errors:
                self._process = subprocess.Popen(
                    self._command(), stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                    preexec_fn=_die_with_parent)
            try:
                self.qmp = Qmp(os.path.join(self.work, "qmp"), min(deadline, time.monotonic() + 15))
                break
            except LabError:
                self._end_process()
                if attempt == 2:
                    raise LabError(f"QEMU did not start: {self._text('qemu.err')}") from None
        while "lab guest ready" not in self.console().rsplit("\n# boot", 1)[-1]:
            if self._process.poll() is not None:
                raise LabError(f"the guest ended while booting\n{self.console()[-2000:]}")
            if time.monotonic() > deadline:
                raise LabError(f"no boot within {timeout} s\n{self.console()[-2000:]}")
            time.sleep(0.05)
        while True:
            try:
                with self._connect(5) as sock:
                    sock.sendall(b"ping\n")
                    if sock.recv(16).startswith(b"pong"):
                        break
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise LabError("the guest agent does not answer")
            time.sleep(0.1)
        self.boot_seconds = time.monotonic() - started
        self.log(f"guest up in {self.boot_seconds:.1f} s ({self._accel})")

    def _end_process(self):
        if self._process and self._process.poll() is None:
            self._process.kill()
        if self._process:
            self._process.wait(10)
        if self.qmp:
            self.qmp.close()
            self.qmp = None
        for device in self._devices:
            device.close() if isinstance(device, UsbDevice) else device.drop()
        self._devices.clear()
        self._vhci.clear()

    def power_cut(self):
        """Stop the guest at once, as a pulled plug does. boot() starts it again."""
        self._end_process()
        with open(os.path.join(self.work, "console.log"), "a") as out:
            out.write("\n# boot\n")

    def close(self):
        """End QEMU and remove every trace. Safe to call more than once."""
        try:
            self._end_process()
        finally:
            if self._keep and os.path.exists(os.path.join(self.work, "console.log")):
                shutil.copy(os.path.join(self.work, "console.log"), self._keep)
            shutil.rmtree(self.work, ignore_errors=True)

    def _text(self, name):
        try:
            with open(os.path.join(self.work, name), errors="replace") as handle:
                return handle.read()
        except OSError:
            return ""

    def console(self):
        """The kernel console so far."""
        return self._text("console.log")

    def trace(self):
        """QEMU's trace of the line settings asked of a QemuFtdi."""
        return self._text("trace.log")

    # -- commands and files -------------------------------------------------
    def port(self, guest_port):
        """The loopback port of this host that leads to a guest port."""
        return self._host_ports[guest_port]

    def _connect(self, timeout=None):
        sock = socket.create_connection(("127.0.0.1", self._host_ports[AGENT_PORT]), timeout or 10)
        sock.settimeout(timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def spawn(self, script):
        """Start a shell script in the guest; its output streams in."""
        process = GuestProcess(self, script)
        with process._cond:
            process._cond.wait_for(lambda: process.pid is not None or process._closed, 20)
        return process

    def run(self, script, timeout=30, check=False):
        """Run a shell script in the guest: Result(rc, output)."""
        process = self.spawn(script)
        try:
            rc = process.wait(timeout)
        except LabError:
            if process.pid and process.running and timeout > 5:
                self.run(f"kill -9 -{process.pid}", 5)
            raise
        if check and rc:
            raise LabError(f"guest command exited {rc}: {script}\n{process.output}")
        return Result(rc, process.output)

    def put(self, path, data, mode=0o644):
        with self._connect(60) as sock:
            sock.sendall(f"put {mode:o} {len(data)} {path}\n".encode() + data)
            if not sock.recv(16).startswith(b"ok"):
                raise LabError(f"cannot write {path} in the guest")

    def get(self, path):
        with self._connect(60) as sock:
            sock.sendall(f"get {path}\n".encode())
            data = b"".join(iter(lambda: sock.recv(65536), b""))
        if not data.startswith(b"ok\n"):
            raise LabError(f"no {path} in the guest")
        return data[3:]

    # -- devices ------------------------------------------------------------
    def plug(self, device, port=None, timeout=30):
        """Plug in a usbdev device and wait until the guest configured it. The same
        port (0 to 14) gives the same ID_PATH."""
        number = next(n for n in range(15) if n not in self._vhci) if port is None else port
        if number in self._vhci:
            raise LabError(f"port {number} is taken")
        sock = self._connect()
        sock.sendall(f"usbip {number} {0x10001 + number} {device.speed}\n".encode())
        device.port = number
        self._vhci.add(number)
        self._devices[device] = number
        device.serve(sock)
        if not device.wait_configured(timeout):
            self.unplug(device)
            raise LabError(f"the guest did not configure the device: {device.error}\n"
                           + self.run("dmesg | tail -20; cat /run/usbip.err").output)
        return device

    def plug_ftdi(self, serial="QM000001"):
        device = QemuFtdi(self, serial)
        self._devices[device] = None
        return device

    def plug_keyboard(self, serial="QK000001"):
        device = QemuKeyboard(self, serial)
        self._devices[device] = None
        return device

    def unplug(self, device, timeout=20):
        """Pull the cable."""
        number = self._devices.pop(device, None)
        device.close()
        if number is not None:
            # The kernel takes a device that is back before its hub looked for the same one.
            base = "/sys/devices/platform/vhci_hcd.0"
            self.run(f"for i in $(seq {timeout * 20}); do ls -d {base}/usb*/*-{number + 1} >/dev/null "
                     f"2>&1 || grep -q '^hs *0*{number} 00[5-7]' {base}/status || exit 0; "
                     "usleep 50000; done; exit 1", timeout + 5, check=True)
            self._vhci.discard(number)

    def unplug_all(self):
        """Pull everything that is plugged in, as at the end of a test that broke off."""
        for device in list(self._devices):
            self.unplug(device)

    def _remove(self, name):
        self.qmp.command("device_del", id=name)
        self.qmp.wait_event("DEVICE_DELETED", lambda data: data.get("device") == name, 20)

    def lan(self, up):
        """Pull or push back the network cable of the guest's lan0."""
        self.qmp.command("set_link", name="lannic", up=up)


def _choose_accel():
    """KVM only with hardware support: a software KVM is slower than TCG."""
    try:
        with open("/proc/cpuinfo") as handle:
            flags = re.search(r"^flags\s*:(.*)$", handle.read(), re.M)
    except OSError:
        flags = None
    hardware = flags and re.search(r"\b(vmx|svm)\b", flags[1])
    return "kvm" if hardware and os.access("/dev/kvm", os.R_OK | os.W_OK) else TCG


def _free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _die_with_parent():
    """The kernel ends QEMU when the test runner dies, whatever the reason."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)             # PR_SET_PDEATHSIG
