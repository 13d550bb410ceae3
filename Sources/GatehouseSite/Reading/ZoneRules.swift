import Foundation
import GatehouseModel
import GatehouseRules

/// Makes time zones from the system's zone database.
enum ZoneRules {
    private static let names = Set(TimeZone.knownTimeZoneIdentifiers).union(["UTC"])

    /// The zone's offsets from 1990 to 2060; nil for a name that the database does not have.
    static func zone(named name: String) -> Zone? {
        guard names.contains(name) || name.contains("/"), let rules = TimeZone(identifier: name) else { return nil }
        let (begin, end) = (Date(timeIntervalSince1970: 631_152_000), Date(timeIntervalSince1970: 2_840_140_800))
        var spans = [Zone.Span(start: Moment(seconds: 631_152_000), offsetSeconds: rules.secondsFromGMT(for: begin))]
        var date = begin
        while let next = rules.nextDaylightSavingTimeTransition(after: date), next > date, next < end {
            let offset = rules.secondsFromGMT(for: next)
            if offset != spans.last?.offsetSeconds {
                spans.append(
                    .init(start: Moment(milliseconds: Int64(next.timeIntervalSince1970 * 1000)), offsetSeconds: offset))
            }
            date = next
        }
        return Zone(name: name, spans: spans)
    }

    /// The names that a site file may use.
    static var knownNames: [String] {
        names.sorted()
    }

    /// The zone of the machine: `TZ`, else `/etc/localtime`, else UTC.
    static var system: Zone {
        zone(named: TimeZone.current.identifier) ?? .utc
    }
}
