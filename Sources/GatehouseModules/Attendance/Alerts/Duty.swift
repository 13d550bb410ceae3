import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// A post on a date.
struct PostDay: Hashable, Comparable, Sendable {
    var post: String
    var date: CalendarDay

    static func < (left: PostDay, right: PostDay) -> Bool { (left.date, left.post) < (right.date, right.post) }

    /// What the key of an alert says of it.
    var text: String { "\(post)+\(date.text)" }
}

/// What the module has to look at by itself when its time comes. Of one moment, in this order.
enum Duty: Hashable, Comparable, Sendable {
    /// A post's shift begins.
    case postBegins(PostDay)
    /// Whoever has not come by then has not come.
    case noShow(RecordKey)
    /// Somebody may have been here for too long, or the window of somebody who has been ends.
    case longShift(RecordKey)
    /// A post may have had too few people for too long.
    case coverage(PostDay)
    case postEnds(PostDay)
    /// The shift of a post has been: it counts in the figures.
    case postCounts(PostDay)
    /// The week before this Monday is over.
    case week(CalendarDay)
}

extension Duty: Packed {
    func pack(into packer: inout Packer) {
        switch self {
        case .postBegins(let day): packer.add(0, day)
        case .noShow(let key): packer.add(1, key)
        case .longShift(let key): packer.add(2, key)
        case .coverage(let day): packer.add(3, day)
        case .postEnds(let day): packer.add(4, day)
        case .postCounts(let day): packer.add(5, day)
        case .week(let monday): packer.add(6, monday)
        }
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        switch try unpacker.next(Int.self) {
        case 0: self = .postBegins(try unpacker.next())
        case 1: self = .noShow(try unpacker.next())
        case 2: self = .longShift(try unpacker.next())
        case 3: self = .coverage(try unpacker.next())
        case 4: self = .postEnds(try unpacker.next())
        case 5: self = .postCounts(try unpacker.next())
        case 6: self = .week(try unpacker.next())
        default: throw .unreadable("a duty")
        }
    }
}

extension PostDay: Packed {
    func pack(into packer: inout Packer) {
        packer.add(post, date)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (post, date) = try unpacker.values()
    }
}
