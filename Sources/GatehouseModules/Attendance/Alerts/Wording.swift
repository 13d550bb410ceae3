import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension SiteIndex {
    /// A person as messages name them: `王小明 (E1001)`.
    func wording(of person: String) -> String {
        guard let name = people[person]?.name, !name.isEmpty, name != person else { return person }
        return "\(name) (\(person))"
    }
}

extension Moment {
    /// The wall clock's hours and minutes: `08:07`.
    func clockText(in zone: Zone) -> String {
        String(Timestamp(self, in: zone).text.dropFirst(11).prefix(5))
    }

    /// The date and time of the wall clock to the second: `2026-11-02 08:07:10`.
    func wallText(in zone: Zone) -> String {
        let text = Timestamp(self, in: zone).text
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
    }
}

extension Duration {
    /// Cut to whole minutes.
    var wholeMinutes: Int { Int(components.seconds / 60) }

    /// `11 h`, `10 h 30 min`, `5 min`.
    var plainText: String {
        let (hours, minutes) = (wholeMinutes / 60, wholeMinutes % 60)
        return switch (hours, minutes) {
        case (0, _): "\(minutes) min"
        case (_, 0): "\(hours) h"
        default: "\(hours) h \(minutes) min"
        }
    }
}
