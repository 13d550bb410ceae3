import GatehouseDriverKit
import GatehouseModel
import HanvonWire

/// A clock that dials in and delivers: each record is answered when it is on disk, in the order in which they came,
/// for the answers carry no number.
extension Hanvon {
    /// Answers owed at most; a clock waits for each, so that more means that it does not keep to the rules.
    private static var owedLimit: Int { 256 }

    /// The clock speaks first: what was asked of it, if anything, is not answered any more.
    mutating func beginPush() {
        if let facts = link?.facts, link?.isIdentified == false { effects.append(.identified(facts)) }
        link?.isIdentified = true
        if case .push = link?.mode { return }
        link?.mode = .push
        link?.exchange = nil
        link?.jobs = []
        let waiting = (link?.readCommands ?? []) + (link?.clockCommands ?? []) + (link?.read?.commands ?? [])
        for command in waiting {
            effects.append(.answered(command, .refused("the clock delivers its records and cannot be asked")))
        }
        link?.read = nil
        link?.readCommands = []
        link?.clockCommands = []
    }

    /// A record that came by itself: to the disk first, answered after.
    mutating func delivered(_ record: HanvonRecord) {
        guard let observation = record.observation(settings, road: "push") else {
            faultOnce(
                "record-unreadable",
                "a record that the clock delivered has no id or no time; it is not taken, and the "
                    + "clock keeps it. Set mode: pull to read past it", raw: record.bytes)
            return owe(.failure("id and time are needed"))
        }
        let receipt = nextReceipt()
        owe(.success(), after: receipt)
        effects.append(.observed([observation], receipt))
    }

    /// Puts an answer in line behind those that are owed already.
    mutating func owe(_ message: HanvonMessage, after receipt: Receipt? = nil) {
        guard let owed = link?.owed.count, owed < Self.owedLimit else { return abandon(.garbled) }
        link?.owed.append(OwedAnswer(receipt: receipt, message: message))
        payOwed()
    }

    /// Sends what may be sent by now.
    mutating func payOwed() {
        while let first = link?.owed.first, link?.abandoned == false {
            if let receipt = first.receipt, link?.recorded.remove(receipt) == nil { return }
            link?.owed.removeFirst()
            send(first.message)
        }
    }
}
