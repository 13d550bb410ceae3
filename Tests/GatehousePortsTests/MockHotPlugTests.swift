import Testing

@testable import GatehousePorts

@Suite("Hot-plug on a pretended machine", .timeLimit(.minutes(1)))
struct MockHotPlugTests {
    @Test(
        "a cable that is plugged in and pulled out again is listed and told, through libudev itself",
        .enabled(if: MockMachine.isOffered, "run `umockdev-wrapper swift test --filter MockHotPlug` (Debian: umockdev)")
    )
    func plugsAndUnplugs() async throws {
        let machine = try MockMachine()
        let hotPlug = try await HotPlug()
        var events = hotPlug.events.makeAsyncIterator()
        #expect(await events.next() == .rescan)
        #expect(try await HotPlug.scan() == [])

        let port = "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/ttyUSB0/tty/ttyUSB0"
        try machine.plugIn(Self.cable)
        guard case .appeared(let found) = await events.next() else {
            Issue.record("the cable did not appear")
            return
        }
        #expect(found.devicePath == "/dev/ttyUSB0")
        #expect(found.portPath == "pci-0000:00:14.0-usb-0:2:1.0-port0")
        #expect(found.driver == "ftdi_sio")
        #expect(found.stableName == "usb-0403:6001-A50285BI")
        #expect(try await HotPlug.scan() == [found])

        try machine.unplug(port)
        let last = await events.next()
        #expect(last == .vanished(devicePath: "/dev/ttyUSB0"))
        #expect(try await HotPlug.scan() == [])
        await hotPlug.stop()
    }

    private static let cable = """
        P: /devices/pci0000:00/0000:00:14.0
        E: SUBSYSTEM=pci
        L: driver=../../../bus/pci/drivers/xhci_hcd

        P: /devices/pci0000:00/0000:00:14.0/usb1/1-2
        E: SUBSYSTEM=usb
        E: DEVTYPE=usb_device
        A: idVendor=0403
        A: idProduct=6001
        A: serial=A50285BI
        A: manufacturer=FTDI
        A: product=FT232R USB UART

        P: /devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0
        E: SUBSYSTEM=usb
        E: DEVTYPE=usb_interface
        A: bInterfaceNumber=00
        L: driver=../../../../../../bus/usb/drivers/ftdi_sio

        P: /devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/ttyUSB0
        E: SUBSYSTEM=usb-serial
        A: port_number=0
        L: driver=../../../../../../../bus/usb-serial/drivers/ftdi_sio

        P: /devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/ttyUSB0/tty/ttyUSB0
        N: ttyUSB0
        E: SUBSYSTEM=tty
        E: DEVNAME=/dev/ttyUSB0

        """
}
