import GatehouseDriverKit
import GatehouseModel
import ZKTecoWire

/// Requests and their replies: one at a time, matched by reply id, each with a deadline.
extension ZKTeco {
    /// After so long without a word a broken-off transfer is not begun again on the same session.
    private static var deafLimit: Duration { .seconds(18) }

    /// Begins what is due next, if the terminal is not busy with a request.
    mutating func proceed() {
        while let link, !link.abandoned, link.exchange == nil {
            if let job = link.jobs.first {
                self.link?.jobs.removeFirst()
                begin(job)
            } else if link.established, link.read == nil, now.uptime >= link.readDue || !link.readCommands.isEmpty {
                startRead()
            } else if link.established, now.uptime >= link.keepAliveDue || !link.clockCommands.isEmpty {
                self.link?.jobs.append(.getTime)
            } else {
                return
            }
        }
    }

    private mutating func begin(_ job: Job) {
        switch job {
        case .connect: request(job, .connect)
        case .authenticate:
            request(job, .authenticate, ZKCommKey.scrambled(settings.commKey, session: link?.session ?? 0))
        case .serial: request(job, .readOption, ZKOption.request(ZKOption.serialNumber))
        case .platform: request(job, .readOption, ZKOption.request(ZKOption.platform))
        case .deviceName: request(job, .readOption, ZKOption.request(ZKOption.deviceName))
        case .version: request(job, .version)
        case .getTime: request(job, .getTime)
        case .setTime: setTime(job)
        case .refreshTime, .refreshCleared: request(job, .refresh)
        case .sizes: request(job, .freeSizes)
        case .read(let dataset): beginTransfer(dataset)
        case .register: request(job, .event, little(ZKEventMask.everything.rawValue))
        case .disable: request(job, .disable, little(Self.lockSeconds))
        case .clear: request(job, .clearLog)
        case .enable: request(job, .enable)
        }
    }

    /// Sends one request under the next reply id. On UDP, where it or its reply may be lost, it is sent
    /// thrice before the terminal counts as silent.
    mutating func request(_ job: Job, _ command: ZKCommand, _ data: [UInt8] = []) {
        let total: Duration = job == .connect ? .seconds(5) : .seconds(10)
        request(job, command, data, patience: total, resends: link?.transport == .udp ? 2 : 0)
    }

    private mutating func request(
        _ job: Job, _ command: ZKCommand, _ data: [UInt8], patience: Duration, resends: Int
    ) {
        precondition(link?.exchange == nil || link?.transfer != nil, "a terminal is asked one thing at a time")
        guard let replyID = link?.counter.next(), let session = link?.session else { return }
        let packet = ZKPacket(command, session: session, replyID: replyID, data: data)
        let each = patience / (resends + 1)
        link?.exchange = Exchange(
            job: job, packet: packet, sent: now, deadline: now.uptime + each, patience: each, resends: resends)
        send(packet)
    }

    func little(_ value: UInt32) -> [UInt8] {
        stride(from: 0, to: 32, by: 8).map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    /// Takes what one read gave.
    mutating func receive(_ bytes: [UInt8]) {
        // The link is not bound to a name here: a second copy would make every append to its buffers copy
        // them whole.
        guard link?.abandoned == false else { return }
        link?.heard = true
        link?.lastHeard = now.uptime
        if link?.transport == .udp { return receiveDatagram(bytes) }
        link?.framer.receive(bytes)
        while link?.abandoned == false, let outcome = link?.framer.next() {
            switch outcome {
            case .packet(let packet, let check):
                count(check)
                take(packet)
            case .encryptedDialect: refuseEncrypted(bytes)
            case .garbled(let raw):
                fault(
                    "stream-garbled", "the terminal sent bytes that are no frame; the gateway connects anew", raw: raw)
                abandon(.garbled)
            }
            proceed()
        }
    }

    /// A damaged datagram is dropped and asked for again, except data: lengths guard those, and whether
    /// terminals fill their checksum in is not certain.
    private mutating func receiveDatagram(_ bytes: [UInt8]) {
        guard let (packet, check) = ZKPacket.read(bytes[...]) else {
            link?.frames.bad += 1
            return
        }
        count(check)
        if check != .wrong || packet.command == .data { take(packet) }
    }

    private mutating func count(_ check: ZKPacket.Check) {
        if check == .right { link?.frames.good += 1 } else { link?.frames.bad += 1 }
    }

    private mutating func take(_ packet: ZKPacket) {
        if packet.command == .event { return take(event: ZKEvent(packet)) }
        // A reply to an earlier request, as UDP brings after a resend, is passed over.
        guard let exchange = link?.exchange, packet.replyID == exchange.packet.replyID else { return }
        link?.keepAliveDue = now.uptime + Self.keepAliveInterval
        // A terminal that has started anew answers everything, but knows the session no more.
        if link?.established == true, [.unauthorised, .uninitialised].contains(packet.command) {
            return abandon(.silent)
        }
        if case .read(let dataset) = exchange.job {
            guard let step = link?.transfer?.received(packet) else { return }
            return carryOut(step, of: dataset)
        }
        link?.exchange = nil
        answered(exchange, packet)
    }

    /// The time asked for has come: has a reply failed to?
    mutating func checkDeadlines() {
        checkLock()
        guard let exchange = link?.exchange, now.uptime >= exchange.deadline else { return }
        if exchange.resends > 0 {
            link?.exchange?.resends -= 1
            link?.exchange?.deadline = now.uptime + exchange.patience
            send(exchange.packet)
        } else if exchange.packet.command == .freeData, now.uptime - (link?.lastHeard ?? .zero) > Self.deafLimit {
            // It answers not even the farewell to a transfer that broke off: it has started anew, and the session is
            // gone.
            abandon(.silent)
        } else if case .read(let dataset) = exchange.job, let step = link?.transfer?.timedOut() {
            carryOut(step, of: dataset)
        } else {
            abandon(link?.heard == false ? .wrongTransport : .silent)
        }
    }

    private mutating func beginTransfer(_ dataset: ZKTransfer.Dataset) {
        let isUDP = link?.transport == .udp
        var transfer = ZKTransfer(
            dataset, chunkSize: isUDP ? ZKTransfer.udpChunk : ZKTransfer.tcpChunk, fallsBack: isUDP)
        let step = transfer.start()
        link?.transfer = transfer
        carryOut(step, of: dataset)
    }

    private mutating func carryOut(_ step: ZKTransfer.Step, of dataset: ZKTransfer.Dataset) {
        let patience = link?.transfer?.patience ?? .seconds(10)
        switch step {
        case .send(let command, let data):
            // A chunk is not asked for twice under one reply id: its parts could not be told from those
            // of the first answer.
            let mayResend = link?.transport == .udp && (command == .prepareRead || command == .freeData)
            request(
                .read(dataset), command, data, patience: patience,
                resends: mayResend ? 2 : 0)
        case .wait:
            link?.exchange?.resends = 0
            link?.exchange?.deadline = now.uptime + patience
        case .done(let bytes):
            endTransfer()
            transferred(bytes, of: dataset)
        case .failed(let failure):
            endTransfer()
            transferFailed(failure, of: dataset)
        }
    }

    private mutating func endTransfer() {
        link?.exchange = nil
        link?.transfer = nil
    }
}
