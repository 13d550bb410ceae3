import GatehouseModel

/// Decides which device of the site a file on a stick is of: by the serial number, else by the number of the menu, else
/// the only one that it can be. Never a device that is known to be another.
struct StickOwner: Sendable {
    /// A device whose family writes such files.
    struct Candidate: Hashable, Sendable {
        var device: String
        /// As the site file has it or the device has said; nil where neither has.
        var serial: String?
        /// The `device_number` of its settings.
        var number: String?
        var settings: JSONValue = .object([])
    }

    enum Decision: Hashable, Sendable {
        case device(Candidate)
        /// It may be of any of these, or of none where there are none.
        case open([Candidate])
    }

    /// - Parameters:
    ///   - writer: What the file's name says.
    ///   - numbers: The numbers that stand in its lines.
    static func decide(
        _ writer: StickFormat.Writer, numbers: Set<String>, among candidates: [Candidate]
    ) -> Decision {
        switch writer {
        case .serial(let serial):
            if let device = candidates.first(where: { $0.serial == serial }) { return .device(device) }
            let others = candidates.filter { $0.serial == nil }
            return byNumber(numbers, among: others)
        case .number(let number):
            return byNumber([number], among: candidates)
        }
    }

    private static func byNumber(_ numbers: Set<String>, among candidates: [Candidate]) -> Decision {
        if numbers.count == 1, let number = numbers.first {
            let named = candidates.filter { $0.number == number }
            if named.count == 1 { return .device(named[0]) }
        }
        // A device with another number has not written it.
        let possible = candidates.filter { candidate in candidate.number.map { numbers.contains($0) } ?? true }
        return possible.count == 1 ? .device(possible[0]) : .open(possible)
    }
}
