import GatehouseModel
import GatehouseModuleKit

/// Which devices are there and which are not, as the gateway tells it, and when they were away lately.
struct DeviceLinks: Sendable {
    /// How long absences are remembered: longer than anything that asks for them.
    private static let memory = Duration.seconds(3 * 86_400)

    struct Link: Sendable {
        /// When it was last told of by its own time; an older word changes nothing.
        var told: Moment
        /// Since when it has been gone; nil while it is there.
        var gone: Moment?
        /// The event that told so.
        var goneSequence: Int64 = 0
        /// When it gave its last sign of life: a reading or a word of its connection.
        var lastSign: Moment
        /// When it was away, in order.
        var absences: [Span] = []
    }

    /// From a moment to a later one.
    struct Span: Sendable {
        var from: Moment
        var to: Moment

        func overlap(_ range: Range<Moment>) -> Duration {
            max(from, range.lowerBound) < min(to, range.upperBound)
                ? min(to, range.upperBound) - max(from, range.lowerBound) : .zero
        }
    }

    private(set) var links: [String: Link] = [:]

    /// The device is there; how long it was away, as far as can be told. A device that is told to be connected though
    /// nobody said that it had gone was out of sight since its last sign of life: the gateway itself was down.
    mutating func connected(_ device: String, at moment: Moment) -> Duration {
        guard var link = links[device] else {
            var fresh = Link(told: moment, lastSign: moment)
            // Before its first word it was not there.
            fresh.absences = [Span(from: moment - Self.memory, to: moment)]
            links[device] = fresh
            return Self.memory
        }
        guard link.told <= moment else { return .zero }
        let since = link.gone ?? link.lastSign
        if since < moment { link.absences.append(Span(from: since, to: moment)) }
        link.absences.removeAll { moment - $0.to > Self.memory }
        (link.gone, link.told, link.lastSign) = (nil, moment, max(link.lastSign, moment))
        links[device] = link
        return max(moment - since, .zero)
    }

    /// The device is gone. False where it was gone already, or is known to have come back since.
    mutating func disconnected(_ device: String, at moment: Moment, sequence: Int64) -> Bool {
        var link = links[device] ?? Link(told: moment, lastSign: moment)
        guard link.told <= moment, link.gone == nil else { return false }
        (link.gone, link.told, link.goneSequence) = (moment, moment, sequence)
        links[device] = link
        return true
    }

    /// A reading came of it.
    mutating func gave(_ device: String, at moment: Moment) {
        guard let last = links[device]?.lastSign, last < moment else { return }
        links[device]?.lastSign = moment
    }

    /// Since when it has been gone; nil while it is there, or nothing was ever said of it.
    func gone(_ device: String) -> Moment? { links[device]?.gone }

    /// How long it was away within a range.
    func away(_ device: String, in range: Range<Moment>) -> Duration {
        guard let link = links[device] else { return .zero }
        let open = link.gone.map { Span(from: $0, to: max($0, range.upperBound)) }
        return (link.absences + (open.map { [$0] } ?? [])).reduce(Duration.zero) { $0 + $1.overlap(range) }
    }

    /// Whether it was away for longer than `limit` at a stretch that touches the range.
    func hadOutage(_ device: String, over limit: Duration, touching range: Range<Moment>) -> Bool {
        guard let link = links[device] else { return false }
        if let gone = link.gone, gone < range.upperBound, range.upperBound - gone > limit { return true }
        return link.absences.contains { $0.to - $0.from > limit && $0.overlap(range) > .zero }
    }
}

extension DeviceLinks: Packed {
    func pack(into packer: inout Packer) {
        packer.add(links)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        links = try unpacker.next()
    }
}

extension DeviceLinks.Link: Packed {
    func pack(into packer: inout Packer) {
        packer.add(told, gone, goneSequence, lastSign, absences)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (told, gone, goneSequence, lastSign, absences) = try unpacker.values()
    }
}

extension DeviceLinks.Span: Packed {
    func pack(into packer: inout Packer) {
        packer.add(from, to)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (from, to) = try unpacker.values()
    }
}
