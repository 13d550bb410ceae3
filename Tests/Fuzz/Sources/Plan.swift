import Glibc

/// What the command line asks for.
struct Plan {
    static let usage = """
        usage: gatehouse-fuzz [--inputs N] [--seed N] [--jobs N] [--only NAME]... [--list]
               gatehouse-fuzz --only NAME --from INPUT [--inputs N] [--trace]
        """

    var inputs = 1_000_000
    var seed: UInt64 = 1
    var jobs = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    var names: [String] = []
    var from: Int?
    var isTraced = false
    var isListing = false

    /// An option that is not understood.
    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    init(_ arguments: [String]) throws(Problem) {
        var rest = arguments[...]
        var isCounted = false
        while let option = rest.popFirst() {
            switch option {
            case "--inputs":
                inputs = try Self.number(option, &rest)
                isCounted = true
            case "--seed": seed = UInt64(try Self.number(option, &rest))
            case "--jobs": jobs = max(1, try Self.number(option, &rest))
            case "--from": from = try Self.number(option, &rest)
            case "--only":
                guard let name = rest.popFirst() else { throw Problem(description: "--only needs a name") }
                names.append(name)
            case "--trace": isTraced = true
            case "--list": isListing = true
            default: throw Problem(description: "\(option) is not understood")
            }
        }
        guard from == nil || names.count == 1 else { throw Problem(description: "--from needs one --only") }
        if from != nil, !isCounted { inputs = Run.episode }
    }

    private static func number(_ option: String, _ rest: inout ArraySlice<String>) throws(Problem) -> Int {
        guard let text = rest.popFirst(), let number = Int(text), number >= 0 else {
            throw Problem(description: "\(option) needs a number")
        }
        return number
    }

    /// Whether everything went well.
    func carryOut() -> Bool {
        let entries = Roster.entries()
        let chosen = entries.filter { names.isEmpty || names.contains($0.name) }
        guard chosen.count >= max(1, names.count) else {
            print("known are \(entries.map(\.name).joined(separator: ", "))")
            return false
        }
        if isListing {
            for entry in chosen { print(entry.name) }
            return true
        }
        if chosen.count == 1 { return run(chosen[0]) }
        return Workers(seed: seed, inputs: inputs, jobs: jobs).run(chosen.map(\.name))
    }

    /// One entry, in this process.
    private func run(_ entry: Entry) -> Bool {
        let first = (from ?? 0) / Run.episode * Run.episode
        let began = clock()
        do throws(Failure) {
            let most = try Run(entry: entry, seed: seed, isTraced: isTraced).take(first..<first + inputs)
            let seconds = Double(clock() - began) / Double(CLOCKS_PER_SEC)
            print("ok   \(entry.name): \(inputs) inputs, at most \(most) bytes, \(Int(seconds.rounded())) s")
            return true
        } catch {
            print("FAIL \(error)")
            return false
        }
    }
}
