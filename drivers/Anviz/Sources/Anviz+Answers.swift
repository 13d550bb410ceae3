import AnvizWire
import GatehouseDriverKit
import GatehouseModel

/// What each reply leads to.
extension Anviz {
    mutating func answered(_ exchange: Exchange, _ result: AnvizResult, _ frame: AnvizFrame) {
        let data = result == .ok ? frame.data : []
        switch exchange.job {
        case .authenticate: authenticated(result, frame)
        case .serial: gotSerial(text(data))
        case .configuration:
            let firmware = text(Array(data.prefix(8)))
            link?.facts.firmware = firmware
        case .model:
            let model = text(data)
            link?.facts.model = model
            if let facts = link?.facts { effects.append(.identified(facts)) }
        case .getTime: gotTime(data, sent: exchange.sent, frame)
        case .setTime(let offset): timeSet(result, offset: offset, frame)
        case .counts(let purpose): gotCounts(data, for: purpose, sent: exchange.sent, frame)
        case .download(let mode): gotRecords(result, mode, frame)
        case .clearMarks(let count): marksCleared(result, count, frame)
        case .eraseAll(let count): erased(result, count, frame)
        }
    }

    /// Printable ASCII up to the first zero; nil where nothing is left.
    private func text(_ data: [UInt8]) -> String? {
        let shown = data.prefix { $0 != 0 }.filter { (0x20...0x7E).contains($0) }
        let trimmed = shown.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed()
        return trimmed.isEmpty ? nil : String(decoding: Array(trimmed), as: UTF8.self)
    }

    /// A wrong login stays wrong: the link is given up for longer.
    private mutating func authenticated(_ result: AnvizResult, _ frame: AnvizFrame) {
        guard result != .ok else { return }
        fault(
            "wrong-key",
            "the clock refused the login (\(result.text)); compare settings.user and the device's secret "
                + "with its menu", raw: frame.bytes)
        abandon(.refused)
    }

    /// Clocks are known by their serial number, not by their address, which may be given to another.
    private mutating func gotSerial(_ serial: String?) {
        if let expected = context.expectedSerial {
            guard let serial else {
                link?.isTrusted = true
                return faultOnce("serial-unknown", "the clock does not tell its serial number; it is taken on trust")
            }
            guard serial == expected else {
                fault(
                    "wrong-serial",
                    "the clock at this address is \(serial), not \(expected); correct the address or the site file")
                return abandon(.refused)
            }
        }
        link?.isTrusted = true
        if let serial, let known = memory.serial, serial != known {
            fault("serial-changed", "the clock at this address was \(known) and is now \(serial); it is read anew")
            memory = ClockMemory()
            link?.fullReadDue = now.uptime
        }
        memory.serial = serial ?? memory.serial
        link?.facts.serial = serial
    }

    /// Takes the counts for whatever they were asked for.
    private mutating func gotCounts(_ data: [UInt8], for purpose: Job.CountsPurpose, sent: Now, _ frame: AnvizFrame) {
        guard let counts = AnvizCounts(data) else {
            faultOnce(
                "counts-unreadable",
                "the clock did not say how many records it has"
                    + (settings.login == nil ? "; if it wants a login, give it a secret and settings.user" : ""),
                raw: frame.bytes)
            link?.pollDue = now.uptime + .seconds(60)
            return dropRead("the clock did not say how many records it has")
        }
        note(counts)
        switch purpose {
        case .poll: polled(counts, sent: sent)
        case .beforeAll: beginRead(.all(erasing: false), counts.records, sent: sent)
        case .beforeMarks: clearMarks(counts)
        case .beforeErasing: considerErasing(counts)
        }
    }

    /// How full the memory is, and whether somebody else has emptied it.
    private mutating func note(_ counts: AnvizCounts) {
        let last = memory.lastCounts
        memory.lastCounts = counts
        if last?.records != counts.records {
            effects.append(.status(DeviceStatus(logUsed: counts.records, logCapacity: settings.capacity)))
        }
        if let last, counts.records < last.records {
            fault(
                "log-cleared",
                "the clock held \(last.records) records and holds \(counts.records): somebody cleared "
                    + "them; what was not fetched before is lost")
        }
        guard let capacity = settings.capacity else { return }
        let percent = counts.records * 100 / capacity
        let mark = percent >= 95 ? 95 : percent >= 80 ? 80 : 0
        if mark > memory.warnedFill {
            fault(
                "log-nearly-full",
                "the clock's memory is \(percent) % full: clear it, or set clear_log: when_full")
        }
        memory.warnedFill = mark
    }
}
