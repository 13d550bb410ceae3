import GatehouseModel

/// What a client is given: its own pair and the server's public key. One JSON object, so that any language
/// reads it:
///
///     {"name": "board", "role": "subscriber", "publicKey": "…", "secretKey": "…", "serverKey": "…"}
///
/// The keys are 40 characters of Z85, as every ZeroMQ binding takes them.
public struct ClientKeyFile: Hashable, Sendable {
    public var name: String
    public var role: ClientRole
    public var keys: CurveKeyPair
    /// The server's public key: who has another one is not our gateway.
    public var serverKey: String

    public init(name: String, role: ClientRole, keys: CurveKeyPair, serverKey: String) {
        self.name = name
        self.role = role
        self.keys = keys
        self.serverKey = serverKey
    }

    /// Reads the file's content; nil when it is something else.
    public init?(json bytes: [UInt8]) {
        guard let json = try? JSONValue(parsing: bytes), let name = json["name"]?.text,
            let role = json["role"]?.text.flatMap(ClientRole.init(rawValue:)),
            let publicKey = json["publicKey"]?.text, let secretKey = json["secretKey"]?.text,
            let keys = CurveKeyPair(publicKey: publicKey, secretKey: secretKey),
            let serverKey = json["serverKey"]?.text, Z85.isKey(serverKey), Identifier.isValid(name)
        else { return nil }
        self.init(name: name, role: role, keys: keys, serverKey: serverKey)
    }

    /// Reads the file at a path that `gatehouse keys new` has made.
    public init(path: String) throws(BusError) {
        guard let file = ClientKeyFile(json: try SecretFile.read(path)) else {
            throw BusError("\(path) is no client's key file: give one that gatehouse keys new has made")
        }
        self = file
    }

    /// The file's content.
    public var json: [UInt8] {
        let value: JSONValue = [
            "name": .string(name), "role": .string(role.rawValue), "publicKey": .string(keys.publicKey),
            "secretKey": .string(keys.secretKey), "serverKey": .string(serverKey),
        ]
        return value.bytes + [0x0A]
    }
}
