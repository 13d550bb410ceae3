/// What a client may ask for; each role may do what the one before it may.
public enum ClientRole: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Events, `PING`, `HEAD`, `REPLAY`, `DEVICES`.
    case subscriber
    /// Also `APPEND`.
    case publisher
    /// Also `COMMAND`.
    case `operator`

    public static func < (left: ClientRole, right: ClientRole) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .subscriber: 0
        case .publisher: 1
        case .operator: 2
        }
    }
}

/// A client that is let in: its public key, the name it speaks under, and what it may do.
public struct ClientKey: Hashable, Sendable {
    public var name: String
    public var role: ClientRole
    /// CURVE public key, 40 characters of Z85 (ZeroMQ RFC 32).
    public var publicKey: String

    public init(name: String, role: ClientRole, publicKey: String) {
        self.name = name
        self.role = role
        self.publicKey = publicKey
    }
}

/// Who asks, as far as the bus knows.
public struct BusClient: Hashable, Sendable {
    /// The name its key is listed under; nil on a plain connection, where any name is taken.
    public var name: String?
    public var role: ClientRole

    public init(name: String?, role: ClientRole) {
        self.name = name
        self.role = role
    }

    /// Whoever connects without CURVE: it is on this machine and may do everything.
    public static let local = BusClient(name: nil, role: .operator)
}
