import GatehouseDriverKit
import GatehouseModel
import IClockWire

/// Counting: what the device says that it holds, against what has come.
///
/// The driver knows what has come since it was made. So its first round asks for everything since the newest punch
/// that was in the journal then, less a day, and counts after that; later rounds count, and ask only where the count
/// says that something is missing.
extension ZKTecoPush {
    /// After the device has begun to call, it may first send what it has.
    static let roundPause = Duration.seconds(30)
    /// Punches of the last minutes may be under way.
    private static let margin: Int64 = 120
    /// How often a round asks for the same stretch.
    private static let queryLimit = 2
    private static let beginning = "2000-01-01 00:00:00"

    mutating func note(punch identity: String, at time: LocalTime) {
        memory.reconciliation.delivered.insert(identity, at: time)
        guard memory.reconciliation.window?.contains(time) == true else { return }
        memory.reconciliation.queryLines += 1
    }

    /// The whole log is wanted now, or as soon as the round under way has ended.
    mutating func readLog(for id: CommandID) {
        memory.reconciliation.waiting.append(id)
        memory.reconciliation.hasten(to: now.uptime)
    }

    /// At each question for commands: begins a round that is due, and goes on with one that settles.
    mutating func stepRound() {
        switch memory.reconciliation.stage {
        case .idle:
            guard let due = memory.reconciliation.due, now.uptime >= due else { return }
            guard settings.verifyEvery != nil || !memory.reconciliation.waiting.isEmpty else { return }
            beginRound()
        case .settling:
            guard link?.uploads.isEmpty == true else { return }
            if memory.reconciliation.counts == false { return completeRound() }
            count()
        case .querying, .counting: return
        }
    }

    private mutating func beginRound() {
        let isWhole = !memory.reconciliation.waiting.isEmpty
        memory.reconciliation.commands = memory.reconciliation.waiting
        memory.reconciliation.waiting = []
        memory.reconciliation.queries = 0
        memory.reconciliation.due = nil
        // A clock that is ahead stamps what it has just made later than now.
        let ahead = memory.toldAhead ?? .zero
        let end = context.zone.local(at: now.wall - .seconds(Self.margin) + ahead)
        let from = isWhole || !memory.reconciliation.isFounded ? foundation(isWhole) : recent(before: end)
        memory.reconciliation.window = Reconciliation.Window(
            from: min(from, end), through: end, moment: now.wall - .seconds(Self.margin))
        if isWhole || !memory.reconciliation.isFounded || memory.reconciliation.counts == false {
            query()
        } else {
            count()
        }
    }

    /// Where a query that everything later builds on begins.
    private func foundation(_ isWhole: Bool) -> LocalTime {
        guard !isWhole, let newest = memory.newestKnown else { return LocalTime(secondsSince1970: 946_684_800) }
        return LocalTime(secondsSince1970: newest.secondsSince1970 - 86_400)
    }

    private mutating func recent(before end: LocalTime) -> LocalTime {
        let days = Int64(settings.verifyDays) * 86_400
        let from = LocalTime(secondsSince1970: end.secondsSince1970 - days)
        memory.reconciliation.delivered.forget(before: from)
        return max(from, memory.reconciliation.delivered.knownFrom ?? from)
    }

    private mutating func query() {
        guard let window = memory.reconciliation.window else { return }
        memory.reconciliation.stage = .querying
        memory.reconciliation.queries += 1
        memory.reconciliation.queryLines = 0
        // A day more, for a clock that is ahead.
        let end = LocalTime(secondsSince1970: window.through.secondsSince1970 + 86_400)
        order(.queryAttendance(from: Self.text(window.from), through: Self.text(end)), for: .query)
    }

    private mutating func count() {
        guard let window = memory.reconciliation.window else { return }
        memory.reconciliation.stage = .counting
        order(.countAttendance(from: Self.text(window.from), through: Self.text(window.through)), for: .count)
    }

    mutating func queryEnded(_ result: IClockResult?) {
        guard memory.reconciliation.stage == .querying else { return }
        guard let result, result.code >= 0 else {
            let why = result.map { "the terminal refused to send its log (\($0.code))" } ?? "no answer came"
            faultOnce(
                "query-refused",
                why + ": what it pushes by itself is taken, but that nothing is missing cannot be shown")
            return endRound(refusing: why)
        }
        memory.reconciliation.stage = .settling
    }

    mutating func countEnded(_ result: IClockResult?) {
        guard memory.reconciliation.stage == .counting, let window = memory.reconciliation.window else { return }
        guard let result, result.code >= 0, let sum = result.attendanceCount else {
            memory.reconciliation.counts = false
            return memory.reconciliation.queries > 0 ? completeRound() : query()
        }
        memory.reconciliation.counts = true
        let here = memory.reconciliation.delivered.count(in: window)
        if memory.reconciliation.queries == 0 {
            guard sum > here + memory.reconciliation.surplus else { return completeRound() }
            return query()
        }
        let came = max(memory.reconciliation.queryLines, here)
        guard sum > came else {
            memory.reconciliation.surplus = max(0, sum - here)
            return completeRound()
        }
        guard memory.reconciliation.queries >= Self.queryLimit else { return query() }
        let numbers = "the terminal counts \(sum) punches from \(window.from.text) on, and has sent \(came) of them"
        faultOnce("count-mismatch", numbers + ": read a USB stick of it and import that")
        endRound(refusing: numbers)
    }

    /// Everything that the device holds within the window has come, and is on disk.
    private mutating func completeRound() {
        guard let window = memory.reconciliation.window else { return }
        if memory.reconciliation.queries > 0 {
            memory.reconciliation.isFounded = true
            memory.reconciliation.delivered.complete(from: window.from)
        }
        effects.append(.synced(through: window.moment))
        for id in memory.reconciliation.commands {
            effects.append(.answered(id, .done(["records": .integer(memory.reconciliation.queryLines)])))
        }
        memory.reconciliation.commands = []
        pause()
    }

    /// Gives the round up until the next one is due.
    mutating func endRound(refusing reason: String) {
        for id in memory.reconciliation.commands { effects.append(.answered(id, .refused(reason))) }
        memory.reconciliation.commands = []
        if link == nil {
            for id in memory.reconciliation.waiting { effects.append(.answered(id, .refused(reason))) }
            memory.reconciliation.waiting = []
        }
        pause()
    }

    private mutating func pause() {
        memory.reconciliation.stage = .idle
        memory.reconciliation.window = nil
        memory.reconciliation.due = settings.verifyEvery.map { now.uptime + $0 }
        if !memory.reconciliation.waiting.isEmpty { memory.reconciliation.hasten(to: now.uptime) }
    }
}
