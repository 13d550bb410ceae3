import GatehouseModel
import GatehouseModuleKit

/// Visits that need not be made in rounds that have not begun.
struct WaiverBook: Sendable {
    /// A round by its route and start.
    struct Key: Hashable, Comparable, Sendable {
        var route: String
        var start: Moment

        init(route: String, start: Moment) {
            self.route = route
            self.start = start
        }

        /// Reads `<route>@<start>`; nil where it is none.
        init?(_ round: String) {
            guard let at = round.lastIndex(of: "@"),
                let start = Timestamp(round[round.index(after: at)...])?.moment
            else { return nil }
            self.init(route: String(round[..<at]), start: start)
        }

        static func < (left: Key, right: Key) -> Bool {
            (left.start, left.route) < (right.start, right.route)
        }
    }

    private var checkpoints: [Key: Set<String>] = [:]
    private var patience = 1024

    init() {}

    /// Keeps a waiver until its round begins.
    mutating func add(_ checkpoint: String, for round: Key, at now: Moment) {
        // Nobody plans further ahead than rounds are remembered; and what never became a round is forgotten.
        guard round.start > now, round.start <= now + RoundBook.memory else { return }
        checkpoints[round, default: []].insert(checkpoint)
        guard checkpoints.count > patience else { return }
        checkpoints = checkpoints.filter { $0.key.start > now }
        patience = 1024 + 2 * checkpoints.count
    }

    /// Takes out the waivers of a round that begins.
    mutating func take(_ round: Key) -> Set<String> { checkpoints.removeValue(forKey: round) ?? [] }
}

extension WaiverBook: Packed {
    func pack(into packer: inout Packer) {
        packer.add(checkpoints, patience)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (checkpoints, patience) = try unpacker.values()
    }
}

extension WaiverBook.Key: Packed {
    func pack(into packer: inout Packer) {
        packer.add(route, start)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (route, start) = try unpacker.values()
    }
}
