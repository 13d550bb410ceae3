import GatehouseBus
import GatehouseJournal
import GatehouseModel

/// Notes how far those have got who must not lose an event to retention: nothing is removed that one of them has not
/// confirmed.
public struct ConsumerDesk: Sendable {
    /// The bus command, and the name it is sent to instead of a device's.
    public static let command = "confirm"
    public static let device = "gateway"

    let journal: Journal
    let timekeeper: Timekeeper

    /// Takes `{"consumer": "payroll", "through": 4711}` or `{"consumer": "payroll", "forget": true}`; `{}` only asks.
    /// The answer is every consumer and how far it is.
    func take(_ arguments: JSONValue) async throws(BusRefusal) -> JSONValue {
        let change = try Self.change(arguments)
        let result = await Blocking.run { [journal, timekeeper] () -> Result<[Consumer], JournalError> in
            do throws(JournalError) {
                switch change {
                case .none: break
                case .confirm(let name, let sequence):
                    try journal.confirm(name, through: sequence, now: timekeeper.wall)
                case .forget(let name): try journal.forget(consumer: name)
                }
                return .success(try journal.reader.consumers())
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let consumers): return ["consumers": .array(consumers.map(Self.json))]
        case .failure(let error): throw BusRefusal(error == .full ? .diskFull : .unavailable, "\(error)")
        }
    }

    private enum Change: Sendable {
        case none
        case confirm(String, through: Int64)
        case forget(String)
    }

    private static func change(_ arguments: JSONValue) throws(BusRefusal) -> Change {
        guard let name = arguments["consumer"] else { return .none }
        guard let name = name.text, Identifier.isValid(name) else {
            throw BusRefusal(.malformed, "consumer: 1 to 64 letters, digits, '.', '_' and '-'")
        }
        if arguments["forget"]?.bool == true { return .forget(name) }
        guard let sequence = arguments["through"]?.integer, sequence >= 0 else {
            throw BusRefusal(.malformed, "through: the sequence up to which the consumer has everything")
        }
        return .confirm(name, through: Int64(sequence))
    }

    private static func json(_ consumer: Consumer) -> JSONValue {
        [
            "consumer": .string(consumer.name), "confirmed": .integer(consumer.confirmed),
            "updated": .string(Timestamp(consumer.updated, in: .utc).text),
        ]
    }
}
