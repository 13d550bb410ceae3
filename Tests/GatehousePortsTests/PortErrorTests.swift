import CLinux
import GatehouseDriverKit
import Glibc
import NIOCore
import Testing

@testable import GatehousePorts

@Suite("Port error")
struct PortErrorTests {
    @Test(
        "a failed step of opening a terminal is what the operator can do about it",
        arguments: [
            (GATEHOUSE_SERIAL_OPENING, ENOENT, PortError.absent), (GATEHOUSE_SERIAL_OPENING, EIO, .absent),
            (GATEHOUSE_SERIAL_FRAMING, ENXIO, .absent), (GATEHOUSE_SERIAL_OPENING, EBUSY, .busy),
            (GATEHOUSE_SERIAL_LOCKING, EBUSY, .busy), (GATEHOUSE_SERIAL_OPENING, EACCES, .notPermitted),
            (GATEHOUSE_SERIAL_NOT_A_TERMINAL, ENOTTY, .notATerminal),
            (GATEHOUSE_SERIAL_RATE, EINVAL, .unsupported(.rate)),
            (GATEHOUSE_SERIAL_FRAMING, EINVAL, .unsupported(.framing)),
            (GATEHOUSE_SERIAL_RS485, ENOTTY, .unsupported(.rs485)),
            (GATEHOUSE_SERIAL_OPENING, EMFILE, .failed(code: EMFILE, text: "Too many open files")),
        ])
    func opening(step: gatehouse_serial_step, code: Int32, expected: PortError) {
        #expect(PortError(opening: step, code: code) == expected)
    }

    @Test(
        "a failed connection is what the operator can do about it",
        arguments: [
            (ECONNREFUSED, PortError.refused), (EHOSTUNREACH, .unreachable), (ENETUNREACH, .unreachable),
            (ETIMEDOUT, .timedOut), (EMFILE, .failed(code: EMFILE, text: "Too many open files")),
        ])
    func connecting(code: Int32, expected: PortError) {
        #expect(PortError(connecting: IOError(errnoCode: code, reason: "connect")) == expected)
    }

    @Test(
        "the several ways in which a terminal says that it is gone are one ending",
        arguments: [EIO, ENXIO, ENODEV, ESHUTDOWN, EPIPE, ECONNRESET])
    func unplugged(code: Int32) {
        #expect(PortEnding(IOError(errnoCode: code, reason: "read"), goodOrder: .unplugged) == .unplugged)
    }

    @Test(
        "a failed step of opening a keyboard or a HID device is what the operator can do about it",
        arguments: [
            (GATEHOUSE_DEVICE_OPENING, ENOENT, PortError.absent), (GATEHOUSE_DEVICE_LOCKING, ENODEV, .absent),
            (GATEHOUSE_DEVICE_WRONG_KIND, EIO, .absent), (GATEHOUSE_DEVICE_WRONG_KIND, ENOTTY, .wrongKind(.hidraw)),
            (GATEHOUSE_DEVICE_LOCKING, EBUSY, .busy), (GATEHOUSE_DEVICE_OPENING, EACCES, .notInGroup("input")),
            (GATEHOUSE_DEVICE_OPENING, EMFILE, .failed(code: EMFILE, text: "Too many open files")),
        ])
    func openingDevice(step: gatehouse_device_step, code: Int32, expected: PortError) {
        #expect(PortError(opening: .hidraw, at: step, code: code) == expected)
    }

    @Test(
        "a port at which nothing can listen is what the operator can do about it",
        arguments: [
            (EADDRINUSE, PortError.addressInUse), (EADDRNOTAVAIL, .noSuchAddress), (EACCES, .privilegedPort),
            (EMFILE, .failed(code: EMFILE, text: "Too many open files")),
        ])
    func listening(code: Int32, expected: PortError) {
        #expect(PortError(listening: IOError(errnoCode: code, reason: "bind")) == expected)
    }

    @Test("who may not open a port is told which group to join")
    func namesTheGroup() {
        #expect("\(PortError.notPermitted)".contains("group dialout"))
        #expect("\(PortError.notInGroup("input"))".contains("group input"))
        #expect("\(PortError.notInGroup("input"))".contains("60-gatehouse.rules"))
    }

    @Test("every error says something of its own")
    func distinct() {
        let errors: [PortError] = [
            .absent, .busy, .notPermitted, .notATerminal, .unsupported(.rate), .unsupported(.framing),
            .unsupported(.rs485),
            .refused, .unreachable, .timedOut, .backedUp, .cancelled, .failed(code: 5, text: "Input/output error"),
            .ended(.closedHere), .ended(.unplugged), .ended(.closedByPeer), .ended(.reset), .ended(.refused),
            .ended(.stalled),
            .ended(.calledAgain), .wrongKind(.evdev), .wrongKind(.hidraw), .notInGroup("input"), .readOnly,
            .addressInUse,
            .noSuchAddress, .privilegedPort,
            .ended(.failed(code: 6, text: "No such device or address")),
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
    }
}
