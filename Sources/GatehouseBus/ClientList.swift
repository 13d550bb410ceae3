/// The clients that are let in, looked up for every connection and again for every request: a key taken off the
/// list is out at once.
struct ClientList: Hashable, Sendable {
    private var clients: [String: ClientKey]

    init(_ clients: [ClientKey]) {
        self.clients = Dictionary(clients.map { ($0.publicKey, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Who holds that public key (Z85); nil when it is not listed.
    func client(publicKey: String) -> BusClient? {
        clients[publicKey].map { BusClient(name: $0.name, role: $0.role) }
    }

    /// Whether somebody on this list is not, or under another key, on the newer one.
    func loses(in newer: ClientList) -> Bool {
        clients.keys.contains { newer.clients[$0] == nil }
    }
}
