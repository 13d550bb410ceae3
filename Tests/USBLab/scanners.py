"""The scanners that are plugged into the guest: each played by this machine, each bound by the kernel's own driver."""

from collections.abc import Callable
from typing import NamedTuple

from usbdev import CdcAcm, Ftdi, HidPosScanner, KeyboardWedge, UsbDevice


class Scanner(NamedTuple):
    """A kind of scanner, how the site file names it, and how it says a code."""

    name: str
    driver: str
    make: Callable[[str], UsbDevice]
    scan: Callable[[UsbDevice, str], None]
    #: Its settings in the site file.
    settings: dict = {}
    #: Whether the site file says nothing of it: the gateway claims it by itself.
    is_adopted: bool = False
    #: What the gateway puts behind the name of a device that is no serial port.
    suffix: str = ""

    def device(self, serial=None):
        return self.make(serial or self.serial)

    @property
    def serial(self):
        return f"LAB-{self.name.upper()}"

    @property
    def entry(self):
        """Its entry in the site file."""
        made = self.device()
        usb = f"{made.vendor:04x}:{made.product:04x}"
        match = {"usb": usb, "serial": self.serial}
        return {"id": self.identity, "driver": self.driver, "match": match, "settings": self.settings}

    @property
    def identity(self):
        """The name that events call it by."""
        if not self.is_adopted:
            return f"{self.name}-scanner"
        made = self.device()
        return f"{self.driver}-usb-{made.vendor:04x}-{made.product:04x}-{self.serial}{self.suffix}"


def _write(device, code):
    assert device.wait_line("9600 8N1", 20), f"the line was set to {device.line}"
    device.write(code.encode() + b"\r")


FTDI = Scanner("ftdi", "line-scanner", lambda serial: Ftdi(serial=serial), _write)
ACM = Scanner("acm", "line-scanner", lambda serial: CdcAcm(serial=serial), _write, is_adopted=True)
# Its keys come when this machine finds the time to press them, so that a pause means nothing here.
WEDGE = Scanner(
    "wedge", "keyboard-wedge", lambda serial: KeyboardWedge(serial=serial),
    lambda device, code: device.type(code + "\n"), settings={"pause": "5s"})
HID_POS = Scanner(
    "hidpos", "hid-pos", lambda serial: HidPosScanner(serial=serial), lambda device, code: device.scan(code),
    is_adopted=True, suffix="-hidraw")

SCANNERS = [FTDI, ACM, WEDGE, HID_POS]
