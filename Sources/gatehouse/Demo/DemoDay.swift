import GatehouseModel
import GatehouseRules
import GatehouseRuntime

/// The demo's working day: today, from before the first punch until after the last, in a minute or two.
struct DemoDay: Sendable {
    /// So many seconds of the day pass in a real one: ninety real seconds for the whole.
    static let usualRate = 430
    /// Beyond this a request that is on its way for a moment would take the plant a quarter of an hour.
    static let fastestRate = 900

    let date: CalendarDay
    let zone: Zone
    let rate: Int

    /// How the plant's clock goes. Devices take seconds to be found and read, however fast the day, so it begins at an
    /// easier pace; and in the evening it goes as every clock, so that everything may be looked at.
    var pace: Pace {
        Pace(
            start: moment("07:20"),
            stages: [
                Pace.Stage(rate: min(rate, 60), until: moment("07:25")),
                Pace.Stage(rate: rate, until: moment("18:05")),
            ])
    }

    /// When the plant's clock shows that time of the day.
    func moment(_ text: String) -> Moment {
        guard let time = TimeOfDay(text) else { preconditionFailure("\(text) is no time of day") }
        return zone.moment(of: date, time)
    }
}
