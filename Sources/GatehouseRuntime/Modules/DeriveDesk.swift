import GatehouseBus
import GatehouseJournal
import GatehouseModel

/// Takes what modules in processes of their own have found.
struct DeriveDesk: Sendable {
    let writer: JournalWriter
    /// The modules that run apart; the others speak for themselves here.
    let apart: Set<String>
    let pass: ModulePass
    let site: String
    let timekeeper: Timekeeper

    func take(_ bodies: [[UInt8]], module: String, pass: [UInt8]) async throws(BusRefusal) -> [AppendResult] {
        guard self.pass.matches(pass) else {
            throw BusRefusal(.forbidden, "this is not the pass in the gateway's data folder (modules.pass)")
        }
        guard apart.contains(module) else {
            throw BusRefusal(
                .forbidden,
                "the module \(module.prefix(40)) runs in the gateway itself; start that with --apart and its name")
        }
        var events: [Event] = []
        for body in bodies { events.append(try event(body, of: module)) }
        do throws(JournalError) {
            return try await writer.append(events, whenFull: .fail).map {
                AppendResult(sequence: $0.sequence, isDuplicate: $0.isDuplicate)
            }
        } catch {
            throw BusRefusal(error == .full ? .diskFull : .unavailable, "\(error)")
        }
    }

    private func event(_ body: [UInt8], of module: String) throws(BusRefusal) -> Event {
        let event: Event
        do throws(EventProblem) {
            event = try Event(cloudEvent: body, now: Timestamp(timekeeper.wall, in: .utc))
        } catch {
            throw BusRefusal(.invalidEvent, "\(error.field): \(error.reason)")
        }
        guard event.topic.origin == .module else {
            throw BusRefusal(.forbidden, "type: \(event.topic.rawValue) is not a module's to say")
        }
        let source = "/sites/\(site)/modules/\(module)"
        guard event.source == source else { throw BusRefusal(.forbidden, "source: must be \(source)") }
        return event
    }
}
