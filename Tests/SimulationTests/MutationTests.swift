import GatehouseDriverKit
import GatehouseModel
import Testing
import ZKTecoDriver
import ZKTecoSimulator

@testable import GatehouseSimulation

@Suite("The invariants can fail")
struct MutationTests {
    @Test(
        "a journal that errs is found out",
        arguments: [
            (MemoryJournal.Flaw.losesRow(every: 7), BrokenInvariant.Rule.sequenceWithoutHoles),
            (.keepsDuplicates, .oneRowPerIdentity),
            (.mixesTopics, .previousChains),
        ])
    func journal(flaw: MemoryJournal.Flaw, rule: BrokenInvariant.Rule) {
        let rules = broken(change: { $0.journal.flaw = flaw })
        #expect(rules == [rule])
    }

    @Test("a row that vanishes after it was committed is found out in the end")
    func vanishedRow() throws {
        var world = Sites.clock()
        try world.say(["log": 20], 0)
        try world.run(until: .seconds(20))
        world.journal.forget(5)
        #expect(throws: BrokenInvariant.self) { try world.run() }
    }

    @Test("a driver that acknowledges before its readings are stored is found out")
    func hasty() {
        #expect(broken(driver: { Hasty(inner: $0) }).contains(.acknowledgedOnlyWhenStored))
    }

    @Test("a driver that has a log erased before it is stored is found out")
    func hastyErasing() throws {
        var setup = SimulatedZKTeco.Setup()
        setup.capacity = 60
        var world = Sites.clock(setup: setup, family: clocks(driver: { Hasty(inner: $0) })) { $0.clearLog = .whenFull }
        try world.say(["fault": "full-log"], 0)
        world.befall(.full)
        let error = try #require(throws: BrokenInvariant.self) { try world.run(until: .seconds(100)) }
        #expect(error.rule == .erasedOnlyWhenStored)
    }

    @Test("a driver that says it has read what it has not is found out")
    func boastful() {
        #expect(broken(driver: { Boastful(inner: $0) }).contains(.syncedMeansStored))
    }

    @Test("a driver that answers twice is found out")
    func chatty() {
        #expect(broken(driver: { Chatty(inner: $0) }).contains(.answeredOnce))
    }

    @Test("a driver that hands over without end is found out")
    func flooding() {
        #expect(broken(driver: { Flooding(inner: $0) }) == [.boundedQueues])
    }

    @Test("a driver that loses a reading is found out")
    func forgetful() {
        let rules = broken(driver: { Forgetful(inner: $0) })
        #expect(!rules.isDisjoint(with: [.nothingLost, .syncedMeansStored, .acknowledgedOnlyWhenStored]))
    }

    @Test("a driver that calls the same punch differently by another road is found out")
    func renaming() {
        let rules = broken(driver: { Renaming(inner: $0) })
        #expect(!rules.isDisjoint(with: [.nothingInvented, .syncedMeansStored, .acknowledgedOnlyWhenStored]))
    }

    @Test("a driver that never gets through is found out")
    func mute() {
        let rules = broken(driver: { _ in Mute() })
        #expect(!rules.isDisjoint(with: [.nothingLost, .everybodyBack]))
    }

    @Test("a failure names its seed and the command that repeats it")
    func command() throws {
        var world = Sites.drawn(11)
        world.journal.flaw = .losesRow(every: 2)
        let error = try #require(throws: BrokenInvariant.self) { try world.run() }
        #expect(error.command == "gatehouse simulate site --seed 11 --until 60")
        #expect("\(error)".contains(error.command))
        #expect("\(error)".contains("sequences run from 1 without holes"))
    }

    /// The rules that forty sites of clocks break.
    private func broken(
        driver: (@Sendable (any DeviceDriver) -> any DeviceDriver)? = nil, change: (inout World) -> Void = { _ in }
    ) -> Set<BrokenInvariant.Rule> {
        let family = driver.map { clocks(driver: $0) } ?? ZKTeco.family
        var rules: Set<BrokenInvariant.Rule> = []
        for seed in 1...40 as ClosedRange<UInt64> {
            var world = World(
                seed: seed, families: [family], simulated: [SimulatedZKTeco.family], plan: World.Plan(stations: 1...2))
            change(&world)
            do throws(BrokenInvariant) { try world.run() } catch { rules.insert(error.rule) }
        }
        return rules
    }

    private func clocks(driver: @escaping @Sendable (any DeviceDriver) -> any DeviceDriver) -> DriverFamily {
        var family = ZKTeco.family
        family.make = { context throws(SettingsProblem) in driver(try ZKTeco.family.make(context)) }
        return family
    }
}

/// Says `recorded` itself, at once.
private struct Hasty: DeviceDriver {
    var inner: any DeviceDriver

    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        if case .recorded = input { return [] }
        var effects: [DriverEffect] = []
        var waiting = inner.handle(input, at: now)
        while !waiting.isEmpty {
            let effect = waiting.removeFirst()
            effects.append(effect)
            if case .observed(_, let receipt) = effect { waiting += inner.handle(.recorded(receipt), at: now) }
        }
        return effects
    }
}

/// Says `synced` as soon as it knows whom it talks to.
private struct Boastful: DeviceDriver {
    var inner: any DeviceDriver

    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        inner.handle(input, at: now).flatMap { effect in
            guard case .identified = effect else { return [effect] }
            return [effect, .synced(through: now.wall)]
        }
    }
}

/// Answers every command twice.
private struct Chatty: DeviceDriver {
    var inner: any DeviceDriver

    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        inner.handle(input, at: now).flatMap { effect in
            guard case .answered = effect else { return [effect] }
            return [effect, effect]
        }
    }
}

/// Makes four hundred readings of everything it hears.
private struct Flooding: DeviceDriver {
    var inner: any DeviceDriver

    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        guard case .received = input else { return inner.handle(input, at: now) }
        return (0..<400).map { .observed([.scan(ScanReading(payload: [0x41]))], Receipt(1_000_000 + $0)) }
    }
}

/// Drops every fifth reading.
private struct Forgetful: DeviceDriver {
    var inner: any DeviceDriver
    var count = 0

    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        inner.handle(input, at: now).map { effect in
            guard case .observed(let observations, let receipt) = effect else { return effect }
            let kept = observations.filter { _ in
                count += 1
                return count % 5 != 0
            }
            return .observed(kept, receipt)
        }
    }
}

/// Gives a punch that comes live another identity.
private struct Renaming: DeviceDriver {
    var inner: any DeviceDriver

    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        inner.handle(input, at: now).map { effect in
            guard case .observed(let observations, let receipt) = effect else { return effect }
            return .observed(observations.map(Self.renamed), receipt)
        }
    }

    private static func renamed(_ observation: Observation) -> Observation {
        guard case .punch(var punch) = observation, punch.native["road"]?.text == "live" else { return observation }
        punch.identity = punch.identity.map { "\($0)/live" }
        return .punch(punch)
    }
}

/// Gives up at once.
private struct Mute: DeviceDriver {
    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        guard case .linkOpened = input else { return [] }
        return [.send([0]), .abandonLink(.silent)]
    }
}
