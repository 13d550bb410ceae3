import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// A made-up history of two nights on a site with overlapping routes, the same for the same seed.
struct PatrolHistory {
    let site: Site
    private(set) var facts: [Fact] = []
    private var random: SplitMix64

    /// From the first site to long after the last round.
    static let start = Moment("01 12:00")
    static let end = Moment("06 12:00")

    init(seed: UInt64, scans count: Int = 160, lateness: [Int] = [2880, 2880, 2880]) {
        random = SplitMix64(seed: seed)
        let ways = [(1, 2, 180), (2, 3, 300), (3, 1, 120), (2, 1, 60), (3, 4, 600)].map { from, to, seconds in
            Travel(from: "place-\(from)", to: "place-\(to)", atLeast: .seconds(seconds))
        }
        site = .patrolled(
            routes: [
                .night(
                    "a", checkpoints: ["CP01", "CP02", "CP03"], order: .strict,
                    starts: .every(60, from: "20:00", to: "04:00"), duration: 50, tolerance: 25,
                    lateness: lateness[0]),
                .night(
                    "b", checkpoints: ["CP02", "CP03", "CP04"],
                    starts: .every(90, from: "21:00", to: "03:00"), duration: 70, tolerance: 0, lateness: lateness[1],
                    guards: .department("security")),
                .night(
                    "c", checkpoints: ["CP04", "CP01"], starts: .at("20:00", "23:00"), duration: 200,
                    lateness: lateness[2],
                    guards: .people(["E3", "E4"])),
            ], travel: ways, countsSuspect: false)
        let from = Moment("01 19:30").milliseconds
        var times: Set<Int64> = []
        while times.count < count {
            // Two nights of nine hours, with many scans close together.
            let night = Int64(next(2)) * 86_400_000
            times.insert(from + night + Int64(next(9 * 60)) * 60_000 + Int64(next(60_000)))
        }
        facts = times.sorted().enumerated().map { scan(at: Moment(milliseconds: $1), sequence: Int64($0) + 2) }
    }

    private mutating func next(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

    private mutating func scan(at time: Moment, sequence: Int64) -> Fact {
        let code = ["P1", "P2", "P3", "P4", "C1", "C2", "C3", "C4", "C1", "C2", "C3", "C4", "N1", "X9"][next(14)]
        let device = ["wand", "line", "own"][next(3)]
        let scan = Fact.Scan(device: device, code: code, kind: "unknown", value: nil, authentic: "unknown")
        return Fact(
            sequence: sequence, id: "e\(sequence)", source: "/sites/sh1/devices/\(device)", topic: "scan.recorded",
            subject: device, time: time, received: time, content: .scan(scan))
    }

    /// The same scans, many of them received up to a day later, in whatever order that makes.
    func delayed(seed: UInt64) -> [Fact] {
        var random = SplitMix64(seed: seed)
        return facts.map { fact in
            var fact = fact
            if random.next() % 3 == 0 { fact.received = fact.time + .seconds(Int64(random.next() % 86_400)) }
            return fact
        }.sorted { ($0.received, $0.sequence) < ($1.received, $1.sequence) }
    }

    /// With waivers, and devices that come and go.
    func eventful(seed: UInt64) -> [Fact] {
        var random = SplitMix64(seed: seed)
        var sequence: Int64 = 10_000
        let others = (0..<60).map { _ in
            sequence += 1
            let time = Self.start + .seconds(Int64(random.next() % 172_800))
            let received = random.next() % 3 == 0 ? time + .seconds(Int64(random.next() % 90_000)) : time
            let device = ["wand", "line", "own"][Int(random.next() % 3)]
            let (topic, content): (Topic, Fact.Content) =
                switch random.next() % 4 {
                case 0: ("device.connected", .connected(device: device, driver: "auto"))
                case 1: ("device.disconnected", .disconnected(device: device, reason: "gone"))
                case 2: ("device.synced", .synced(device: device, through: time))
                default:
                    (
                        "visit.waived",
                        .waived(
                            round: "a@2026-11-0\(1 + random.next() % 3)T2\(random.next() % 4):00:00+08:00",
                            checkpoint: "CP0\(1 + random.next() % 4)", reason: "locked", by: "E9")
                    )
                }
            return Fact(
                sequence: sequence, id: "e\(sequence)", source: "", topic: topic, time: time, received: received,
                content: content)
        }
        return (delayed(seed: seed) + others).sorted { ($0.received, $0.sequence) < ($1.received, $1.sequence) }
    }
}
