import GatehouseModel
import GatehouseModuleKit

/// Every hazard of the site, in the order in which they were opened, and where to find them.
struct HazardBook: Sendable {
    private(set) var all: [Hazard] = []
    /// Every severity that a hazard has had.
    private(set) var severities: Set<String> = []
    /// By id, which none but the first may use.
    private var places: [String: Int] = [:]
    /// The latest of the same condition at the same checkpoint.
    private var latest: [Sighting: Int] = [:]
    /// The open ones of a checkpoint, in the order in which they were opened.
    private var open: [String: [Int]] = [:]

    /// One condition at one checkpoint.
    struct Sighting: Hashable, Sendable {
        var condition: String
        var checkpoint: String

        /// Nil where either is not known: such a hazard is like no other.
        init?(_ spot: Hazard.Spot) {
            guard let condition = spot.condition, let checkpoint = spot.checkpoint else { return nil }
            self.condition = condition
            self.checkpoint = checkpoint
        }
    }

    subscript(place: Int) -> Hazard {
        get { all[place] }
        set {
            let wasOpen = all[place].isOpen
            all[place] = newValue
            if wasOpen, !newValue.isOpen, let checkpoint = newValue.origin.spot.checkpoint {
                open[checkpoint]?.removeAll { $0 == place }
            }
        }
    }

    func place(of id: String) -> Int? { places[id] }

    /// The latest hazard of that condition at that checkpoint, open or closed.
    func latest(_ spot: Hazard.Spot) -> Int? { Sighting(spot).flatMap { latest[$0] } }

    func open(at checkpoint: String) -> [Int] { open[checkpoint] ?? [] }

    /// Puts in a hazard whose id was not used before; gives its place.
    mutating func add(_ hazard: Hazard) -> Int {
        let place = all.count
        all.append(hazard)
        index(place)
        return place
    }

    private mutating func index(_ place: Int) {
        let hazard = all[place]
        places[hazard.id] = place
        severities.insert(hazard.origin.severity)
        if let sighting = Sighting(hazard.origin.spot) { latest[sighting] = place }
        if hazard.isOpen, let checkpoint = hazard.origin.spot.checkpoint { open[checkpoint, default: []].append(place) }
    }
}

extension HazardBook: Packed {
    func pack(into packer: inout Packer) {
        packer.add(all)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        all = try unpacker.next()
        for place in all.indices { index(place) }
    }
}

/// The rules of the loop: whether a step is allowed.
extension HazardBook {
    /// Why the step is not allowed; nil where it is. `zone` is what a deadline is told in.
    func refusal(of step: Fact.HazardStep, verifyByOther: Bool, zone: Zone) -> HazardRefusal? {
        if step.kind == .reported {
            return step.hazard.flatMap { id in places[id].map { .usedID(hazard: id, all[$0].state) } }
        }
        let id = step.hazard ?? ""
        guard let place = places[id] else { return .unknown(hazard: id) }
        let hazard = all[place]
        let isItsTurn =
            switch step.kind {
            case .reported: false
            case .assigned: hazard.state != .closed
            case .submitted: hazard.state == .reported || hazard.state == .assigned
            case .verified, .rejected: hazard.state == .submitted
            }
        guard isItsTurn else { return .outOfTurn(hazard: id, hazard.state, step.kind) }
        if step.kind == .verified, verifyByOther, step.by == hazard.submitter {
            return .ownWork(hazard: id, by: step.by)
        }
        if Self.newDeadline(step, hazard) != nil, step.reason?.isEmpty ?? true {
            return .deadlineWithoutReason(
                hazard: id, hazard.state, deadline: Timestamp(hazard.deadline, in: zone))
        }
        return nil
    }

    /// The deadline that an assignment changes to; nil where it changes none. While submitted it is ignored.
    static func newDeadline(_ step: Fact.HazardStep, _ hazard: Hazard) -> Moment? {
        guard step.kind == .assigned, hazard.state != .submitted, let deadline = step.deadline else { return nil }
        return deadline == hazard.deadline ? nil : deadline
    }
}
