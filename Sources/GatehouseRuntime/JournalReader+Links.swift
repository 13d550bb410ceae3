import GatehouseJournal
import GatehouseModel

extension JournalReader {
    /// How many connections are looked back at: more than any run of the gateway leaves open.
    private static let lookBack = 5_000

    /// The `device.connected` of every device of which no `device.disconnected` has been recorded since.
    func openLinks(ofSourcesUnder prefix: String) throws(JournalError) -> [Recorded] {
        var connected = try lastEvent(ofTopic: "device.connected")
        var disconnected = try lastEvent(ofTopic: "device.disconnected")
        var settled: Set<String> = []
        var open: [Recorded] = []
        // Both chains are walked backwards together, so that each device's newest event is met first.
        for _ in 0..<Self.lookBack {
            let takesConnected = (connected?.sequence ?? 0) > (disconnected?.sequence ?? 0)
            guard let event = takesConnected ? connected : disconnected else { break }
            if let source = try? JSONValue(parsing: event.body)["source"]?.text, source.hasPrefix(prefix),
                settled.insert(source).inserted, takesConnected
            {
                open.append(event)
            }
            if takesConnected {
                connected = try self.event(at: event.previous)
            } else {
                disconnected = try self.event(at: event.previous)
            }
        }
        return open.sorted { $0.sequence < $1.sequence }
    }
}
