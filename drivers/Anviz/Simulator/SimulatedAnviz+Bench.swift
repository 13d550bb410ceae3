import AnvizWire
import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation

/// One clock by itself, or several on a line.
extension SimulatedAnviz {
    static let bench = SimulatedBench([
        "id": "its communication address (1)",
        "ids": "several clocks on one line: their addresses, as 1,2,5; each one's ends its serial number (one clock)",
        "serial": "its serial number, at most 16 characters (SIM0000000000001)",
        "records": "new records in its memory at the start (0)",
        "epoch": "the day from which it counts seconds, 2000-01-01 or 2000-01-02 (2000-01-02)",
        "client": "whether it calls in and so begins with a heartbeat, for --listen call:tcp://HOST:PORT (false)",
    ]) { asked throws(SettingsProblem) in
        var setup = Setup()
        setup.zone = asked.zone
        setup.id = try asked.number("id", in: 1...0xFFFF_FFFF, default: setup.id)
        setup.serial = try asked.text("serial", default: setup.serial)
        guard (1...16).contains(setup.serial.utf8.count) else {
            throw SettingsProblem(key: "serial", reason: "1 to 16 characters are expected")
        }
        setup.epoch = try asked.choice("epoch", default: setup.epoch)
        setup.dialsIn = try asked.flag("client", default: false)
        let records = try asked.number("records", in: 0...setup.capacity, default: 0)
        let ids = try addresses(try asked.text("ids", default: ""))
        guard !ids.isEmpty else { return clock(setup, seed: asked.seed, records: records) }
        guard !setup.dialsIn else { throw SettingsProblem(key: "client", reason: "clocks on a line do not call in") }
        return SimulatedAnvizLine(
            ids.enumerated().map { place, id in
                var own = setup
                own.id = id
                own.serial = String(setup.serial.prefix(12)) + "-\(id)"
                return clock(own, seed: asked.seed &+ UInt64(place), records: records)
            })
    }

    /// The clock with records as if nobody had listened for a while.
    private static func clock(_ setup: Setup, seed: UInt64, records: Int) -> SimulatedAnviz {
        var clock = SimulatedAnviz(setup: setup, seed: seed)
        clock.fillMemory(records, at: Now(wall: Moment(seconds: 1_795_000_000), uptime: .zero))
        return clock
    }

    /// Reads `1,2,5`.
    private static func addresses(_ text: String) throws(SettingsProblem) -> [UInt32] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard !text.isEmpty else { return [] }
        let ids = parts.compactMap { UInt32($0) }.filter { (1...255).contains($0) }
        guard ids.count == parts.count, Set(ids).count == ids.count, ids.count <= 32 else {
            throw SettingsProblem(key: "ids", reason: "up to 32 different numbers from 1 to 255 are expected, as 1,2,5")
        }
        return ids
    }
}
