import GatehouseDriverKit
import GatehouseModel
import Testing

@testable import GatehouseEngine

@Suite("Device supervisor: turns, descriptions and requests")
struct DeviceTurnTests {
    let tty = LinkTarget(transport: .serial, address: "/dev/ttyUSB0")
    let link = LinkNumber(1)

    @Test("on a line of its own a device has each turn when it wants it")
    func ownLine() {
        var supervisor = supervisor([.lineGranted: [.send([1]), .passLine(again: .milliseconds(200))]])
        #expect(open(&supervisor, isShared: false) == [.send(link, [1])])
        #expect(supervisor.nextDeadline == .milliseconds(200))
        #expect(supervisor.handle(.woke, at: at(.milliseconds(199))) == [])
        #expect(supervisor.handle(.woke, at: at(.milliseconds(200))) == [.send(link, [1])])
    }

    @Test("on a line of its own, wanting the line brings the turn forward")
    func ownLineWanted() {
        var supervisor = supervisor([
            .lineGranted: [.send([1]), .passLine(again: .seconds(9))],
            .command(.identify, CommandID(1)): [.wantLine],
        ])
        _ = open(&supervisor, isShared: false)
        _ = supervisor.handle(.command(.identify, CommandID(1)), at: at(.seconds(1)))
        #expect(supervisor.nextDeadline == .seconds(1))
        #expect(supervisor.handle(.woke, at: at(.seconds(1))) == [.send(link, [1])])
    }

    @Test("on a shared line it speaks when the line gives it a turn, and not before")
    func sharedLine() {
        var supervisor = supervisor([
            .linkOpened(.serial): [.wantLine],
            .lineGranted: [.send([1])],
            .received([2]): [.passLine(again: .milliseconds(200))],
        ])
        #expect(open(&supervisor, isShared: true) == [.wantLine(link)])
        #expect(supervisor.nextDeadline == nil)
        #expect(supervisor.handle(.granted(link), at: at(.zero)) == [.send(link, [1])])
        let passed = supervisor.handle(.received(link, [2]), at: at(.zero))
        #expect(passed == [.passLine(link, again: .milliseconds(200))])
        #expect(supervisor.nextDeadline == nil)
    }

    @Test("a device that waits for its turn is not connected before it has answered")
    func connectedWhenAnswered() {
        var supervisor = supervisor([
            .lineGranted: [.send([1])], .received([2]): [.identified(DeviceFacts(serial: "7"))],
        ])
        #expect(!stores(open(&supervisor, isShared: true)))
        _ = supervisor.handle(.granted(link), at: at(.zero))
        #expect(stores(supervisor.handle(.received(link, [2]), at: at(.zero))))
    }

    @Test("a turn of an earlier link is not taken")
    func staleTurn() {
        var supervisor = supervisor([.lineGranted: [.send([1])]])
        _ = open(&supervisor, isShared: true)
        _ = supervisor.handle(.closed(link, reason: "cut"), at: at(.zero))
        #expect(supervisor.handle(.granted(link), at: at(.zero)) == [])
    }

    @Test("what the kernel says of a device is heard before its link")
    func described() {
        var supervisor = supervisor([
            .described([5, 0x8C]): [.status(DeviceStatus(logUsed: 1, logCapacity: nil))],
            .linkOpened(.serial): [.status(DeviceStatus(logUsed: 2, logCapacity: nil)), .feature([0xFE, 1])],
        ])
        _ = supervisor.handle(.targets([tty]), at: at(.zero))
        let effects = supervisor.handle(.opened(link, descriptor: [5, 0x8C]), at: at(.zero))
        #expect(effects.contains(.feature(link, [0xFE, 1])))
        #expect(supervisor.snapshot.log?.logUsed == 2)
    }

    @Test("a request is answered on the link that it came by, and not after that link's end")
    func requests() {
        let request = DeviceRequest(method: "GET", path: "/iclock/ping")
        let answer = DeviceResponse(body: Array("OK".utf8))
        var supervisor = supervisor([.requested(request, RequestID(3)): [.respond(RequestID(3), answer)]])
        _ = open(&supervisor, isShared: false)
        let effects = supervisor.handle(.requested(link, request, RequestID(3)), at: at(.zero))
        #expect(effects == [.respond(link, RequestID(3), answer)])
        _ = supervisor.handle(.closed(link, reason: "cut"), at: at(.zero))
        #expect(supervisor.handle(.requested(link, request, RequestID(3)), at: at(.zero)) == [])
    }

    @Test("the driver hears whether the site knows the badge", arguments: [("10001", true), ("10002", false)])
    func recognition(badge: String, isKnown: Bool) {
        let punch = PunchReading(
            identity: nil, badge: badge, direction: .unknown, method: .card, deviceTime: nil, native: .null)
        let codes = ["10001": RegisteredCode(kind: .person, value: "E1")]
        var supervisor = supervisor(
            [
                .received([1]): [.observed([.punch(punch)], Receipt(1))],
                .recorded(Receipt(1), known: true): [.feature([1])],
                .recorded(Receipt(1), known: false): [.feature([0])],
            ], codes: codes, sharesLine: false)
        _ = open(&supervisor, isShared: false)
        let effects = supervisor.handle(.received(link, [1]), at: at(.zero))
        let token = effects.compactMap { effect -> StoreToken? in
            if case .store(_, let token) = effect { token } else { nil }
        }.last
        let heard = supervisor.handle(.stored(token ?? StoreToken(0)), at: at(.zero))
        #expect(heard == [.feature(link, [isKnown ? 1 : 0])])
    }

    @Test("two readings without an identity of their own are two events")
    func madeIdentities() {
        let punch = PunchReading(
            identity: nil, badge: "7", direction: .unknown, method: .card, deviceTime: nil, native: .null)
        var supervisor = supervisor(
            [.received([1]): [.observed([.punch(punch), .punch(punch)], Receipt(1))]], sharesLine: false)
        _ = open(&supervisor, isShared: false)
        let ids = supervisor.handle(.received(link, [1]), at: at(.zero)).flatMap { effect -> [String] in
            if case .store(let events, _) = effect { events.map(\.id) } else { [] }
        }
        #expect(Set(ids).count == 2)
    }

    private func at(_ uptime: Duration) -> Now {
        Now(wall: Moment(milliseconds: 1_795_307_400_000) + uptime, uptime: uptime)
    }

    private func supervisor(
        _ script: [DriverInput: [DriverEffect]], codes: [String: RegisteredCode] = [:], sharesLine: Bool = true
    ) -> DeviceSupervisor {
        let profile = DeviceProfile(
            site: "sh1", device: "gate-1", driver: "scripted", hasMemory: false, sharesLine: sharesLine, zone: .utc)
        return DeviceSupervisor(
            profile: profile, driver: ScriptedDriver(script: script), scans: ScanReader(codes: codes), seed: 7)
    }

    private func open(_ supervisor: inout DeviceSupervisor, isShared: Bool) -> [SupervisorEffect] {
        _ = supervisor.handle(.targets([tty]), at: at(.zero))
        return supervisor.handle(.opened(link, isShared: isShared), at: at(.zero))
    }

    private func stores(_ effects: [SupervisorEffect]) -> Bool {
        effects.contains { if case .store = $0 { true } else { false } }
    }
}
