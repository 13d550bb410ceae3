import GatehouseDriverKit
import GatehousePorts

/// An open way to a device, whatever it is made of: a port of its own, a place on a shared line, requests over HTTP.
protocol DeviceLink: Sendable {
    /// What the kernel says of the device; empty where it says nothing.
    var descriptor: [UInt8] { get }
    /// Whether the link gives turns.
    var isShared: Bool { get }
    /// Hands over what comes, one after the other, until the link ends; why it did. Called once.
    func hear(_ hearer: @escaping @Sendable (LinkSound) async -> Void) async -> String
    /// False when the device takes nothing more.
    func send(_ bytes: [UInt8]) -> Bool
    func feature(_ report: [UInt8])
    func passLine(again: Duration)
    func wantLine()
    func respond(_ id: RequestID, _ response: DeviceResponse)
    /// Returns when what was said last has gone out and the way is free for others.
    func close() async
}

/// What a link gives.
enum LinkSound: Sendable {
    case received([UInt8])
    case granted
    case requested(DeviceRequest, RequestID)
}

/// Most links have neither turns nor requests.
extension DeviceLink {
    var descriptor: [UInt8] { [] }
    var isShared: Bool { false }

    func feature(_ report: [UInt8]) {}
    func passLine(again: Duration) {}
    func wantLine() {}
    func respond(_ id: RequestID, _ response: DeviceResponse) {}
}
