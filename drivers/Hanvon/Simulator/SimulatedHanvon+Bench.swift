import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import HanvonWire

/// One face clock by itself.
extension SimulatedHanvon {
    static let bench = SimulatedBench([
        "serial": "its serial number, at most 32 letters and digits (SIM00000001)",
        "records": "records in its memory at the start (0)",
        "key": "the communication key of its menu, 1 to 8 digits (none)",
        "push": "whether it calls in and delivers, for --listen call:tcp://HOST:PORT (false)",
    ]) { asked throws(SettingsProblem) in
        var setup = Setup()
        setup.zone = asked.zone
        setup.serial = try asked.text("serial", default: setup.serial)
        // It stands in the text of a message, between quotation marks.
        guard (1...32).contains(setup.serial.utf8.count),
            setup.serial.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
        else { throw SettingsProblem(key: "serial", reason: "1 to 32 letters and digits are expected") }
        let key = try asked.text("key", default: "")
        guard key.isEmpty || HanvonKey(digits: key) != nil else {
            throw SettingsProblem(key: "key", reason: "1 to 8 digits are expected")
        }
        setup.key = key.isEmpty ? nil : key
        setup.delivers = try asked.flag("push", default: false)
        var clock = SimulatedHanvon(setup: setup, seed: asked.seed)
        clock.fillMemory(
            try asked.number("records", in: 0...setup.capacity, default: 0),
            at: Now(wall: Moment(seconds: 1_795_000_000), uptime: .zero))
        return clock
    }
}
