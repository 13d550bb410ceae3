import CLinux
import GatehouseDriverKit
import Glibc

/// A keyboard's event device, grabbed for us alone: nothing that it types reaches a console or another program.
struct Keyboard: Sendable {
    /// `struct input_event` on a 64-bit machine: 16 bytes of time, type, code, value.
    static let eventSize = 24
    /// How long opening waits for a pressed key to come up.
    static let patience: Duration = .seconds(1)

    let descriptor: Int32

    init(path: String) throws(PortError) {
        var step = GATEHOUSE_DEVICE_OPENING
        let patience = Int32(clamping: Self.patience.components.seconds * 1000)
        let result = path.withCString { gatehouse_keyboard_open($0, patience, &step) }
        guard result >= 0 else { throw PortError(opening: .evdev, at: step, code: -result) }
        descriptor = result
    }

    /// Closing ends the grab.
    func close() {
        _ = Glibc.close(descriptor)
    }
}

/// A HID device, locked against another daemon of ours.
struct HIDDevice: Sendable {
    /// For reading.
    let descriptor: Int32
    /// For writing: the same open file.
    let second: Int32
    /// The report descriptor, by which a driver knows what its reports mean.
    let reportDescriptor: [UInt8]

    init(path: String) throws(PortError) {
        var step = GATEHOUSE_DEVICE_OPENING
        var bytes = [UInt8](repeating: 0, count: Int(GATEHOUSE_HID_DESCRIPTOR_SIZE))
        var length: Int32 = 0
        let result = path.withCString { gatehouse_hid_open($0, &bytes, &length, &step) }
        guard result >= 0 else { throw PortError(opening: .hidraw, at: step, code: -result) }
        let copy = gatehouse_hid_duplicate(result)
        guard copy >= 0 else {
            _ = Glibc.close(result)
            throw .failed(code: -copy, text: systemText(-copy))
        }
        descriptor = result
        second = copy
        reportDescriptor = Array(bytes.prefix(Int(length)))
    }

    func close() {
        _ = Glibc.close(descriptor)
        _ = Glibc.close(second)
    }
}
