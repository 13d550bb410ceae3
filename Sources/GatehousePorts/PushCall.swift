public import GatehouseDriverKit
import Synchronization

/// One request of a device that calls in over HTTP, to be answered once.
///
/// A call that is dropped without an answer, or not answered in 30 seconds, is answered with 503: the device keeps
/// what it sent and comes again.
public struct PushCall: Sendable {
    /// What the device asks; head and body complete, percent signs resolved.
    public let request: DeviceRequest
    /// The caller's IP address, IPv4 plainly also where it came over IPv6.
    public let peer: String
    private let answer: Answer

    init(request: DeviceRequest, peer: String, deliver: @escaping @Sendable (DeviceResponse) -> Void) {
        self.request = request
        self.peer = peer
        answer = Answer(deliver: deliver)
    }

    /// Answers. Only the first answer counts; one that comes when the device has gone is lost.
    public func respond(_ response: DeviceResponse) {
        answer.give(response)
    }

    /// What the device hears when nobody has time for it.
    static let later = DeviceResponse(status: 503)

    private final class Answer: Sendable {
        private let deliver: @Sendable (DeviceResponse) -> Void
        private let isGiven = Mutex(false)

        init(deliver: @escaping @Sendable (DeviceResponse) -> Void) {
            self.deliver = deliver
        }

        deinit { give(PushCall.later) }

        func give(_ response: DeviceResponse) {
            let isFirst = isGiven.withLock { isGiven in
                defer { isGiven = true }
                return !isGiven
            }
            if isFirst { deliver(response) }
        }
    }
}
