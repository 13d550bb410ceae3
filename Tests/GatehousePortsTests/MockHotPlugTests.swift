import Testing

@testable import GatehousePorts

@Suite(
    "Hot-plug on a pretended machine", .serialized, .timeLimit(.minutes(1)),
    .enabled(if: MockMachine.isOffered, "run `umockdev-wrapper swift test --filter MockHotPlug` (Debian: umockdev)"))
struct MockHotPlugTests {
    @Test("a cable that is plugged in and pulled out again is listed and told, through libudev itself")
    func plugsAndUnplugs() async throws {
        let machine = try MockMachine()
        let hotPlug = try await HotPlug()
        var events = hotPlug.events.makeAsyncIterator()
        #expect(await events.next() == .rescan)
        #expect(try await HotPlug.scan() == [])

        let port = "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/ttyUSB0/tty/ttyUSB0"
        try machine.plugIn(Self.socket + Self.cable)
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

    @Test("a keyboard scanner is listed, grabbed and read in whole events, and takes nothing")
    func keyboard() async throws {
        let machine = try MockMachine()
        try machine.plugIn(Self.socket + Self.wedge)
        try machine.answer(
            """
            @DEV /dev/input/event5 (EVDEV)
            EVIOCGVERSION 0 01000100
            EVIOCGKEY 0 \(Self.hexadecimal([UInt8](repeating: 0, count: 96)))

            """, at: "/dev/input/event5")
        let found = try #require(try await HotPlug.scan().first)
        #expect(found.isKeyboard)
        #expect(found.stableName == "usb-0403:6001-A50285BI-event")

        let ports = Ports()
        let port = try await ports.open(found.address)
        let device = try machine.device(at: "/dev/input/event5")
        let events = pattern(24 * 5)
        // A pseudo-terminal stands for the device, so the events may come in any pieces.
        _ = await BlockingCalls.write(Array(events.prefix(30)), to: device, patience: 5000)
        _ = await BlockingCalls.write(Array(events.dropFirst(30)), to: device, patience: 5000)
        var got: [UInt8] = []
        for await chunk in port.chunks {
            #expect(chunk.count % 24 == 0)
            got += chunk
            if got.count == events.count { break }
        }
        #expect(got == events)
        await #expect(throws: PortError.readOnly) { try await port.send([1]) }
        await port.close()
    }

    @Test("a HID scanner is known by its descriptor, and its reports stay apart")
    func hidScanner() async throws {
        let machine = try MockMachine()
        let size = Self.hexadecimal([UInt8([UInt8].posScanner.count), 0, 0, 0])
        let descriptor = Self.hexadecimal(.posScanner)
        let rest = Self.hexadecimal([UInt8](repeating: 0, count: 4096 - [UInt8].posScanner.count))
        try machine.plugIn(Self.socket + Self.hidScanner(descriptor))
        try machine.answer(
            """
            @DEV /dev/hidraw2 (HIDRAW)
            HIDIOCGRDESCSIZE 0 \(size)
            HIDIOCGRDESC 0 \(size)\(descriptor)\(rest)

            """, at: "/dev/hidraw2")
        let found = try #require(try await HotPlug.scan().first)
        #expect(found.isPOSScanner)
        #expect(found.usagePages == [0x8C])

        let port = try await Ports().open(found.address)
        #expect(port.descriptor == .posScanner)
        let device = try machine.device(at: "/dev/hidraw2")
        var chunks = port.chunks.makeAsyncIterator()
        for report in [[2, 1, 65], [2, 2, 66, 67]] as [[UInt8]] {
            _ = await BlockingCalls.write(report, to: device, patience: 5000)
            #expect(await chunks.next() == report)
        }
        try await port.send([3, 1])
        #expect(await BlockingCalls.read(2, from: device) == [3, 1])
        await port.close()
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static let socket = """
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
        L: driver=../../../../../../bus/usb/drivers/usb


        """

    private static let wedge = """
        P: /devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/input/input7
        E: SUBSYSTEM=input
        A: capabilities/key=10000 7 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe

        P: /devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/input/input7/event5
        N: input/event5
        E: SUBSYSTEM=input
        E: DEVNAME=/dev/input/event5

        """

    private static func hidScanner(_ descriptor: String) -> String {
        """
        P: /devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/0003:0403:6001.0001
        E: SUBSYSTEM=hid
        H: report_descriptor=\(descriptor)
        L: driver=../../../../../../../bus/hid/drivers/hid-generic

        P: /devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/0003:0403:6001.0001/hidraw/hidraw2
        N: hidraw2
        E: SUBSYSTEM=hidraw
        E: DEVNAME=/dev/hidraw2
        L: device=../../../0003:0403:6001.0001

        """
    }

    private static let cable = """
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
