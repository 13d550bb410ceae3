public import GatehouseJournal
public import GatehouseModel
import GatehouseModules

/// Whether the journal, folded once more from its beginning, gives the same derived events as are in it.
public struct ModuleVerification: Hashable, Sendable {
    /// Something that does not agree.
    public struct Difference: Hashable, Sendable {
        public enum Kind: String, Hashable, Sendable {
            /// The fold gives it and the journal does not have it.
            case missing
            /// Both have it, and not to the byte.
            case different
            /// The journal has it and the fold does not give it.
            case extra
        }

        public var kind: Kind
        public var module: String
        /// The event's id.
        public var id: String
        /// Where it is in the journal, or the cause of one that is missing.
        public var sequence: Int64
    }

    /// How many derived events agree to the byte.
    public private(set) var equal = 0
    /// What does not agree, in the order in which it was met; a hundred at most.
    public private(set) var differences: [Difference] = []
    /// How many do not agree.
    public private(set) var unequal = 0
    /// Found from the last events, and not in the journal yet: the modules append them when they run again.
    public private(set) var awaited = 0

    /// Folds the journal. Nil where its beginning is gone, so that nothing can be said. `progress` hears how far it is.
    public static func run(
        _ reader: JournalReader, progress: (Int64, Int64) -> Void
    ) throws(JournalError) -> ModuleVerification? {
        let head = try reader.head().sequence
        guard try reader.extent().first <= 1 else { return nil }
        var (run, next) = (Run(), Int64(1))
        while next <= head {
            let page = try reader.page(from: next, through: head)
            for recorded in page.events { run.take(recorded) }
            next = page.scannedThrough + 1
            progress(page.scannedThrough, head)
        }
        return run.finish()
    }

    private struct Run {
        var result = ModuleVerification()
        var fold = ModuleFold(ModuleHouse.names)
        /// Found and not met in the journal yet, by module and id.
        var expected: [String: Event] = [:]
        /// The latest cause of an event that was met: whatever has an earlier one had its time.
        var latestCause: Int64 = 0

        mutating func take(_ recorded: Recorded) {
            compare(recorded)
            for event in fold.take(recorded) { expected["\(event.source) \(event.id)"] = event }
        }

        private mutating func compare(_ recorded: Recorded) {
            guard recorded.topic.origin == .module, recorded.topic != "reminder.due",
                let json = try? JSONValue(parsing: recorded.body), let source = json["source"]?.text,
                let id = json["id"]?.text, let stamp = json["recordedtime"]?.text.flatMap({ Timestamp($0) })
            else { return }
            let module = String(source.split(separator: "/").last ?? "")
            guard ModuleHouse.names.contains(module) else { return }
            guard let event = expected.removeValue(forKey: "\(source) \(id)") else {
                return result.add(.init(kind: .extra, module: module, id: id, sequence: recorded.sequence))
            }
            latestCause = max(latestCause, event.causation ?? 0)
            if event.encoded(sequence: recorded.sequence, recorded: stamp) == recorded.body {
                result.equal += 1
            } else {
                result.add(.init(kind: .different, module: module, id: id, sequence: recorded.sequence))
            }
        }

        mutating func finish() -> ModuleVerification {
            let rest = expected.values.sorted { ($0.causation ?? 0, $0.id) < ($1.causation ?? 0, $1.id) }
            for event in rest {
                guard (event.causation ?? 0) < latestCause else {
                    result.awaited += 1
                    continue
                }
                let module = String(event.source.split(separator: "/").last ?? "")
                result.add(.init(kind: .missing, module: module, id: event.id, sequence: event.causation ?? 0))
            }
            return result
        }
    }

    private mutating func add(_ difference: Difference) {
        unequal += 1
        if differences.count < 100 { differences.append(difference) }
    }
}

extension ModuleVerification {
    /// What `verify --modules --json` says of it.
    public var json: JSONValue {
        [
            "equal": .integer(equal), "unequal": .integer(unequal), "awaited": .integer(awaited),
            "differences": .array(
                differences.map { difference in
                    [
                        "kind": .string(difference.kind.rawValue), "module": .string(difference.module),
                        "id": .string(difference.id), "sequence": .integer(difference.sequence),
                    ]
                }),
        ]
    }
}
