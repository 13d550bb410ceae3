import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation

/// What the driver wants, judged and carried out.
extension DriverSubject {
    /// The most that one input may make a driver send, in bytes: more than any command or answer of these devices.
    static let sendLimit = 65_536

    mutating func judge(_ effects: [DriverEffect], of input: DriverInput) throws(Objection) {
        let size = if case .received(let bytes) = input { bytes.count } else { 0 }
        guard effects.count <= 256 + size else {
            throw Objection(reason: "\(effects.count) effects of one input")
        }
        var sent = 0
        for effect in effects {
            switch effect {
            case .send(let bytes), .feature(let bytes):
                sent += bytes.count
                guard sent <= Self.sendLimit else { throw Objection(reason: "sends \(sent) bytes after one input") }
                guard !family.sharesLine || hasTurn || link == nil else {
                    throw Objection(reason: "speaks on a shared line out of its turn")
                }
            case .passLine(let time):
                guard time >= .zero else { throw Objection(reason: "wants the line back \(time) from now") }
                hasTurn = false
            case .wake(let time):
                guard time >= .zero else { throw Objection(reason: "wants to be woken \(time) from now") }
            case .respond(let id, _):
                guard ledger.requests.remove(id) != nil || link == nil else {
                    throw Objection(reason: "answers request \(id.number), which waits for no answer")
                }
            case .answered(let id, _):
                guard ledger.commands.remove(id) != nil else {
                    throw Objection(reason: "answers command \(id.number), which waits for no answer")
                }
            default: break
            }
        }
    }

    mutating func carryOut(_ effects: [DriverEffect], _ random: inout SplitMix64) {
        for effect in effects {
            switch effect {
            case .send(let bytes), .feature(let bytes): reachDevice(bytes, &random)
            case .respond(_, let response): reachDevice(PushText.response(response), &random)
            case .passLine(let time): turnDue = now.uptime + min(time, .seconds(3600))
            case .wantLine: turnDue = now.uptime
            case .wake(let time): wakeDue = now.uptime + min(time, .seconds(100_000))
            case .observed(_, let receipt):
                ledger.receipts.append(receipt)
                if ledger.receipts.count > Self.queueLimit { ledger.receipts.removeFirst() }
            case .abandonLink: isAbandoned = true
            default: break
            }
        }
    }

    private mutating func reachDevice(_ bytes: [UInt8], _ random: inout SplitMix64) {
        guard temper.hasDevice, link != nil, !bytes.isEmpty else { return }
        play(device.handle(.received(bytes.map { $0 }), at: now), &random)
    }

    /// A person does something to the device.
    mutating func tell(_ words: JSONValue, _ random: inout SplitMix64) {
        guard temper.hasDevice else { return }
        play(device.handle(.told(words), at: now), &random)
    }

    /// What the device does is put on the line.
    mutating func play(_ effects: [SimulatedEffect], _ random: inout SplitMix64) {
        for effect in effects {
            switch effect {
            case .send(let bytes):
                guard link != nil, queue.count < Self.queueLimit else { continue }
                queue += reads(bytes, &random)
            case .wake(let time): deviceDue = now.uptime + max(time, .milliseconds(1))
            case .close: isAbandoned = true
            case .answered: break
            }
        }
    }

    /// As the port at the other end reads them: streams anywhere, keys event by event, requests whole.
    private func reads(_ bytes: [UInt8], _ random: inout SplitMix64) -> [[UInt8]] {
        switch link {
        case .serial, .tcp:
            let cut = bytes.count > 1 && random.oneIn(3) ? random.number(in: 1...bytes.count - 1) : bytes.count
            return pieces(bytes[..<cut], of: Hostile.longest) + pieces(bytes[cut...], of: Hostile.longest)
        case .evdev: return pieces(bytes[...], of: Hostile.longest / 24 * 24)
        case .push where family.callers != nil: return [bytes]
        default: return pieces(bytes[...], of: Hostile.longest)
        }
    }

    private func pieces(_ bytes: ArraySlice<UInt8>, of size: Int) -> [[UInt8]] {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map {
            Array(bytes[$0..<min($0 + size, bytes.endIndex)])
        }
    }
}
