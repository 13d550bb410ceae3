public import GatehouseModel

/// Who may append what: the client its own facts, nobody a device's or a module's.
public struct AppendRules: Hashable, Sendable {
    /// The site whose events these are; `default` without a site file.
    public var site: String

    public init(site: String) {
        self.site = site
    }

    /// The source that a client of that name writes under.
    public func source(ofClient name: String) -> String {
        "/sites/\(site)/clients/\(name)"
    }

    /// Why the client may not append the event; nil when it may.
    public func refusal(of event: Event, from client: BusClient) -> BusRefusal? {
        guard client.role >= .publisher else {
            return BusRefusal(
                .forbidden, "a \(client.role.rawValue) appends nothing; use a key with the role publisher")
        }
        return refusal(ofTopic: event.topic) ?? refusal(ofSource: event.source, from: client)
    }

    private func refusal(ofTopic topic: Topic) -> BusRefusal? {
        switch topic.origin {
        case .people: nil
        case .device:
            BusRefusal(
                .forbidden, "type: \(topic.rawValue) is a device's to say; append punch.corrected, or ext.<name>")
        case .module:
            BusRefusal(.forbidden, "type: \(topic.rawValue) is worked out by a module; append ext.<name>")
        case nil:
            BusRefusal(
                .invalidEvent, "type: \(topic.rawValue.prefix(80)) is no topic; own topics are called ext.<name>")
        }
    }

    private func refusal(ofSource source: String, from client: BusClient) -> BusRefusal? {
        if let name = client.name {
            let own = self.source(ofClient: name)
            return source == own ? nil : BusRefusal(.forbidden, "source: must be \(own)")
        }
        let prefix = self.source(ofClient: "")
        if source.hasPrefix(prefix), Identifier.isValid(source.dropFirst(prefix.count)) { return nil }
        let code: BusRefusal.Code = source.hasPrefix("/sites/") ? .forbidden : .invalidEvent
        return BusRefusal(code, "source: must be \(prefix)<client>, the name of letters, digits, '.', '_' and '-'")
    }
}
