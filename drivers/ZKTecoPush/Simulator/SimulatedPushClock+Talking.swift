import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation
import IClockWire

/// Requests and what their answers do.
extension SimulatedPushClock {
    /// How long an answer may take.
    private static let patience = Duration.seconds(30)

    /// Sends what is due next, or says when something will be.
    mutating func proceed(at now: Now) -> [SimulatedEffect] {
        guard isOpen, awayUntil == nil, fault != .silence, asked == nil else { return wakes(at: now) }
        guard now.uptime >= pausedUntil, let (next, request) = nextRequest(at: now) else { return wakes(at: now) }
        counts.requests += 1
        asked = next
        askedAt = now.uptime
        return transmit(request, at: now) + wakes(at: now)
    }

    private func wakes(at now: Now) -> [SimulatedEffect] {
        let due = asked == nil ? max(pausedUntil, pollDue) : askedAt + Self.patience
        return [.wake(after: max(due - now.uptime, .milliseconds(1000)))]
    }

    private mutating func nextRequest(at now: Now) -> (Asked, [UInt8])? {
        guard isGreeted else {
            return (.greeting, get("cdata", "options=all&pushver=2.2.14&language=69&DeviceType=att"))
        }
        if !results.isEmpty { return (.results(results.count), post("devicecmd", "", results.joined(separator: "\n"))) }
        if !queried.isEmpty {
            let numbers = Array(queried.prefix(setup.batch))
            return (.punches(numbers), post("cdata", "table=ATTLOG&Stamp=9999", memory.body(numbers)))
        }
        if let queryID {
            self.queryID = nil
            results.append("ID=\(queryID)&Return=0&CMD=DATA QUERY")
            return (.results(1), post("devicecmd", "", results.joined(separator: "\n")))
        }
        if !operations.isEmpty {
            let body = operations.map(\.line).joined()
            return (.operations(operations.count), post("cdata", "table=OPERLOG&OpStamp=\(now.wall.seconds)", body))
        }
        let unsent = memory.unsent(setup.batch)
        if !unsent.isEmpty {
            return (.punches(unsent), post("cdata", "table=ATTLOG&Stamp=\(unsent.last ?? 0)", memory.body(unsent)))
        }
        guard now.uptime >= pollDue else { return nil }
        let info = "Ver%208.0.4,\(memory.log.count),0,\(memory.log.count),192.168.1.201,10,7,15,0,111"
        return (.poll, get("getrequest", "INFO=\(info)"))
    }

    private func get(_ name: String, _ query: String) -> [UInt8] {
        head("GET", name, query) + Array("\r\n".utf8)
    }

    private func post(_ name: String, _ query: String, _ body: String) -> [UInt8] {
        head("POST", name, query) + Array("Content-Type: text/plain\r\nContent-Length: \(body.utf8.count)\r\n\r\n".utf8)
            + Array(body.utf8)
    }

    private func head(_ method: String, _ name: String, _ query: String) -> [UInt8] {
        let fields = query.isEmpty ? "" : "&" + query
        let path = "/iclock/\(name)\(setup.isASPX ? ".aspx" : "")?SN=\(setup.serial)\(fields)"
        let connection = setup.hangsUp ? "Connection: close\r\n" : ""
        return Array(
            "\(method) \(path) HTTP/1.1\r\nHost: gatehouse\r\nUser-Agent: iClock Proxy/1.09\r\n\(connection)".utf8)
    }

    mutating func received(_ bytes: [UInt8], at now: Now) -> [SimulatedEffect] {
        guard isOpen, awayUntil == nil, fault != .silence else { return [] }
        reader.receive(bytes)
        var effects: [SimulatedEffect] = []
        while let answer = reader.next() {
            guard let asked else { continue }
            if fault == .lostAnswer {
                // The answer was on its way when the connection broke.
                fault = .none
                hangUp()
                return effects + [.close]
            }
            self.asked = nil
            take(answer, for: asked, at: now)
            if setup.hangsUp {
                hangUp()
                return effects + [.close]
            }
        }
        if reader.isBroken {
            hangUp()
            effects.append(.close)
        }
        return effects
    }

    private mutating func take(_ answer: HTTPAnswerReader.Answer, for asked: Asked, at now: Now) {
        guard answer.status == 200 else {
            counts.refused += 1
            pausedUntil = now.uptime + setup.errorPause
            return
        }
        let text = String(decoding: answer.body, as: UTF8.self)
        switch asked {
        case .greeting: greeted(text, date: answer.date, at: now)
        case .punches(let numbers): taken(numbers, text, at: now)
        case .operations(let count):
            if text.hasPrefix("OK") { operations.removeFirst(min(count, operations.count)) }
        case .results(let count): results.removeFirst(min(count, results.count))
        case .poll:
            pollDue = now.uptime + pollEvery
            setClock(date: answer.date, at: now)
            for line in text.split(separator: "\n") where line.hasPrefix("C:") { carryOut(line, at: now) }
        }
    }

    /// Fewer taken than were sent: they are sent again.
    private mutating func taken(_ numbers: [Int], _ text: String, at now: Now) {
        let count = text.split(separator: ":").last.flatMap { Int($0) }
        guard text.hasPrefix("OK"), count.map({ $0 >= numbers.count }) ?? true else {
            counts.refused += 1
            pausedUntil = now.uptime + setup.errorPause
            return
        }
        memory.acknowledge(numbers)
        queried.removeAll { numbers.contains($0) }
    }

    /// Gives a request up that is not answered, and the connection with it.
    mutating func checkPatience(at now: Now) -> [SimulatedEffect] {
        guard isOpen, asked != nil, now.uptime >= askedAt + Self.patience, fault != .silence else { return [] }
        hangUp()
        return [.close]
    }
}
