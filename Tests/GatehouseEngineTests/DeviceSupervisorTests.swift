import GatehouseDriverKit
import GatehouseModel
import Testing

@testable import GatehouseEngine

@Suite("Device supervisor")
struct DeviceSupervisorTests {
    let tcp = LinkTarget(transport: .tcp, address: "tcp://10.0.0.9:4370")
    let udp = LinkTarget(transport: .udp, address: "udp://10.0.0.9:4370")
    let tty = LinkTarget(transport: .serial, address: "/dev/ttyACM0")

    @Test("a device whose driver only listens is connected as soon as its line is open")
    func listener() {
        var supervisor = supervisor(playing: [:])
        #expect(supervisor.handle(.targets([tty]), at: at(0)) == [.open(LinkNumber(1), tty)])
        let effects = supervisor.handle(.opened(LinkNumber(1)), at: at(0))
        #expect(topics(effects) == ["device.connected"])
        #expect(supervisor.snapshot.state == .online)
    }

    @Test("a device that must be asked is connected once it has answered")
    func asked() {
        var supervisor = supervisor(playing: [
            .linkOpened(.tcp): [.send([1])], .received([2]): [.identified(DeviceFacts(serial: "A8N5"))],
        ])
        _ = supervisor.handle(.targets([tcp]), at: at(0))
        #expect(topics(supervisor.handle(.opened(LinkNumber(1)), at: at(0))) == [])
        #expect(supervisor.snapshot.state == .offline)
        #expect(topics(supervisor.handle(.received(LinkNumber(1), [2]), at: at(1))) == ["device.connected"])
        #expect(supervisor.snapshot.facts.serial == "A8N5")
    }

    @Test("the driver hears of a receipt only when its events are on disk")
    func journalFirst() {
        var supervisor = opened(playing: [
            .received([1]): [.observed([.scan(ScanReading(payload: [0x41]))], Receipt(7))],
            .recorded(Receipt(7)): [.send([6])],
        ])
        let effects = supervisor.handle(.received(LinkNumber(1), [1]), at: at(1))
        #expect(topics(effects) == ["scan.recorded"])
        #expect(!effects.contains(.send(LinkNumber(1), [6])))
        guard case .store(_, let token)? = effects.first else {
            Issue.record("no store in \(effects)")
            return
        }
        #expect(supervisor.handle(.stored(token), at: at(2)) == [.send(LinkNumber(1), [6])])
        #expect(supervisor.handle(.stored(token), at: at(2)) == [])
    }

    @Test("what was stored for a link that is gone acknowledges nothing on the next one")
    func staleReceipt() {
        var supervisor = opened(playing: [
            .received([1]): [.observed([.scan(ScanReading(payload: [0x41]))], Receipt(7))],
            .recorded(Receipt(7)): [.send([6])],
        ])
        let effects = supervisor.handle(.received(LinkNumber(1), [1]), at: at(1))
        _ = supervisor.handle(.closed(LinkNumber(1), reason: "EOF"), at: at(2))
        _ = supervisor.handle(.woke, at: at(10))
        _ = supervisor.handle(.opened(LinkNumber(2)), at: at(10))
        for case .store(_, let token) in effects {
            #expect(supervisor.handle(.stored(token), at: at(11)) == [])
        }
    }

    @Test("bytes and ends of an earlier link are passed over")
    func staleLink() {
        var supervisor = opened(playing: [.received([1]): [.send([2])]])
        _ = supervisor.handle(.closed(LinkNumber(1), reason: "EOF"), at: at(1))
        #expect(supervisor.handle(.received(LinkNumber(1), [1]), at: at(1)) == [])
        #expect(supervisor.handle(.closed(LinkNumber(1), reason: "EOF"), at: at(1)) == [])
        #expect(supervisor.handle(.opened(LinkNumber(1)), at: at(1)) == [.close(LinkNumber(1))])
    }

    @Test("unplugged, the link is closed at once and everybody hears of it; plugged in elsewhere, it opens at once")
    func replug() {
        var supervisor = opened(playing: [:])
        let gone = supervisor.handle(.targets([]), at: at(5))
        #expect(gone.first == .close(LinkNumber(1)))
        #expect(topics(gone) == ["device.disconnected"])
        #expect(supervisor.nextDeadline == nil)
        let elsewhere = LinkTarget(transport: .serial, address: "/dev/ttyACM3")
        #expect(supervisor.handle(.targets([elsewhere]), at: at(6)) == [.open(LinkNumber(2), elsewhere)])
    }

    @Test(
        "the pause grows to a minute, never quite the same, and shrinks only after a session that lasted"
    )
    func pauses() {
        var supervisor = supervisor(playing: [:])
        _ = supervisor.handle(.targets([tcp]), at: at(0))
        var now: Duration = .zero
        var pauses: [Duration] = []
        for number in 1...12 {
            _ = supervisor.handle(.openFailed(LinkNumber(UInt64(number)), reason: "refused"), at: at(now))
            let due = supervisor.nextDeadline ?? .zero
            pauses.append(due - now)
            now = due
            #expect(supervisor.handle(.woke, at: at(now)) == [.open(LinkNumber(UInt64(number + 1)), tcp)])
        }
        #expect(pauses[0] >= .milliseconds(375) && pauses[0] <= .milliseconds(625))
        #expect(pauses.allSatisfy { $0 <= .seconds(75) })
        #expect(pauses.suffix(3).allSatisfy { $0 >= .seconds(45) })
        #expect(Set(pauses.suffix(4)).count > 1)

        _ = supervisor.handle(.opened(LinkNumber(13)), at: at(now))
        _ = supervisor.handle(.closed(LinkNumber(13), reason: "EOF"), at: at(now + .seconds(2)))
        #expect((supervisor.nextDeadline ?? .zero) - now > .seconds(40))
        _ = supervisor.handle(.woke, at: at(now + .seconds(200)))
        _ = supervisor.handle(.opened(LinkNumber(14)), at: at(now + .seconds(200)))
        _ = supervisor.handle(.closed(LinkNumber(14), reason: "EOF"), at: at(now + .seconds(300)))
        #expect((supervisor.nextDeadline ?? .zero) - now - .seconds(300) < .seconds(1))
    }

    @Test("silent on TCP, the next transport is tried at once, and the one that worked is kept")
    func transports() {
        var supervisor = supervisor(playing: [.linkOpened(.tcp): [.abandonLink(.wrongTransport)]])
        _ = supervisor.handle(.targets([tcp, udp]), at: at(0))
        let effects = supervisor.handle(.opened(LinkNumber(1)), at: at(5))
        #expect(effects.contains(.close(LinkNumber(1))))
        #expect(supervisor.nextDeadline == .seconds(5))
        #expect(supervisor.handle(.woke, at: at(5)) == [.open(LinkNumber(2), udp)])
        _ = supervisor.handle(.opened(LinkNumber(2)), at: at(5))
        _ = supervisor.handle(.closed(LinkNumber(2), reason: "gone"), at: at(50))
        #expect(supervisor.handle(.woke, at: at(60)) == [.open(LinkNumber(3), udp)])
    }

    @Test("a way that was open and never answered gives way to the next, after which there is a pause")
    func unansweredWays() {
        var supervisor = supervisor(playing: [.linkOpened(.tcp): [.send([1])], .linkOpened(.udp): [.send([1])]])
        _ = supervisor.handle(.targets([tcp, udp]), at: at(0))
        _ = supervisor.handle(.openFailed(LinkNumber(1), reason: "refused"), at: at(0))
        #expect(supervisor.handle(.woke, at: at(0)) == [.open(LinkNumber(2), udp)])
        // A datagram socket opens whether or not anybody listens, and ends with the first answer of the host's system.
        _ = supervisor.handle(.opened(LinkNumber(2)), at: at(0))
        #expect(topics(supervisor.handle(.closed(LinkNumber(2), reason: "nobody listens"), at: at(0))) == [])
        #expect(supervisor.nextDeadline ?? .zero > .zero)
        #expect(supervisor.handle(.woke, at: at(10)) == [.open(LinkNumber(3), tcp)])
    }

    @Test("a driver that waits for the device's first word is no listener")
    func waitsForTheFirstWord() {
        var supervisor = supervisor(playing: [
            .linkOpened(.tcp): [.wake(after: .seconds(1))], .received([2]): [.identified(DeviceFacts(serial: "A8N5"))],
        ])
        _ = supervisor.handle(.targets([tcp]), at: at(0))
        #expect(topics(supervisor.handle(.opened(LinkNumber(1)), at: at(0))) == [])
        #expect(topics(supervisor.handle(.received(LinkNumber(1), [2]), at: at(1))) == ["device.connected"])
    }

    @Test("a refusal is not repeated for minutes, and the device shows as faulted")
    func refused() {
        var supervisor = supervisor(playing: [
            .linkOpened(.tcp): [.send([1])],
            .received([2]): [.faulted(DeviceFault(code: "wrong-key", message: "set the key")), .abandonLink(.refused)],
        ])
        _ = supervisor.handle(.targets([tcp]), at: at(0))
        _ = supervisor.handle(.opened(LinkNumber(1)), at: at(0))
        #expect(topics(supervisor.handle(.received(LinkNumber(1), [2]), at: at(1))) == ["device.faulted"])
        #expect((supervisor.nextDeadline ?? .zero) > .seconds(200))
        #expect(supervisor.snapshot.state == .faulted)
    }

    @Test("a path that appears is tried at once, however long the pause was")
    func reachable() {
        var supervisor = supervisor(playing: [:])
        _ = supervisor.handle(.targets([tty]), at: at(0))
        _ = supervisor.handle(.openFailed(LinkNumber(1), reason: "absent"), at: at(0))
        #expect(supervisor.handle(.reachable, at: at(0.1)) == [.open(LinkNumber(2), tty)])
    }

    @Test("the driver's timer is the latest it asked for, and ends with the link")
    func timer() {
        var supervisor = opened(playing: [
            .received([1]): [.wake(after: .seconds(9)), .wake(after: .seconds(3))], .woke: [.send([9])],
        ])
        _ = supervisor.handle(.received(LinkNumber(1), [1]), at: at(1))
        #expect(supervisor.nextDeadline == .seconds(4))
        #expect(supervisor.handle(.woke, at: at(3)) == [])
        #expect(supervisor.handle(.woke, at: at(4)) == [.send(LinkNumber(1), [9])])
        #expect(supervisor.nextDeadline == nil)
    }

    @Test("a command to a device that is away says so")
    func commandAway() {
        var supervisor = supervisor(playing: [:])
        let effects = supervisor.handle(.command(.syncClock, CommandID(1)), at: at(0))
        guard case .answered(CommandID(1), .refused(let reason))? = effects.first else {
            Issue.record("not answered: \(effects)")
            return
        }
        #expect(reason.contains("not connected"))
    }

    @Test("stopped, it closes, says why, and never opens again")
    func stopped() {
        var supervisor = opened(playing: [:])
        let effects = supervisor.handle(.stop(reason: "the gateway stops"), at: at(1))
        #expect(effects.first == .close(LinkNumber(1)))
        #expect(topics(effects) == ["device.disconnected"])
        #expect(supervisor.handle(.targets([tty, tcp]), at: at(2)) == [])
        #expect(supervisor.nextDeadline == nil)
    }

    private func at(_ seconds: Double) -> Now { at(.milliseconds(Int(seconds * 1000))) }

    private func at(_ uptime: Duration) -> Now {
        Now(wall: Moment(milliseconds: 1_795_307_400_000) + uptime, uptime: uptime)
    }

    private func topics(_ effects: [SupervisorEffect]) -> [String] {
        effects.flatMap { effect -> [String] in
            guard case .store(let events, _) = effect else { return [] }
            return events.map(\.topic.rawValue)
        }
    }

    private func supervisor(playing script: [DriverInput: [DriverEffect]]) -> DeviceSupervisor {
        let profile = DeviceProfile(site: "sh1", device: "gate-1", driver: "scripted", hasMemory: false, zone: .utc)
        return DeviceSupervisor(profile: profile, driver: ScriptedDriver(script: script), scans: ScanReader(), seed: 7)
    }

    private func opened(playing script: [DriverInput: [DriverEffect]]) -> DeviceSupervisor {
        var supervisor = supervisor(playing: script)
        _ = supervisor.handle(.targets([tty]), at: at(0))
        _ = supervisor.handle(.opened(LinkNumber(1)), at: at(0))
        return supervisor
    }
}

/// Answers each input with what the script says.
struct ScriptedDriver: DeviceDriver {
    var script: [DriverInput: [DriverEffect]]

    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] { script[input] ?? [] }
}
