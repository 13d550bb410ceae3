import GatehouseDriverKit
import ZKTecoWire

extension ZKTeco {
    /// Connecting is the question that every terminal answers, if only with "unauthorised"; the session ends with the
    /// connection. Over UDP it would not end, so nothing is asked there. There is no serial line (see the README).
    static let probe = Probe(
        lines: [], question: ZKPacket(.connect, session: 0, replyID: 0).frame, patience: .seconds(2)
    ) { bytes, _ in
        var framer = ZKFramer()
        framer.receive(bytes)
        guard case .packet(let packet, let check) = framer.next(), check != .wrong,
            [.ok, .unauthorised].contains(packet.command)
        else { return nil }
        return Recognition(facts: DeviceFacts(vendor: "ZKTeco"))
    }
}
