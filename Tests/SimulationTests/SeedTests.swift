import Foundation
import GatehouseModel
import Testing

@testable import GatehouseSimulation

@Suite("Seeds")
struct SeedTests {
    /// How many sites are played: 2,000, or what `GATEHOUSE_SEEDS` says.
    static let count = ProcessInfo.processInfo.environment["GATEHOUSE_SEEDS"].flatMap { UInt64($0) } ?? 2000
    static let batches = 16 as UInt64

    @Test("whatever goes wrong at a site, the rules of the house hold", arguments: 0..<batches)
    func rulesHold(batch: UInt64) {
        for seed in stride(from: batch + 1, through: Self.count, by: Int(Self.batches)) {
            var world = Sites.drawn(seed)
            do throws(BrokenInvariant) {
                try world.run()
            } catch {
                Issue.record("\(error)\n\(lastWords(of: seed))")
            }
        }
    }

    @Test("the same seed is the same story to the last byte", arguments: [4711, 1, 2, 3, 4, 5, 6, 7, 8, 9] as [UInt64])
    func sameSeed(seed: UInt64) throws {
        var first = Sites.drawn(seed)
        var second = Sites.drawn(seed, keepsLines: true)
        try first.run()
        try second.run()
        #expect(first.transcript.hash == second.transcript.hash)
        #expect(first.journal.rows == second.journal.rows)
        #expect(first.steps == second.steps)
        #expect(first.transcript.lines.isEmpty)
        #expect(second.transcript.lines.count > 10)
    }

    @Test("another seed is another story")
    func otherSeeds() throws {
        var hashes: Set<UInt64> = []
        for seed in 1...20 as ClosedRange<UInt64> {
            var world = Sites.drawn(seed)
            try world.run()
            hashes.insert(world.transcript.hash)
        }
        #expect(hashes.count == 20)
    }

    @Test("the seeds are worth their time: everything that the rules speak of happens in them")
    func coverage() throws {
        var (crashes, unpublished, erased, acknowledged) = (0, 0, 0, 0)
        var topics: [String: Int] = [:]
        for seed in 1...60 as ClosedRange<UInt64> {
            var world = Sites.drawn(seed)
            try world.run()
            crashes += world.crashes
            unpublished += world.journal.rows.count { !$0.isPublished }
            for row in world.journal.rows { topics[row.event.topic.rawValue, default: 0] += 1 }
            for case let device as any RecordKeeping in world.stations.map(\.device) {
                let standings = stride(from: 1, through: device.recordCount, by: 1).map { device.standing(of: $0) }
                erased += standings.count(where: \.isErased)
                acknowledged += standings.count(where: \.isAcknowledged)
            }
        }
        #expect(crashes > 30)
        #expect(unpublished > 30, "no crash fell between a commit and its publication")
        #expect(erased > 100)
        #expect(acknowledged > 100)
        for topic in ["punch.recorded", "scan.recorded"] { #expect(topics[topic] ?? 0 > 500) }
        for topic in ["device.connected", "device.disconnected", "device.faulted", "device.clock", "device.synced"] {
            #expect(topics[topic] ?? 0 > 30, "\(topic): \(topics[topic] ?? 0)")
        }
    }

    private func lastWords(of seed: UInt64) -> String {
        var world = Sites.drawn(seed, keepsLines: true)
        try? world.run()
        return world.transcript.lines.suffix(40).joined(separator: "\n")
    }
}
