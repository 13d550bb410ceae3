import CLinux
import GatehouseDriverKit
import Glibc

/// A terminal that was opened for us alone and set up. Opening may block for as long as its driver likes.
struct Terminal: Sendable {
    let descriptor: Int32

    init(path: String, line: SerialLine) throws(PortError) {
        var wanted = try gatehouse_serial_line(line)
        var step = GATEHOUSE_SERIAL_OPENING
        let result = path.withCString { gatehouse_serial_open($0, &wanted, &step) }
        guard result >= 0 else { throw PortError(opening: step, code: -result) }
        descriptor = result
    }

    func close() {
        gatehouse_serial_release(descriptor)
        _ = Glibc.close(descriptor)
    }
}

extension gatehouse_serial_line {
    init(_ line: SerialLine) throws(PortError) {
        guard let rate = Int32(exactly: line.rate), rate > 0 else { throw .unsupported(.rate) }
        guard (5...8).contains(line.dataBits), (1...2).contains(line.stopBits) else { throw .unsupported(.framing) }
        let parity: Int32 =
            switch line.parity {
            case .none: 0
            case .odd: 1
            case .even: 2
            }
        self.init(
            rate: rate, data_bits: Int32(line.dataBits), parity: parity, stop_bits: Int32(line.stopBits),
            rs485: line.rs485 ? 1 : 0)
    }
}
