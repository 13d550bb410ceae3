import GatehouseModel
import GatehouseModuleKit
import GatehouseRules
import PatrolModule

/// The rounds of a history worked out anew and plainly: every scan once, in the order of time, with no state but lists.
/// It knows nothing of waivers or devices that could not have told.
struct PatrolOracle {
    struct Scan {
        var fact: Fact
        var code: String
        var device: String
    }

    private struct Open {
        var route: Route
        var start: Moment
        var visits: [String: Scan] = [:]
        var suspects: Set<String> = []
        var guards: Set<String> = []

        var end: Moment { start + route.duration }
        var close: Moment { end + route.tolerance }
        var limit: Moment { close + route.allowedLateness }
    }

    private let index: SiteIndex
    private let scans: [Scan]
    private var rounds: [Open]

    init(_ site: Site, _ facts: [Fact], rounds: [(route: String, start: Moment)]) {
        index = SiteIndex(site)
        self.rounds = rounds.compactMap { [index] round in
            index.routes[round.route].map { Open(route: $0, start: round.start) }
        }
        scans = facts.compactMap { fact in
            guard case .scan(let scan) = fact.content else { return nil }
            return Scan(fact: fact, code: scan.code, device: scan.device)
        }.sorted { ($0.fact.time, $0.fact.sequence) < ($1.fact.time, $1.fact.sequence) }
        walk()
    }

    private mutating func walk() {
        var last: [String: (checkpoint: Checkpoint, time: Moment)] = [:]
        for place in scans.indices {
            let scan = scans[place]
            let time = scan.fact.time
            guard let checkpoint = index.site.checkpoints.first(where: { $0.code == scan.code }) else { continue }
            let wanting = rounds.indices.filter { wants(rounds[$0], checkpoint, place) }
            guard let round = wanting.min(by: { key(rounds[$0]) < key(rounds[$1]) }) else { continue }
            let walker = walker(place, limit: rounds[round].limit)
            if let walker, let before = last[walker], isTooFast(before, checkpoint, time) {
                rounds[round].suspects.insert(checkpoint.id)
            } else {
                rounds[round].visits[checkpoint.id] = scan
                if let walker { rounds[round].guards.insert(walker) }
            }
            if let walker { last[walker] = (checkpoint, time) }
        }
    }

    /// Who made a scan, as far as persons' scans say that were received by then.
    private func walker(_ place: Int, limit: Moment) -> String? {
        let scan = scans[place]
        if let owner = index.devices[scan.device]?.guardPerson { return owner }
        let known = scans[..<place].last {
            $0.device == scan.device && index.badges[$0.code] != nil && $0.fact.received <= limit
        }
        guard let known, scan.fact.time - known.fact.time <= index.site.patrol.guardSession else { return nil }
        return index.badges[known.code]
    }

    private func wants(_ round: Open, _ checkpoint: Checkpoint, _ place: Int) -> Bool {
        let (time, received) = (scans[place].fact.time, scans[place].fact.received)
        guard round.start <= time, time <= round.close, round.visits[checkpoint.id] == nil, received <= round.limit,
            round.route.checkpoints.contains(checkpoint.id)
        else { return false }
        guard let crew = round.route.guards, let walker = walker(place, limit: round.limit) else { return true }
        return index.belongs(walker, to: crew)
    }

    private func key(_ round: Open) -> (Int64, String) { (round.start.milliseconds, round.route.id) }

    private func isTooFast(
        _ before: (checkpoint: Checkpoint, time: Moment), _ checkpoint: Checkpoint, _ time: Moment
    ) -> Bool {
        guard let from = before.checkpoint.place, let to = checkpoint.place,
            let least = index.leastTravel(from: from, to: to)
        else { return false }
        return time - before.time < least
    }

    /// Each round in a line: what was visited, late, missed, out of order, suspect, and by whom.
    var lines: [String] {
        rounds.sorted { key($0) < key($1) }.map { round in
            let order = round.route.checkpoints
            let visited = order.filter { round.visits[$0] != nil }
            let late = visited.filter { (round.visits[$0]?.fact.time ?? round.start) > round.end }
            let disorder = order.enumerated().filter { place, id in
                guard round.route.order == .strict, let own = round.visits[id]?.fact.time else { return false }
                return order[(place + 1)...].contains { (round.visits[$0]?.fact.time).map { $0 < own } ?? false }
            }.map(\.element)
            return Self.line(
                round.route.id, round.start, visited, late, order.filter { round.visits[$0] == nil }, disorder,
                order.filter(round.suspects.contains), round.guards.sorted())
        }
    }

    static func lines(of reports: [RoundReport]) -> [String] {
        reports.map {
            line($0.route, $0.start, $0.visited, $0.late, $0.missed, $0.outOfOrder, $0.suspect, $0.guards)
        }
    }

    private static func line(_ route: String, _ start: Moment, _ lists: [String]...) -> String {
        "\(route)@\(start.milliseconds / 60_000) " + lists.map { $0.joined(separator: ",") }.joined(separator: " | ")
    }
}
