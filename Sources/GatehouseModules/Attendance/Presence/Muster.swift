public import GatehouseModel
import GatehouseModuleKit

/// Somebody who is on site.
public struct Present: Hashable, Sendable {
    public var person: String
    /// The place of the clock at which they came; nil where that is not known.
    public var place: String?
    /// Since when they have been there.
    public var since: Moment
}

extension AttendanceModule {
    /// Who is on site at a moment, as far as is known: by place (those of whom no place is known first), then person.
    public func onSite(at moment: Moment) -> [Present] {
        rollCall.onSite(at: moment)
            .map { Present(person: book.person($0.person), place: $0.stay.place, since: $0.stay.from) }
            .sorted { ($0.place ?? "", $0.person) < ($1.place ?? "", $1.person) }
    }
}
