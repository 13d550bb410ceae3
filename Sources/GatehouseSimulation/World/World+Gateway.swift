import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel

/// The gateway: its sessions follow the rules of the production shell.
extension World {
    /// Events of a device that may wait for the disk before it is no longer read.
    static let unstoredLimit = 200

    /// A process begins: everything is new but the journal.
    mutating func startGateway() throws(BrokenInvariant) {
        diesAtCommit = false
        guard !isUp else { return }
        isUp = true
        life += 1
        publishedThrough = journal.head
        transcript.note(.started, at: uptime, number: Int64(life), words("the gateway starts, life \(life)"))
        for index in stations.indices { try startSession(index) }
    }

    /// A device gets a new driver and supervisor, and is told where to look.
    mutating func startSession(_ index: Int) throws(BrokenInvariant) {
        let station = stations[index]
        let driver: any DeviceDriver
        do throws(SettingsProblem) {
            driver = try station.family.make(station.context)
        } catch {
            preconditionFailure("the drawn settings are wrong: \(error)")
        }
        lastSerial += 1
        let supervisor = DeviceSupervisor(
            profile: station.profile, driver: driver, scans: ScanReader(), seed: random.next())
        stations[index].session = Session(life: lastSerial, supervisor: supervisor)
        try handle(.targets(station.targets), index)
    }

    /// The power goes: what was not committed is gone, and so are the sessions.
    mutating func crash() {
        guard isUp else { return }
        isUp = false
        diesAtCommit = false
        life += 1
        crashes += 1
        desk = WriterDesk()
        for index in stations.indices { dropSession(index) }
        transcript.note(.crashed, at: uptime, words("the gateway crashes; the journal holds \(journal.head)"))
    }

    /// The process holds the sockets: its end is theirs.
    mutating func dropSession(_ index: Int) {
        if let link = stations[index].session?.link { deviceLearns(index, link) }
        stations[index].session = nil
    }

    /// Plays one input to a device's supervisor and carries out what follows.
    mutating func handle(_ input: SupervisorInput, _ index: Int) throws(BrokenInvariant) {
        let now = now
        let effects = stations[index].session?.supervisor.handle(input, at: now) ?? []
        for effect in effects { try carryOut(effect, index) }
        setAlarm(index)
        try checkQueues(index)
    }

    /// What the production shell does for each effect.
    private mutating func carryOut(_ effect: SupervisorEffect, _ index: Int) throws(BrokenInvariant) {
        switch effect {
        case .open(let number, let target): try open(index, number, target)
        case .send(let number, let bytes):
            guard let link = stations[index].session?.link, link.number == number else {
                throw broken(.noStaleSends, "\(name(index)) sends \(bytes.count) bytes on link \(number.number)")
            }
            carry(bytes, .toDevice, index)
        case .respond(let number, let id, let response): try respond(number, id, response, index)
        case .feature, .passLine, .wantLine:
            // A simulated line has one device, which takes its turns by itself.
            break
        case .close(let number): close(index, number)
        case .store(let events, let token): store(events, token, index)
        case .answered(let id, _):
            guard stations[index].session?.openCommands.remove(id) != nil else {
                throw broken(.answeredOnce, "\(name(index)) answers command \(id.number) again")
            }
            transcript.note(.answered, at: uptime, station: index, words("\(name(index)) answers command \(id.number)"))
        case .note(let note):
            transcript.note(.note, at: uptime, station: index, words("\(name(index)): \(note.text)"))
        }
    }

    private mutating func setAlarm(_ index: Int) {
        guard let due = stations[index].session?.supervisor.nextDeadline else { return }
        // As in the shell: an alarm that is set earlier rings for nothing once and is set anew.
        if let alarm = stations[index].session?.alarm, alarm <= due { return }
        guard let session = stations[index].session else { return }
        stations[index].session?.alarm = due
        agenda.add(.alarm(index, life: session.life), at: max(due, uptime))
    }

    /// An alarm of an earlier session, or one that was set anew, is passed over.
    mutating func ring(_ index: Int, _ life: Int) throws(BrokenInvariant) {
        guard let session = stations[index].session, session.life == life, let alarm = session.alarm, alarm <= uptime
        else { return }
        stations[index].session?.alarm = nil
        transcript.note(.woke, at: uptime, station: index, words("\(name(index)) wakes"))
        try handle(.woke, index)
    }

    /// Asks something of a device, as a person at the console does.
    mutating func command(_ index: Int, _ command: DeviceCommand) throws(BrokenInvariant) {
        guard isUp else { return }
        lastCommand += 1
        stations[index].session?.openCommands.insert(CommandID(lastCommand))
        transcript.note(.command, at: uptime, station: index, words("\(name(index)) is asked: \(command)"))
        try handle(.command(command, CommandID(lastCommand)), index)
    }

    /// The device as the transcript and the failures call it.
    func name(_ index: Int) -> String { stations[index].profile.device }
}
