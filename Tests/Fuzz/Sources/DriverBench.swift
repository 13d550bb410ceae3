import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation

/// Everything from which the episodes of a family are made.
struct DriverBench: Sendable {
    /// Of a HID device, what the kernel says of it.
    typealias Descriptor = @Sendable (any SimulatedDevice) -> [UInt8]?

    let simulated: SimulatedFamily
    let hostile: Hostile
    let descriptor: Descriptor

    func draw(_ random: inout SplitMix64) -> SimulatedStation {
        simulated.draw(&random, .utc, "fuzzed")
    }
}

extension Entry {
    /// The entry of a device family.
    ///
    /// - Parameters:
    ///   - seal: See `Hostile`.
    ///   - descriptor: For families on `.hidraw`.
    static func driver(
        _ family: DriverFamily, _ simulated: SimulatedFamily, seal: Hostile.Seal? = nil,
        descriptor: @escaping DriverBench.Descriptor = { _ in nil }
    ) -> Entry {
        let corpus = Harvest.pieces(of: family, simulated, descriptor)
        let bench = DriverBench(
            simulated: simulated, hostile: Hostile(corpus: corpus, seal: seal), descriptor: descriptor)
        return Entry(name: "\(family.name)/driver") { random in DriverSubject(family, bench, &random) }
    }
}

/// What sound devices say to a sound gateway: the beginnings from which hostile bytes are made.
enum Harvest {
    /// Pieces kept of a family, and the longest of them in bytes.
    private static let pieceLimit = 400
    private static let longest = 2048

    /// Plays the driver against its simulated device on a perfect line, a few times with other makes and settings.
    static func pieces(
        of family: DriverFamily, _ simulated: SimulatedFamily, _ descriptor: DriverBench.Descriptor
    ) -> [[UInt8]] {
        var kept: Set<[UInt8]> = []
        var pieces: [[UInt8]] = []
        for seed in 1...12 {
            var play = Play(family, simulated, descriptor, seed: UInt64(seed))
            for piece in play.pieces(steps: 300) where pieces.count < pieceLimit {
                let piece = Array(piece.prefix(longest))
                if kept.insert(piece).inserted { pieces.append(piece) }
            }
        }
        precondition(!pieces.isEmpty, "a simulated \(family.name) never says anything")
        return pieces
    }
}
