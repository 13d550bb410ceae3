import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// What every watch of this module works with: the alerts, what is due when, and the site.
struct AlertDesk: Sendable {
    var book = AlertBook()
    var agenda = Agenda<Due>()
    private(set) var site: SiteIndex
    /// The longest of the site's ways in milliseconds; nil where it names none.
    private(set) var longestWay: Int64?
    /// Whose badge is whose, and was.
    var badges = BadgeHistory()

    init(_ site: Site) {
        self.site = SiteIndex(site)
        longestWay = site.travel.map(\.atLeast.wholeMilliseconds).max()
    }

    /// Another site file holds; its rules for alerts are for the book to hear of.
    mutating func know(_ site: Site) {
        self.site = SiteIndex(site)
        longestWay = site.travel.map(\.atLeast.wholeMilliseconds).max()
    }

    var zone: Zone { site.site.zone }

    mutating func raise(_ alarm: Alarm, nextDay: Bool = false, into findings: inout Findings) {
        book.raise(alarm, nextDay: nextDay, into: &findings)
    }

    func isStanding(_ code: String, about: String) -> Bool { book.standing(code, about: about) != nil }
}

/// Something that comes by the clock.
struct Due: Hashable, Comparable, Sendable {
    /// In the order in which they come where several are due at one moment.
    enum Kind: Int, Sendable {
        /// A device has been gone for long enough.
        case offline
        /// A flood may have ended.
        case floodEnds
        /// A clock that went back is told of no more.
        case rollbackEnds
        /// An hour of the wall clock has ended.
        case hour
        /// A device may have been silent for too long.
        case silent
        /// A pair of people is looked at again after midnight.
        case buddies
    }

    var kind: Kind
    /// The device, or the pair; empty for the hour.
    var about: String

    init(_ kind: Kind, _ about: String = "") {
        self.kind = kind
        self.about = about
    }

    static func < (left: Due, right: Due) -> Bool {
        (left.kind.rawValue, left.about) < (right.kind.rawValue, right.about)
    }
}

extension Due: Packed {
    func pack(into packer: inout Packer) {
        packer.add(kind, about)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (kind, about) = try unpacker.values()
    }
}

extension Due.Kind: Packed {}
