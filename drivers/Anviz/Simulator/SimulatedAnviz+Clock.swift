import AnvizWire
import GatehouseModel

/// The simulated clock's own time.
extension SimulatedAnviz {
    /// What the clock shows.
    func shown(at now: Now) -> LocalTime {
        setup.zone.local(at: now.wall + clockOffset)
    }

    mutating func setClock(to local: LocalTime, at now: Now) {
        clockOffset = setup.zone.moment(of: local).moment - now.wall
    }

    /// The time as a record holds it; 0 before the epoch.
    func seconds(_ local: LocalTime) -> UInt32 {
        UInt32(clamping: local.secondsSince1970 - setup.epoch.secondsSince1970)
    }

    func time(at now: Now) -> [UInt8] {
        let time = shown(at: now)
        return AnvizTime.data(
            year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute, second: time.second
        ) ?? [0, 1, 1, 0, 0, 0]
    }

    mutating func setTime(_ frame: AnvizFrame, at now: Now) -> AnvizFrame {
        guard let time = AnvizTime(frame.data),
            let local = LocalTime(
                year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
                second: time.second)
        else { return .reply(to: frame.code, device: setup.id, result: .failed) }
        setClock(to: local, at: now)
        return .reply(to: frame.code, device: setup.id)
    }
}
