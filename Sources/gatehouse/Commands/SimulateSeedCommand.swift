import ArgumentParser
import GatehouseSimulation

/// Plays whole sites from seeds, in memory: what the tests do, for a person who wants to see one of them.
struct SimulateSeedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "site", abstract: "Play a whole site with everything going wrong, from a seed.",
        discussion: """
            Example: gatehouse simulate site --seed 4711
            Example: gatehouse simulate site --seed 1 --seeds 10000 --until 300

            Nothing is opened and nothing is written: devices, lines, disk and gateway are values in memory. Prints \
            what happened, or with --seeds only the seeds in which a rule was broken; exits 1 then.
            """)

    @Option(help: "The site to play; the same seed is the same story.")
    var seed: UInt64

    @Option(help: "How long things go wrong, in simulated seconds.")
    var until: Int = 60

    @Option(help: "Play so many sites, from --seed on.")
    var seeds: UInt64 = 1

    func validate() throws {
        guard (1...31_536_000).contains(until) else { throw ValidationError("--until takes 1 to 31536000 seconds") }
        guard seeds > 0, seed <= .max - seeds else { throw ValidationError("--seeds takes a number from 1 on") }
    }

    func run() throws {
        var broken = 0
        for seed in seed..<seed + seeds {
            if let error = play(seed) {
                broken += 1
                Console.line("seed \(seed): \(error)")
            }
            Console.progress("\(seed - self.seed + 1) of \(seeds) sites, \(broken) broken")
        }
        Console.progress("")
        if seeds > 1 { Console.line("\(seeds) sites played, \(broken) broken") }
        guard broken == 0 else { throw Failure(.notInOrder) }
    }

    /// Plays one site. A single one is told.
    private func play(_ seed: UInt64) -> BrokenInvariant? {
        var world = World(
            seed: seed, families: DriverCatalogue.rehearsed,
            simulated: DriverCatalogue.simulated,
            plan: World.Plan(trouble: .seconds(until)), keepsLines: seeds == 1)
        var broken: BrokenInvariant?
        do throws(BrokenInvariant) { try world.run() } catch { broken = error }
        for line in world.transcript.lines { Console.line(Console.shown(line)) }
        if seeds == 1, broken == nil { Console.line(summary(of: world)) }
        return broken
    }

    private func summary(of world: World) -> String {
        let hash = String(world.transcript.hash, radix: 16)
        return "every rule held: \(world.steps) steps, \(world.crashes) crashes, "
            + "\(world.journal.head) events, story \(hash)"
    }
}
