import GatehouseDriverKit
import GatehouseEngine
import GatehouseJournal
import GatehouseModel
import GatehousePorts
import Glibc
import Logging

/// The shell around one device's supervisor: opens its ports, reads and sends, stores its events, keeps its timer.
actor DeviceSession {
    /// Events that may wait for the disk before the device is no longer read.
    static let unstoredLimit = 10_000
    /// Events handed to the journal at once.
    static let batchLimit = 5_000
    /// How long after a pause in reading a device is not taken to be silent: what it said meanwhile is heard first.
    static let catchingUp: Duration = .seconds(1)
    /// How long a device has to answer a command.
    static let commandPatience: Duration = .seconds(60)

    /// How long stopping waits for the disk. What is not on it by then was never acknowledged.
    static let stopPatience: Duration = .seconds(2)

    /// What every session needs of the gateway around it.
    struct Surroundings: Sendable {
        var ports: Ports
        var links: LinkOpener
        var reader: JournalReader
        var writer: JournalWriter
        var timekeeper: Timekeeper
        var logger: Logger
    }

    private struct StoreJob {
        var events: [Event]
        var token: StoreToken
    }

    private var supervisor: DeviceSupervisor
    private let line: SerialLine
    private let surroundings: Surroundings
    private let logger: Logger
    private let sharesLine: Bool
    private var links: [LinkNumber: any DeviceLink] = [:]
    private var openings: [LinkNumber: Task<Void, Never>] = [:]
    private var closings: [LinkNumber: Task<Void, Never>] = [:]
    private var watch: Task<Void, Never>?
    private var alarm: (due: Duration, task: Task<Void, Never>)?
    private var jobs: [StoreJob] = []
    private var unstored = 0
    private var isStoring = false
    /// How many links are not read until there is room, and until when what they said meanwhile is awaited.
    private var heldBack = 0
    private var caughtUp = Duration.zero
    private var isGivenUp = false
    private var waitingForRoom: [CheckedContinuation<Void, Never>] = []
    private var answers: [CommandID: CheckedContinuation<CommandAnswer, Never>] = [:]
    private var lastCommand: UInt64 = 0

    init(supervisor: DeviceSupervisor, line: SerialLine, sharesLine: Bool = false, surroundings: Surroundings) {
        self.supervisor = supervisor
        self.line = line
        self.sharesLine = sharesLine
        self.surroundings = surroundings
        var logger = surroundings.logger
        logger[metadataKey: "device"] = "\(supervisor.snapshot.device)"
        self.logger = logger
    }

    var snapshot: DeviceSnapshot { supervisor.snapshot }

    /// Where the device can be reached from now on.
    func retarget(to targets: [LinkTarget], facts: DeviceFacts = DeviceFacts()) {
        handle(.targets(targets, facts: facts))
    }

    /// How codes are read from now on.
    func read(_ scans: ScanReader) {
        supervisor.read(scans)
    }

    /// Has the device do something, and returns what came of it.
    func perform(_ command: DeviceCommand) async -> CommandAnswer {
        lastCommand += 1
        let id = CommandID(lastCommand)
        let patience = Task {
            await surroundings.timekeeper.sleep(until: surroundings.timekeeper.now.uptime + Self.commandPatience)
            settle(id, .refused("no answer from the device within \(Self.commandPatience)"))
        }
        defer { patience.cancel() }
        return await withCheckedContinuation { continuation in
            answers[id] = continuation
            handle(.command(command, id))
        }
    }

    /// Closes the device's port and returns when everything it gave is on disk or refused.
    func stop(reason: String) async {
        handle(.stop(reason: reason))
        watch?.cancel()
        for opening in openings.values { opening.cancel() }
        // Whoever shuts the event loop down next must find no port on it.
        for opening in openings.values { await opening.value }
        for number in links.keys.sorted() { close(number) }
        for closing in closings.values { await closing.value }
        // An opening that ended meanwhile may have begun another.
        watch?.cancel()
        await watch?.value
        for (id, _) in answers { settle(id, .refused("the gateway is stopping")) }
        let patience = Task {
            await surroundings.timekeeper.sleep(until: surroundings.timekeeper.now.uptime + Self.stopPatience)
            isGivenUp = true
            makeRoom()
        }
        while isStoring && !isGivenUp { await roomOrEnd() }
        patience.cancel()
        alarm?.task.cancel()
    }

    private func handle(_ input: SupervisorInput) {
        for effect in supervisor.handle(input, at: surroundings.timekeeper.now) {
            carryOut(effect)
        }
        setAlarm()
    }

    private func carryOut(_ effect: SupervisorEffect) {
        switch effect {
        case .open(let number, let target): open(number, target)
        case .send(let number, let bytes): send(bytes, on: number)
        case .feature(let number, let report): links[number]?.feature(report)
        case .passLine(let number, let again): links[number]?.passLine(again: again)
        case .wantLine(let number): links[number]?.wantLine()
        case .respond(let number, let id, let response): links[number]?.respond(id, response)
        case .close(let number): close(number)
        case .store(let events, let token): store(events, token)
        case .answered(let id, let answer): settle(id, answer)
        case .note(let note):
            let port = supervisor.snapshot.address ?? "none"
            logger.log(level: note.level, "\(note.text)", metadata: ["port": "\(port)"])
        }
    }

    private func settle(_ id: CommandID, _ answer: CommandAnswer) {
        answers.removeValue(forKey: id)?.resume(returning: answer)
    }
}

// MARK: - Links

extension DeviceSession {
    /// Something makes a try worth while at once: the device has called.
    func reachable() {
        handle(.reachable)
    }

    private func open(_ number: LinkNumber, _ target: LinkTarget) {
        watch?.cancel()
        openings[number] = Task {
            // A port is had once: the old link lets go first.
            for closing in closings.values { await closing.value }
            do throws(PortError) {
                let link = try await surroundings.links.open(target, line: line, sharesLine: sharesLine)
                opened(number, link)
            } catch {
                openings[number] = nil
                handle(.openFailed(number, reason: "\(error)"))
                if error == .absent, let path = target.path { watchFor(path) }
            }
        }
    }

    private func watchFor(_ path: String) {
        watch?.cancel()
        watch = Task {
            if await surroundings.ports.appears(path) { handle(.reachable) }
        }
    }

    private func opened(_ number: LinkNumber, _ link: any DeviceLink) {
        openings[number] = nil
        links[number] = link
        handle(.opened(number, descriptor: link.descriptor, isShared: link.isShared))
        Task {
            let reason = await link.hear { [weak self] sound in await self?.take(sound, on: number) }
            lost(number, reason: reason)
        }
    }

    private func take(_ sound: LinkSound, on number: LinkNumber) async {
        switch sound {
        case .received(let chunk): handle(.received(number, chunk))
        case .granted: handle(.granted(number))
        case .requested(let request, let id): handle(.requested(number, request, id))
        }
        guard unstored > Self.unstoredLimit else { return }
        heldBack += 1
        while unstored > Self.unstoredLimit { await roomOrEnd() }
        heldBack -= 1
        caughtUp = surroundings.timekeeper.now.uptime + Self.catchingUp
    }

    /// When the device will have been heard out after a pause in reading; nil when it is heard as it speaks.
    private var listensFrom: Duration? {
        let now = surroundings.timekeeper.now.uptime
        if heldBack > 0 { return now + Self.catchingUp }
        return caughtUp > now ? caughtUp : nil
    }

    private func lost(_ number: LinkNumber, reason: String) {
        let path = links[number] == nil ? nil : supervisor.path(of: number)
        close(number)
        handle(.closed(number, reason: reason))
        // Pulled out: it is tried again as soon as it is back, however long the pause would be.
        if let path, access(path, F_OK) != 0 { watchFor(path) }
    }

    private func send(_ bytes: [UInt8], on number: LinkNumber) {
        guard let link = links[number], !link.send(bytes) else { return }
        lost(number, reason: "the device takes nothing")
    }

    private func close(_ number: LinkNumber) {
        // One that still waits for its device would take the next one's call.
        openings[number]?.cancel()
        guard let link = links.removeValue(forKey: number) else { return }
        closings[number] = Task {
            await link.close()
            closings[number] = nil
        }
    }

    private func setAlarm() {
        guard let due = supervisor.nextDeadline else { return }
        // An alarm that is set earlier rings for nothing once and is set anew: cheaper than a new task a chunk.
        if let alarm, alarm.due <= due { return }
        alarm?.task.cancel()
        let task = Task {
            await surroundings.timekeeper.sleep(until: due)
            // A device that is not read is not silent: a scan would be cut in two, an answer taken for missing.
            while let later = listensFrom, !Task.isCancelled { await surroundings.timekeeper.sleep(until: later) }
            guard !Task.isCancelled else { return }
            alarm = nil
            handle(.woke)
        }
        alarm = (due, task)
    }
}

// MARK: - Storing

extension DeviceSession {
    private func store(_ events: [Event], _ token: StoreToken) {
        jobs.append(StoreJob(events: events, token: token))
        unstored += events.count
        storeNext()
    }

    /// Hands what waits to the journal, one batch at a time, so that a device's events keep their order.
    private func storeNext() {
        guard !isStoring, !jobs.isEmpty else { return }
        isStoring = true
        var batch: [StoreJob] = []
        var count = 0
        for job in jobs {
            guard batch.isEmpty || count + job.events.count <= Self.batchLimit else { break }
            batch.append(job)
            count += job.events.count
        }
        jobs.removeFirst(batch.count)
        let events = batch.count == 1 ? batch[0].events : batch.flatMap(\.events)
        let tokens = batch.map(\.token)
        Task {
            do throws(JournalError) {
                _ = try await surroundings.writer.append(events, whenFull: .wait)
                stored(tokens, count: count)
            } catch {
                notStored(count: count, because: error)
            }
        }
    }

    private func stored(_ tokens: [StoreToken], count: Int) {
        isStoring = false
        unstored -= count
        for token in tokens { handle(.stored(token)) }
        storeNext()
        makeRoom()
    }

    /// The journal takes nothing any more: the gateway stops, or its file is damaged. The device is not acknowledged
    /// and keeps its records.
    private func notStored(count: Int, because error: JournalError) {
        let text = "\(count) events not stored and not acknowledged: \(error)"
        logger.log(level: error == .stopped ? .notice : .critical, "\(text)")
        isStoring = false
        unstored = 0
        jobs = []
        makeRoom()
        guard error != .stopped else { return }
        handle(.stop(reason: "the journal takes nothing"))
    }

    private func roomOrEnd() async {
        await withCheckedContinuation { waitingForRoom.append($0) }
    }

    private func makeRoom() {
        let waiting = waitingForRoom
        waitingForRoom = []
        for continuation in waiting { continuation.resume() }
    }
}

extension Note {
    /// How loud the line is in the log.
    var level: Logger.Level {
        switch weight {
        case .debug: .debug
        case .notice: .notice
        case .warning: .warning
        }
    }
}
