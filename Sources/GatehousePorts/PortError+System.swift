import CLinux
import GatehouseDriverKit
import Glibc
import NIOCore
import NIOPosix

extension PortError {
    /// What a failed connection attempt means.
    init(connecting error: any Error) {
        switch error {
        case let error as PortError: self = error
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first {
                self.init(connecting: first.error)
            } else {
                self = .unreachable
            }
        case let error as IOError: self.init(connecting: error.errnoCode)
        case ChannelError.connectTimeout: self = .timedOut
        case is SocketAddressError, is SocketAddressError.UnknownHost: self = .unreachable
        // The threads that open are shutting down.
        case is CancellationError, is NIOThreadPoolError.ThreadPoolInactive: self = .cancelled
        // The other side closed before the connection was ours.
        case is ChannelError: self = .ended(.reset)
        default: self = .failed(code: 0, text: "\(error)")
        }
    }

    private init(connecting code: Int32) {
        switch code {
        case ECONNREFUSED: self = .refused
        case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EADDRNOTAVAIL, EINVAL: self = .unreachable
        case ETIMEDOUT: self = .timedOut
        case ECONNRESET: self = .ended(.reset)
        default: self = .failed(code: code, text: systemText(code))
        }
    }

    /// What a failed step of opening a keyboard (`.evdev`) or a HID device (`.hidraw`) means.
    init(opening kind: Transport, at step: gatehouse_device_step, code: Int32) {
        switch (step, code) {
        // Also in mid-opening: it was pulled out while it was asked.
        case (_, ENOENT), (_, ENOTDIR), (_, ENXIO), (_, ENODEV), (_, EIO): self = .absent
        case (GATEHOUSE_DEVICE_WRONG_KIND, _): self = .wrongKind(kind)
        case (_, EBUSY): self = .busy
        case (_, EACCES), (_, EPERM): self = .notInGroup("input")
        default: self = .failed(code: code, text: systemText(code))
        }
    }

    /// What a failed attempt to listen means.
    init(listening error: any Error) {
        guard let error = error as? IOError else {
            self.init(connecting: error)
            return
        }
        switch error.errnoCode {
        case EADDRINUSE: self = .addressInUse
        case EADDRNOTAVAIL: self = .noSuchAddress
        case EACCES, EPERM: self = .privilegedPort
        default: self = .failed(code: error.errnoCode, text: systemText(error.errnoCode))
        }
    }

    /// What a failed step of opening a terminal means.
    init(opening step: gatehouse_serial_step, code: Int32) {
        switch (step, code) {
        // Also in mid-opening: it was pulled out while it was being set up.
        case (_, ENOENT), (_, ENOTDIR), (_, ENXIO), (_, ENODEV), (_, EIO): self = .absent
        case (GATEHOUSE_SERIAL_NOT_A_TERMINAL, _): self = .notATerminal
        case (GATEHOUSE_SERIAL_RATE, EINVAL): self = .unsupported(.rate)
        case (GATEHOUSE_SERIAL_FRAMING, EINVAL): self = .unsupported(.framing)
        case (GATEHOUSE_SERIAL_RS485, _): self = .unsupported(.rs485)
        case (_, EBUSY): self = .busy
        case (_, EACCES), (_, EPERM): self = .notPermitted
        default: self = .failed(code: code, text: systemText(code))
        }
    }
}
