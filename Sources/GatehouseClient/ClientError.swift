/// Why a request came to nothing.
public enum ClientError: Error, Hashable, Sendable {
    /// Nothing answered in time, or no connection could be made. The request may have been carried out all the
    /// same: appending the same events again is safe.
    case unreachable(String)
    /// The gateway said no. `code` is one of the bus's codes, for example `forbidden` or `busy`.
    case refused(code: String, message: String)
    /// The gateway's answer is none that this version understands.
    case incomprehensible(String)
    /// `close` was called.
    case closed
}

extension ClientError: CustomStringConvertible {
    /// What happened and what to do about it.
    public var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .refused(let code, let message): "refused (\(code)): \(message)"
        case .incomprehensible(let reason): "\(reason); the gateway may be newer than this client"
        case .closed: "the client was closed"
        }
    }
}
