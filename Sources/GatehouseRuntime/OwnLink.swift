import GatehouseDriverKit
import GatehousePorts
import Synchronization

/// A port that one device has for itself.
final class OwnLink: DeviceLink {
    private let port: Port
    private let outbox: Outbox
    private let failure: Failure

    /// Why sending failed, which the port itself may not know.
    private final class Failure: Sendable {
        let reason = Mutex<String?>(nil)
    }

    init(port: Port) {
        self.port = port
        let failure = Failure()
        self.failure = failure
        outbox = Outbox(port: port) { error in
            failure.reason.withLock { $0 = $0 ?? "\(error)" }
            await port.close()
        }
    }

    var descriptor: [UInt8] { port.descriptor }

    func hear(_ hearer: @escaping @Sendable (LinkSound) async -> Void) async -> String {
        for await chunk in port.chunks { await hearer(.received(chunk)) }
        return failure.reason.withLock { $0 } ?? port.ending.map { "\($0)" } ?? "closed"
    }

    func send(_ bytes: [UInt8]) -> Bool {
        outbox.send(bytes)
    }

    func feature(_ report: [UInt8]) {
        // A scanner that does not know the report goes on as it is; one that is gone ends its port by itself.
        Task { [port] in try? await port.sendFeature(report) }
    }

    func close() async {
        // What the driver said last (a farewell, an acknowledgement) still goes out.
        await outbox.close()
        await port.close()
    }
}
