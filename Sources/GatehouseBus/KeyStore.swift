public import GatehouseModel

/// The keys of a gateway as files: folders of mode 0700, files of mode 0600.
///
/// | file | holds |
/// | --- | --- |
/// | `server.key` | the server's pair: `publicKey`, `secretKey` |
/// | `clients/NAME.key` | who is let in: `name`, `role`, `publicKey` |
/// | `secrets/NAME.key` | what the client is given (`ClientKeyFile`); it may be moved to the client's machine |
///
/// Taking `clients/NAME.key` away revokes the client.
public struct KeyStore: Hashable, Sendable {
    /// The name under which the commands on the gateway itself connect.
    public static let localOperatorName = "local"

    /// The folder of the keys.
    public let path: String

    /// The store in that folder, which is made when the first key is.
    public init(path: String) {
        self.path = path
    }

    /// What `gatehouse keys` prints of a client.
    public struct Entry: Hashable, Sendable {
        public var name: String
        public var role: ClientRole
        public var publicKey: String
        /// Where the file for the client was written; it may have been moved since.
        public var secretKeyFile: String
        public var serverKey: String

        /// The entry as one JSON object.
        public var json: JSONValue {
            [
                "name": .string(name), "role": .string(role.rawValue), "publicKey": .string(publicKey),
                "secretKeyFile": .string(secretKeyFile), "serverKey": .string(serverKey),
            ]
        }
    }

    /// The server's pair, made at the first call.
    public func server() throws(BusError) -> CurveKeyPair {
        if let pair = try existingServer() { return pair }
        try makeFolders()
        let pair = try CurveKeyPair.generate()
        let json: JSONValue = ["publicKey": .string(pair.publicKey), "secretKey": .string(pair.secretKey)]
        try SecretFile.write(json.bytes + [0x0A], to: serverPath)
        return pair
    }

    /// The server's pair; nil when none has been made, so that nobody has been given keys.
    public func existingServer() throws(BusError) -> CurveKeyPair? {
        guard let content = try SecretFile.readIfPresent(serverPath) else { return nil }
        guard let json = try? JSONValue(parsing: content), let publicKey = json["publicKey"]?.text,
            let secretKey = json["secretKey"]?.text,
            let pair = CurveKeyPair(publicKey: publicKey, secretKey: secretKey)
        else {
            throw BusError(
                "\(serverPath) is damaged: bring it back from a backup, or remove it and issue all keys anew")
        }
        return pair
    }

    /// Makes a client's keys. A name that is taken must be revoked first.
    public func makeClient(_ name: String, role: ClientRole) throws(BusError) -> Entry {
        guard Identifier.isValid(name) else {
            throw BusError("\(name.prefix(80)) is no name: give 1 to 64 letters, digits, '.', '_' and '-'")
        }
        guard try SecretFile.readIfPresent(clientPath(name)) == nil else {
            throw BusError(
                "\(name) has keys already: revoke them first (gatehouse keys revoke \(name)) or choose another name")
        }
        let server = try server()
        let keys = try CurveKeyPair.generate()
        try makeFolders()
        let file = ClientKeyFile(name: name, role: role, keys: keys, serverKey: server.publicKey)
        try SecretFile.write(file.json, to: secretPath(name))
        let listed: JSONValue = [
            "name": .string(name), "role": .string(role.rawValue), "publicKey": .string(keys.publicKey),
        ]
        try SecretFile.write(listed.bytes + [0x0A], to: clientPath(name))
        return entry(of: ClientKey(name: name, role: role, publicKey: keys.publicKey), server: server)
    }

    /// Everybody who is let in, by name: what `Bus.setClients` takes.
    public func clients() throws(BusError) -> [ClientKey] {
        var clients: [ClientKey] = []
        for name in try SecretFile.names(in: path + "/clients") where name.hasSuffix(".key") {
            clients.append(try client(String(name.dropLast(".key".count))))
        }
        return clients
    }

    /// Everybody who is let in, by name, as `gatehouse keys list` prints them.
    public func entries() throws(BusError) -> [Entry] {
        guard let server = try existingServer() else { return [] }
        return try clients().map { entry(of: $0, server: server) }
    }

    /// Takes a client's keys away. False when there was no such client.
    public func revoke(_ name: String) throws(BusError) -> Bool {
        guard Identifier.isValid(name) else { return false }
        let wasListed = try SecretFile.remove(clientPath(name))
        _ = try SecretFile.remove(secretPath(name))
        return wasListed
    }

    /// The keys with which the commands on the gateway itself connect, made at the first call.
    public func localOperator() throws(BusError) -> ClientKeyFile {
        let name = Self.localOperatorName
        if try SecretFile.readIfPresent(secretPath(name)) == nil {
            _ = try revoke(name)
            _ = try makeClient(name, role: .operator)
        }
        return try ClientKeyFile(path: secretPath(name))
    }

    private func client(_ name: String) throws(BusError) -> ClientKey {
        let path = clientPath(name)
        guard Identifier.isValid(name), let json = try? JSONValue(parsing: try SecretFile.read(path)),
            json["name"]?.text == name, let role = json["role"]?.text.flatMap(ClientRole.init(rawValue:)),
            let publicKey = json["publicKey"]?.text, Z85.isKey(publicKey)
        else { throw BusError("\(path) is damaged: revoke the client and issue its keys anew") }
        return ClientKey(name: name, role: role, publicKey: publicKey)
    }

    private func entry(of client: ClientKey, server: CurveKeyPair) -> Entry {
        Entry(
            name: client.name, role: client.role, publicKey: client.publicKey, secretKeyFile: secretPath(client.name),
            serverKey: server.publicKey)
    }

    private func makeFolders() throws(BusError) {
        for folder in [path, path + "/clients", path + "/secrets"] { try SecretFile.makeFolder(folder) }
    }

    private var serverPath: String { path + "/server.key" }

    private func clientPath(_ name: String) -> String { "\(path)/clients/\(name).key" }

    private func secretPath(_ name: String) -> String { "\(path)/secrets/\(name).key" }
}
