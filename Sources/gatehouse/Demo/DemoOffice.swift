import GatehouseClient
import GatehouseEngine
import GatehouseModel
import GatehouseRuntime

/// What people of the demo's plant say to the gateway through other programs: HR's, the safety officer's, the guard
/// room's. Each speaks over the bus, as any client does.
struct DemoOffice: Sendable {
    private let client: GatehouseClient
    private let timekeeper: Timekeeper
    private let day: DemoDay

    init(_ file: RunFile, timekeeper: Timekeeper, day: DemoDay) throws {
        client = try GatehouseClient(events: file.events, requests: file.requests)
        self.timekeeper = timekeeper
        self.day = day
    }

    func grantLeave(to person: String) async throws {
        try await append(
            "leave.granted", about: person, as: "hr",
            [
                "leave": "L-1", "person": .string(person), "from": time("08:00"), "to": time("17:00"),
                "kind": "personal", "by": "E1008",
            ])
    }

    func assign(to person: String, by other: String) async throws {
        let hazard = try await hazard()
        try await append(
            "hazard.assigned", about: hazard, as: "safety",
            ["hazard": .string(hazard), "to": .string(person), "by": .string(other)])
    }

    func submit(by person: String) async throws {
        let hazard = try await hazard()
        try await append(
            "hazard.submitted", about: hazard, as: "safety", ["hazard": .string(hazard), "by": .string(person)])
    }

    func verify(by person: String) async throws {
        let hazard = try await hazard()
        try await append(
            "hazard.verified", about: hazard, as: "safety", ["hazard": .string(hazard), "by": .string(person)])
    }

    func handOver(by person: String) async throws {
        try await append("ext.handover", about: person, as: "guardroom", ["by": .string(person)])
    }

    /// The first hazard that was opened, awaited if need be.
    private func hazard() async throws -> String {
        for try await event in try client.events(after: 0, topics: ["hazard.opened"]) {
            if let hazard = (try? JSONValue(parsing: event.body))?["data"]?["hazard"]?.text { return hazard }
        }
        throw CancellationError()
    }

    private func time(_ text: String) -> JSONValue { .string(Timestamp(day.moment(text), in: day.zone).text) }

    private func append(_ topic: Topic, about subject: String, as name: String, _ data: JSONValue) async throws {
        let now = Timestamp(timekeeper.wall, in: day.zone)
        var generator = SystemRandomNumberGenerator()
        var identifiers = UUIDv7Source(generator: SplitMix64(seed: generator.next()))
        let event = Event(
            source: "/sites/demo/clients/\(name)", id: identifiers.next(at: now.moment), topic: topic,
            subject: subject, time: now, data: data.bytes)
        _ = try await client.append([event.encoded(sequence: 0, recorded: now)])
    }
}
