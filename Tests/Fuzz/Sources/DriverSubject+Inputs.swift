import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation

/// What happens next.
extension DriverSubject {
    mutating func draw(_ random: inout SplitMix64) -> DriverInput {
        now.uptime += .milliseconds(random.number(in: 0...3))
        now.wall = now.wall + .milliseconds(random.number(in: 0...3))
        if random.oneIn(temper.oddOneIn) { return odd(&random) }
        if link == nil { return opening(&random) }
        if isAbandoned { return .linkClosed }
        if temper.hasDisk, !ledger.receipts.isEmpty, random.oneIn(2) {
            return .recorded(ledger.receipts.removeFirst(), known: !random.oneIn(4))
        }
        if random.oneIn(temper.errandOneIn) { errand(&random) }
        for _ in 0..<4 {
            if let answer = answer(&random) { return answer }
            if let due = due(&random) { return due }
            if random.oneIn(2) { errand(&random) }
        }
        return temper.hasDevice && random.oneIn(2) ? .woke : reading(hostile.bytes(&random))
    }

    /// Somebody uses the device, or something happens to it.
    private mutating func errand(_ random: inout SplitMix64) {
        tell(random.oneIn(6) ? station.mishap(&random) : station.errand(&random), &random)
    }

    /// A link comes up; for a HID device its descriptor comes before.
    private mutating func opening(_ random: inout SplitMix64) -> DriverInput {
        let transport = random.pick(station.transports)
        if let descriptor, !isDescribed, !random.oneIn(10) {
            isDescribed = true
            return .described(random.oneIn(3) ? hostile.spoilt(descriptor, &random) : descriptor)
        }
        return .linkOpened(transport)
    }

    /// What the device said, more or less.
    private mutating func answer(_ random: inout SplitMix64) -> DriverInput? {
        guard !queue.isEmpty else { return nil }
        if random.oneIn(temper.strayOneIn) {
            switch random.number(in: 0...2) {
            case 0: queue.removeFirst()
            case 1: queue.append(queue[0])
            default: queue.swapAt(0, queue.count - 1)
            }
        }
        guard !queue.isEmpty else { return nil }
        var bytes = queue.removeFirst()
        if random.oneIn(temper.spoiltOneIn) { bytes = hostile.spoilt(bytes, &random) }
        return reading(bytes.isEmpty ? [0] : bytes)
    }

    /// Bytes as the link at hand brings them: a request where the device calls in.
    private mutating func reading(_ bytes: [UInt8]) -> DriverInput {
        guard link == .push, let request = PushText.request(bytes) else { return .received(bytes) }
        return requested(request)
    }

    private mutating func requested(_ request: DeviceRequest) -> DriverInput {
        let id = RequestID(ledger.number())
        ledger.requests.insert(id)
        return .requested(request, id)
    }

    /// The next thing that waits for its time, which comes.
    private mutating func due(_ random: inout SplitMix64) -> DriverInput? {
        if family.sharesLine, !hasTurn, let due = turnDue {
            pass(to: due)
            return .lineGranted
        }
        guard let due = [wakeDue, deviceDue].compactMap({ $0 }).min() else { return nil }
        pass(to: due)
        if due == wakeDue {
            wakeDue = nil
            return .woke
        }
        deviceDue = nil
        play(device.handle(.woke, at: now), &random)
        return nil
    }

    private mutating func pass(to due: Duration) {
        let rest = max(due - now.uptime, .zero)
        now.uptime += rest
        now.wall = now.wall + rest
    }

    /// Any input at all, whether or not its time has come.
    private mutating func odd(_ random: inout SplitMix64) -> DriverInput {
        switch random.number(in: 0...13) {
        case 0: return .woke
        case 1: return .linkClosed
        case 2: return .linkOpened(random.pick([.serial, .tcp, .udp, .evdev, .hidraw, .push] + station.transports))
        case 3: return .linkClosing
        case 4: return .recorded(Receipt(random.pick([0, 1, 2, 7, .max, random.next()])), known: random.oneIn(2))
        case 5: return .lineGranted
        case 6: return .described(hostile.spoilt(descriptor ?? [], &random))
        case 7: return requested(PushText.odd(hostile.bytes(&random), &random))
        case 8:
            let id = CommandID(ledger.number())
            ledger.commands.insert(id)
            return .command(command(&random), id)
        case 9:
            leap(&random)
            return .woke
        default: return reading(hostile.bytes(&random))
        }
    }

    /// The machine slept, or somebody set its clock.
    private mutating func leap(_ random: inout SplitMix64) {
        now.uptime += random.duration(in: .zero ... .seconds(random.pick([1, 60, 4000, 1_000_000])))
        let years = [0, 946_684_800, 1_795_420_800, 1_795_420_800, 2_147_483_647, 4_102_444_800]
        now.wall = Moment(seconds: Int64(random.pick(years)) + Int64(random.number(in: 0...100_000)))
    }

    private func command(_ random: inout SplitMix64) -> DeviceCommand {
        switch random.number(in: 0...3) {
        case 0: .syncClock
        case 1: .readLog
        case 2: .identify
        default: .message(String(decoding: hostile.bytes(&random).prefix(300), as: UTF8.self))
        }
    }

    /// What the gateway itself knows after an input.
    mutating func note(_ input: DriverInput) {
        switch input {
        case .linkOpened(let transport):
            link = transport
            (isAbandoned, hasTurn, queue) = (false, false, [])
            turnDue = family.sharesLine ? now.uptime : nil
            if temper.hasDevice { opened(transport) }
        case .linkClosed:
            link = nil
            (isAbandoned, isDescribed, hasTurn, turnDue, queue) = (false, false, false, nil, [])
            wakeDue = nil
            ledger.requests = []
            if temper.hasDevice { _ = device.handle(.closed, at: now) }
        case .lineGranted:
            hasTurn = true
            turnDue = nil
        default: break
        }
    }

    private mutating func opened(_ transport: Transport) {
        var random = SplitMix64(seed: UInt64(now.uptime.wholeMilliseconds))
        play(device.handle(.opened(transport), at: now), &random)
    }
}
