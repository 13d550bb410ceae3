import GatehouseEngine
import GatehouseJournal
import GatehouseModel
import GatehouseRules
import GatehouseSite
import Logging

/// Looks after USB sticks that are put into the box: finds the time clocks' files, and offers or takes their punches.
/// A punch that the clock has delivered already is the same event. Nothing is ever written to a stick.
actor StickDesk {
    /// How often the folders are looked at between two mounts; a file that was the same in two looks is complete.
    static let interval: Duration = .seconds(1)
    /// How long after a failure a file is tried again.
    static let retryAfter: Duration = .seconds(30)
    /// Files that are looked after at once.
    static let fileLimit = 100

    /// What the desk needs of the gateway around it.
    struct Surroundings: Sendable {
        var writer: JournalWriter
        var timekeeper: Timekeeper
        var logger: Logger
        /// The devices that may have written such files, as they are now.
        var candidates: @Sendable (_ families: Set<String>) async -> [StickOwner.Candidate]
        var profile: @Sendable (_ device: String) async -> DeviceProfile?
    }

    private struct Entry {
        var file: StickFile
        var format: StickFormat
        var writer: StickFormat.Writer
        var standing = StickStanding.seen
    }

    private let mode: GatewaySettings.USBStick
    private let folders: [String]
    private let formats: [StickFormat]
    private let surroundings: Surroundings
    /// By path, in its order of finding.
    private var entries: [String: Entry] = [:]

    init(
        mode: GatewaySettings.USBStick, folders: [String], formats: [StickFormat], surroundings: Surroundings
    ) {
        self.mode = mode
        self.folders = folders
        self.formats = formats
        self.surroundings = surroundings
    }

    /// Looks after sticks until the task is cancelled.
    func watch() async {
        guard mode != .off, !formats.isEmpty, !folders.isEmpty else { return }
        let watch = StickWatch()
        while !Task.isCancelled {
            await look()
            await watch.change(within: Self.interval)
        }
    }

    /// One row for each file, for `gatehouse devices`.
    func rows() async -> [DeviceSnapshot] {
        var rows: [DeviceSnapshot] = []
        for entry in entries.values.sorted(by: { $0.file.path < $1.file.path }) {
            guard let text = await text(of: entry) else { continue }
            let stick = entry.file.folder.split(separator: "/").last ?? "stick"
            var row = DeviceSnapshot(
                device: "\(stick)/\(entry.file.name)", driver: nil, address: entry.file.path, state: .unmanaged)
            row.trouble = text.trouble
            row.suggestion = text.suggestion
            rows.append(row)
        }
        return rows
    }

    /// One look at everything that is mounted.
    func look() async {
        let files = await Blocking.run { [folders, formats] in
            let mounts = StickPlaces.mounts(StickWatch.table())
            let places = StickPlaces.folders(mounts, watched: folders, children: StickFile.folders)
            return places.flatMap { place in
                StickFile.files(in: place) { name in formats.contains { $0.writer(name) != nil } }
            }.prefix(Self.fileLimit)
        }
        let present = Set(files.map(\.path))
        for (path, entry) in entries where !present.contains(path) { forget(path, entry) }
        for file in files { await see(file) }
    }

    private func forget(_ path: String, _ entry: Entry) {
        entries[path] = nil
        if case .failed = entry.standing { return }
        surroundings.logger.info("\(path) is gone: the stick was taken out")
    }

    private func see(_ file: StickFile) async {
        guard let known = entries[file.path], known.file == file else {
            guard let format = formats.first(where: { $0.writer(file.name) != nil }),
                let writer = format.writer(file.name)
            else { return }
            entries[file.path] = Entry(file: file, format: format, writer: writer)
            return
        }
        switch known.standing {
        case .seen: await open(known)
        case .failed(_, let retryAt): if surroundings.timekeeper.now.uptime >= retryAt { await open(known) }
        case .offered(let summary):
            // A device that the file is of may have been written into the site file, or have said its serial number.
            guard mode == .take, case .device = await decide(known, summary) else { return }
            await open(known)
        case .taken: break
        }
    }

    private func open(_ entry: Entry) async {
        var entry = entry
        do throws(StickProblem) {
            entry.standing = try await digest(entry)
        } catch {
            entry.standing = .failed(error.message, retryAt: surroundings.timekeeper.now.uptime + Self.retryAfter)
        }
        entries[entry.file.path] = entry
        await tell(entry)
    }

    /// Reads a file, and takes what is in it where that is wanted and it is known whose it is.
    private func digest(_ entry: Entry) async throws(StickProblem) -> StickStanding {
        let bytes = try await Self.bytes(of: entry.file)
        if let problem = entry.format.problem(Array(bytes.prefix(4096))) { throw StickProblem(problem) }
        var summary = StickSummary()
        for lines in StickLines(bytes) { summary.add(entry.format.read(Array(lines), .object([]))) }
        guard mode == .take, case .device(let device) = await decide(entry, summary) else { return .offered(summary) }
        guard let profile = await surroundings.profile(device.device) else { return .offered(summary) }
        var outcome = ImportDesk.Outcome()
        for lines in StickLines(bytes) {
            guard !Task.isCancelled else {
                throw StickProblem("the gateway is stopping; leave the stick in, it is taken after the start")
            }
            let punches = entry.format.read(Array(lines), device.settings).punches
            guard !punches.isEmpty else { continue }
            let events = ImportDesk.events(punches, profile: profile, at: surroundings.timekeeper.now)
            do throws(JournalError) {
                let placements = try await surroundings.writer.append(events, whenFull: .fail)
                let known = placements.count(where: \.isDuplicate)
                outcome.known += known
                outcome.new += placements.count - known
            } catch {
                throw StickProblem(
                    "\(outcome.new + outcome.known) of \(summary.punches) punches are stored, the others not yet: "
                        + "\(error); leave the stick in, it is tried again")
            }
        }
        return .taken(device.device, summary, outcome)
    }

    private static func bytes(of file: StickFile) async throws(StickProblem) -> [UInt8] {
        let result = await Blocking.run { () -> Result<[UInt8], StickFile.Trouble> in
            do throws(StickFile.Trouble) {
                return .success(try file.bytes())
            } catch {
                return .failure(error)
            }
        }
        do throws(StickFile.Trouble) {
            return try result.get()
        } catch {
            throw StickProblem(error)
        }
    }

    private func decide(_ entry: Entry, _ summary: StickSummary) async -> StickOwner.Decision {
        let candidates = await surroundings.candidates(entry.format.families)
        return StickOwner.decide(entry.writer, numbers: summary.numbers, among: candidates)
    }

    private func text(of entry: Entry) async -> StickText? {
        switch entry.standing {
        case .seen: nil
        case .failed(let message, _): StickText(failed: message)
        case .taken(let device, let summary, let outcome): StickText(taken: device, summary, outcome)
        case .offered(let summary):
            StickText(offered: summary, entry.file, owner: await decide(entry, summary), mode: mode)
        }
    }

    private func tell(_ entry: Entry) async {
        guard let text = await text(of: entry) else { return }
        let level: Logger.Level = if case .failed = entry.standing { .warning } else { .notice }
        surroundings.logger.log(level: level, "\(entry.file.path): \(text.trouble)")
    }
}
