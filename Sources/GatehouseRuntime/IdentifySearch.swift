public import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel
import GatehousePorts

/// Finds out what device is at a port: what the kernel says of it, then what the port itself says and answers.
public struct PortSearch: Sendable {
    /// Why a port was not searched, or not to the end.
    public enum Problem: Error, Hashable, Sendable {
        /// It is no address of a port.
        case noPort(String)
        /// Somebody has it, and is not to be disturbed.
        case inUse(String)
        /// It could not be opened, or ended.
        case failed(String)

        /// What happened, and what to do next.
        public var message: String {
            switch self {
            case .noPort(let text), .inUse(let text), .failed(let text): text
            }
        }
    }

    /// How often it is looked whether the port has said something.
    private static let pause: Duration = .milliseconds(10)

    private let families: [DriverFamily]
    private let timekeeper = Timekeeper()

    public init(families: [DriverFamily]) {
        self.families = families
    }

    /// The same search without any question: nothing is sent.
    var listening: PortSearch {
        PortSearch(
            families: families.map { family in
                var family = family
                family.probes = family.probes.filter(\.question.isEmpty)
                return family
            })
    }

    /// Searches a port: a path of this machine, or `tcp://host:port`. At most 30 seconds; a task
    /// that is cancelled ends it at once with what was found by then.
    public func run(_ text: String) async throws(Problem) -> PortReport {
        let place = try await PortPlace(text)
        var report = PortReport(port: text, place: place.identified, families: families)
        if let port = place.plugged {
            report.findings = Identification.told(of: port, families: families)
            guard port.transport == .serial, report.findings.isEmpty else { return report }
            // Whoever simulates a device holds both ends of its pseudo-terminal; there the lock alone tells.
            let isShown = !port.path.hasPrefix("/dev/pts/")
            if isShown, await Ports.isInUse(port.path) { throw .inUse("\(text) is in use: \(PortError.busy)") }
        }
        var search = Identification(families: families, road: place.road)
        try await carryOut(&search, at: place.address)
        report.findings = search.findings
        report.heard = search.sample
        return report
    }

    private func carryOut(_ search: inout Identification, at address: PortAddress) async throws(Problem) {
        let ports = Ports()
        var ear: PortEar?
        var problem: Problem?
        let start = timekeeper.now.uptime
        while problem == nil, !Task.isCancelled, let step = search.next(elapsed: timekeeper.now.uptime - start) {
            do throws(PortError) {
                switch step {
                case .open(let line, let limit):
                    await ear?.close()
                    ear = nil
                    ear = PortEar(try await ports.open(address, line: line, timeout: limit))
                case .listen(let time): await hear(ear, for: time, step, &search)
                case .ask(let question, let patience):
                    try await ear?.port.send(question, within: patience)
                    await hear(ear, for: patience, step, &search)
                }
            } catch {
                problem = Self.problem(error, at: address, hasOpened: ear != nil)
                search.failed()
            }
        }
        await ear?.close()
        await ports.shutdown()
        if let problem { throw problem }
    }

    /// Brings what the port says to the search until the time is over, the step is or the port has ended.
    private func hear(
        _ ear: PortEar?, for time: Duration, _ step: Identification.Step, _ search: inout Identification
    ) async {
        guard let ear else { return }
        let end = timekeeper.now.uptime + time
        while !search.isOver(step), !Task.isCancelled {
            let bytes = ear.take()
            if !bytes.isEmpty { search.heard(bytes) }
            let now = timekeeper.now.uptime
            guard now < end else { return }
            guard !ear.hasEnded || !bytes.isEmpty else { return search.failed() }
            await timekeeper.sleep(until: min(end, now + Self.pause))
        }
    }

    /// What ends the search; nil where only this line or connection is of no use.
    private static func problem(_ error: PortError, at address: PortAddress, hasOpened: Bool) -> Problem? {
        switch error {
        case .unsupported, .backedUp, .cancelled: nil
        case .busy: .inUse("\(address) is in use: \(error)")
        case .ended where address.path == nil: nil
        case .timedOut where hasOpened: nil
        default: .failed("\(address): \(error)")
        }
    }
}
