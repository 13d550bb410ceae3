import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel
import GatehousePorts
import Synchronization

/// One port that several devices hang on: what it gives goes to whoever's turn it is.
final class SharedLine: Sendable {
    typealias Member = UInt64

    /// What may wait for a member that is slow to listen; a line in order never has more than an answer under way.
    private static let soundLimit = 64

    private struct State {
        var share: LineShare<Member>
        var members: [Member: AsyncStream<LinkSound>.Continuation] = [:]
        var lastMember: Member = 0
        var alarm: (due: Duration, task: Task<Void, Never>)?
        var ending: String?
    }

    private let port: Port
    private let outbox: Outbox
    private let timekeeper: Timekeeper
    private let state: Mutex<State>

    init(port: Port, rate: Int, timekeeper: Timekeeper) {
        self.port = port
        self.timekeeper = timekeeper
        outbox = Outbox(port: port) { _ in await port.close() }
        // A character of ten bits; timers and threads add about another, and never less than nothing.
        let gap = Duration.microseconds(10_000_000 / max(rate, 50))
        state = Mutex(State(share: LineShare(gap: gap)))
    }

    /// Reads the line until it ends; then every member's stream ends.
    func run() async {
        for await chunk in port.chunks {
            state.withLock { state in
                // What comes when nobody has asked is noise, or an answer that came too late.
                guard let holder = state.share.holder else { return }
                state.members[holder]?.yield(.received(chunk))
            }
        }
        let reason = port.ending.map { "\($0)" } ?? "closed"
        state.withLock { state in
            state.ending = reason
            state.alarm?.task.cancel()
            for member in state.members.values { member.finish() }
            state.members = [:]
        }
    }

    /// A place on the line; nil when it has ended already.
    func join() -> (member: Member, sounds: AsyncStream<LinkSound>)? {
        let (sounds, inlet) = AsyncStream.makeStream(
            of: LinkSound.self, bufferingPolicy: .bufferingOldest(Self.soundLimit))
        let member = state.withLock { state -> Member? in
            guard state.ending == nil else { return nil }
            state.lastMember += 1
            state.members[state.lastMember] = inlet
            return state.lastMember
        }
        return member.map { ($0, sounds) }
    }

    /// The member listens: its turns begin.
    func begin(_ member: Member) {
        let uptime = timekeeper.now.uptime
        state.withLock { state in
            // It may have left before it listened.
            guard state.members[member] != nil else { return }
            state.share.join(member, at: uptime)
            grant(&state, at: uptime)
        }
    }

    func leave(_ member: Member) {
        state.withLock { $0.members.removeValue(forKey: member) }?.finish()
        turn { share, uptime in share.leave(member, at: uptime) }
    }

    func pass(_ member: Member, again: Duration) {
        turn { share, uptime in share.pass(member, again: again, at: uptime) }
    }

    func want(_ member: Member) {
        turn { share, uptime in share.want(member, at: uptime) }
    }

    /// What a member says outside its turn would only disturb the others.
    func send(_ bytes: [UInt8], from member: Member) -> Bool {
        guard state.withLock({ $0.share.maySend(member) }) else { return true }
        return outbox.send(bytes)
    }

    var isEmpty: Bool { state.withLock { $0.members.isEmpty } }
    var ending: String? { state.withLock { $0.ending } }

    func close() async {
        await outbox.close()
        await port.close()
    }

    private func turn(_ change: (inout LineShare<Member>, Duration) -> Void) {
        let uptime = timekeeper.now.uptime
        state.withLock { state in
            change(&state.share, uptime)
            grant(&state, at: uptime)
        }
    }

    private func grant(_ state: inout State, at uptime: Duration) {
        if let next = state.share.next(at: uptime) { state.members[next]?.yield(.granted) }
        guard state.ending == nil, let due = state.share.nextDeadline else { return }
        // An alarm that is set earlier rings for nothing once and is set anew.
        if let alarm = state.alarm, alarm.due <= due { return }
        state.alarm?.task.cancel()
        let task = Task { [weak self, timekeeper] in
            await timekeeper.sleep(until: due)
            guard !Task.isCancelled else { return }
            self?.ring()
        }
        state.alarm = (due, task)
    }

    private func ring() {
        let uptime = timekeeper.now.uptime
        state.withLock { state in
            state.alarm = nil
            grant(&state, at: uptime)
        }
    }
}

/// One device's place on a shared line.
struct SharedLink: DeviceLink {
    let line: SharedLine
    let member: SharedLine.Member
    let sounds: AsyncStream<LinkSound>
    let left: @Sendable () async -> Void

    var isShared: Bool { true }

    func hear(_ hearer: @escaping @Sendable (LinkSound) async -> Void) async -> String {
        line.begin(member)
        for await sound in sounds { await hearer(sound) }
        return line.ending ?? "closed"
    }

    func send(_ bytes: [UInt8]) -> Bool { line.send(bytes, from: member) }
    func passLine(again: Duration) { line.pass(member, again: again) }
    func wantLine() { line.want(member) }

    func close() async {
        line.leave(member)
        await left()
    }
}
