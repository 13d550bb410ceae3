import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation

/// A sound driver and a sound device on a perfect line, for what they say to each other.
struct Play {
    private let station: SimulatedStation
    private let family: DriverFamily
    private let transport: Transport
    private var driver: any DeviceDriver
    private var device: any SimulatedDevice
    private var now = Now(wall: DriverSubject.start, uptime: .zero)
    private var random: SplitMix64
    private var said: [[UInt8]] = []
    private var wakeDue: Duration?
    private var deviceDue: Duration?
    private var turnDue: Duration?
    private var lastRequest: UInt64 = 0
    /// What waits for the driver and for the device.
    private var inputs: [DriverInput] = []
    private var heard: [SimulatedInput] = []

    init(
        _ family: DriverFamily, _ simulated: SimulatedFamily, _ descriptor: DriverBench.Descriptor, seed: UInt64
    ) {
        self.family = family
        random = SplitMix64(seed: seed)
        station = simulated.draw(&random, .utc, "sound")
        transport = random.pick(station.transports)
        device = station.device
        inputs = descriptor(device).map { [.described($0)] } ?? []
        do throws(SettingsProblem) {
            driver = try family.make(station.context)
        } catch {
            preconditionFailure("the settings of a simulated \(family.name) are refused: \(error)")
        }
    }

    /// What the device said.
    mutating func pieces(steps: Int) -> [[UInt8]] {
        inputs += [.linkOpened(transport)] + (family.sharesLine ? [.lineGranted] : [])
        heard = [.opened(transport)]
        for _ in 0..<steps { step() }
        return said
    }

    private mutating func step() {
        if !heard.isEmpty {
            play(device.handle(heard.removeFirst(), at: now))
        } else if !inputs.isEmpty {
            carryOut(driver.handle(inputs.removeFirst(), at: now))
        } else if random.oneIn(4) {
            heard.append(.told(station.errand(&random)))
        } else {
            timePasses()
        }
    }

    private mutating func timePasses() {
        guard let due = [wakeDue, deviceDue, turnDue].compactMap({ $0 }).min() else {
            return heard.append(.told(station.errand(&random)))
        }
        let rest = max(due - now.uptime, .zero)
        now = Now(wall: now.wall + rest, uptime: now.uptime + rest)
        if due == wakeDue {
            wakeDue = nil
            inputs.append(.woke)
        } else if due == deviceDue {
            deviceDue = nil
            heard.append(.woke)
        } else {
            turnDue = nil
            inputs.append(.lineGranted)
        }
    }

    private mutating func play(_ effects: [SimulatedEffect]) {
        for effect in effects {
            switch effect {
            case .send(let bytes) where !bytes.isEmpty:
                said.append(bytes)
                inputs.append(input(bytes))
            case .wake(let time): deviceDue = now.uptime + time
            case .close: inputs += [.linkClosed, .linkOpened(transport)]
            default: break
            }
        }
    }

    private mutating func input(_ bytes: [UInt8]) -> DriverInput {
        guard transport == .push, let request = PushText.request(bytes) else { return .received(bytes) }
        lastRequest += 1
        return .requested(request, RequestID(lastRequest))
    }

    private mutating func carryOut(_ effects: [DriverEffect]) {
        for effect in effects {
            switch effect {
            case .send(let bytes), .feature(let bytes): heard.append(.received(bytes))
            case .respond(_, let response): heard.append(.received(PushText.response(response)))
            case .observed(_, let receipt): inputs.append(.recorded(receipt))
            case .wake(let time): wakeDue = now.uptime + time
            case .passLine(let time): turnDue = now.uptime + time
            case .wantLine: turnDue = now.uptime
            case .abandonLink:
                inputs += [.linkClosed, .linkOpened(transport)]
                heard += [.closed, .opened(transport)]
            default: break
            }
        }
    }
}
