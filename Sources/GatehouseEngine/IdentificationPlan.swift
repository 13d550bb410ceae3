public import GatehouseDriverKit

/// What kind of port is searched.
public enum IdentificationRoad: Hashable, Sendable {
    /// A serial line of unknown rate.
    case serial
    /// A door in the network: a device's own, or a serial device server's, behind which any serial device may be.
    case network(NetworkDoor)
}

/// The order in which the families' probes are tried. A line's probes are kept together, so that the port is opened
/// once for them.
struct IdentificationPlan: Sendable {
    /// One probe and whose it is.
    struct Entry: Sendable {
        var family: String
        var probe: Probe
    }

    /// What is done at an open port.
    enum Act: Hashable, Sendable {
        case listen(Duration)
        /// The question of the entry with that number.
        case ask(probe: Int, question: [UInt8], patience: Duration)

        var step: Identification.Step {
            switch self {
            case .listen(let time): .listen(time)
            case .ask(_, let question, let patience): .ask(question, patience: patience)
            }
        }
    }

    /// One opening of the port, and what is done then.
    struct Visit: Hashable, Sendable {
        var line: SerialLine
        var acts: [Act]

        /// The time in which at least one of its acts is done.
        var shortest: Duration { acts.map(\.step.longest).min() ?? .zero }
    }

    /// How long one line is listened to at most, and all of them together: somebody has to fetch a card or a code.
    static let listening: Duration = .seconds(5)
    static let listeningInAll: Duration = .seconds(10)
    /// In the network only a serial device server speaks unasked.
    static let listeningInNetwork: Duration = .seconds(2)

    let entries: [Entry]
    let isSerial: Bool
    private(set) var visits: [Visit] = []
    private var listeners: [SerialLine: [Int]] = [:]

    init(families: [DriverFamily], road: IdentificationRoad) {
        entries = families.flatMap { family in family.probes.map { Entry(family: family.name, probe: $0) } }
        switch road {
        case .serial:
            isSerial = true
            planLines()
        case .network(let door):
            isSerial = false
            plan(door, families: families)
        }
    }

    /// The probes that listen at a line.
    func listeners(at line: SerialLine) -> [Int] { listeners[line] ?? [] }

    // MARK: Serial lines

    private mutating func planLines() {
        let listening = entries.indices.filter { entries[$0].probe.question.isEmpty }
        let asking = entries.indices.filter { !entries[$0].probe.question.isEmpty }
        let heard = lines(of: listening)
        let share = min(Self.listening, Self.listeningInAll / max(1, heard.count))
        for line in heard {
            listeners[line] = listening.filter { entries[$0].probe.lines.contains(line) }
            visits.append(Visit(line: line, acts: [.listen(share)]))
        }
        for line in lines(of: asking, after: heard.last) {
            let acts = asking.filter { entries[$0].probe.lines.contains(line) }.map(ask)
            if visits.last?.line == line {
                visits[visits.count - 1].acts += acts
            } else {
                visits.append(Visit(line: line, acts: acts))
            }
        }
    }

    /// The lines of some probes, likeliest first: each probe's first choice before any's second, then by how many name
    /// it and how far in front. Of two that are as likely, the one that is open already comes first.
    private func lines(of probes: [Int], after open: SerialLine? = nil) -> [SerialLine] {
        struct Standing {
            var rank: Int
            var weight: Int
            var order: Int
        }
        var standings: [SerialLine: Standing] = [:]
        for probe in probes {
            for (rank, line) in entries[probe].probe.lines.enumerated() {
                var standing = standings[line] ?? Standing(rank: rank, weight: 0, order: standings.count)
                standing.rank = min(standing.rank, rank)
                standing.weight += 1000 / (rank + 1)
                standings[line] = standing
            }
        }
        return standings.sorted { left, right in
            let (one, two) = (left.value, right.value)
            return (one.rank, -one.weight, left.key == open ? 0 : 1, one.order)
                < (two.rank, -two.weight, right.key == open ? 0 : 1, two.order)
        }.map(\.key)
    }

    // MARK: The network

    /// Each family in a connection of its own: a device may hang up on a question that it does not understand.
    private mutating func plan(_ door: NetworkDoor, families: [DriverFamily]) {
        let known = families.filter { $0.network.contains(door) }
        // Datagrams go to the families that speak them; a stream may lead to any serial line.
        let others = families.filter { family in
            !family.network.contains(door)
                && (door.transport == .tcp || family.network.contains { $0.transport == .udp })
        }
        let line = SerialLine()
        listeners[line] = entries.indices.filter { entries[$0].probe.question.isEmpty }
        if door.transport == .tcp, !listeners(at: line).isEmpty {
            visits.append(Visit(line: line, acts: [.listen(Self.listeningInNetwork)]))
        }
        for family in known + others {
            let probes = entries.indices.filter {
                entries[$0].family == family.name && !entries[$0].probe.question.isEmpty
            }
            if !probes.isEmpty { visits.append(Visit(line: line, acts: probes.map(ask))) }
        }
    }

    private func ask(_ number: Int) -> Act {
        let probe = entries[number].probe
        let patience = min(max(probe.patience, .milliseconds(20)), Identification.patienceLimit)
        return .ask(probe: number, question: probe.question, patience: patience)
    }
}
