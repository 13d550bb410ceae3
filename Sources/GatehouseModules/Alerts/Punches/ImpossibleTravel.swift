import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// `punch.impossible_travel`: any two punches of one person, so far known, at two places in less than the way takes;
/// cleared the next day.
///
/// The way is taken from the place of the earlier punch to that of the later. Punches are remembered for 32 days, by
/// their own time, so that what a device delivers late is held against what was known.
struct ImpossibleTravel: Sendable {
    static let code = "punch.impossible_travel"
    private static let memory: Int64 = 32 * 86_400_000

    fileprivate struct Stay: Sendable {
        var time: Int64
        var sequence: Int64
        var device: Int32
    }

    /// By person, in the order of time.
    private var stays: [String: [Stay]] = [:]
    private var devices = Interner()

    init() {}

    mutating func hear(
        _ fact: Fact, device: String, person: String, desk: inout AlertDesk, into findings: inout Findings
    ) {
        guard let longest = desk.longestWay, desk.site.devices[device]?.place != nil else { return }
        let stay = Stay(time: fact.time.milliseconds, sequence: fact.sequence, device: devices.number(device))
        var known = stays[person] ?? []
        stays[person] = nil
        defer { stays[person] = known }
        var place = known.endIndex
        while place > 0, known[place - 1].time > stay.time { place -= 1 }
        var index = place - 1
        while index >= 0, stay.time - known[index].time < longest {
            judge(known[index], stay, of: person, desk: &desk, into: &findings)
            index -= 1
        }
        index = place
        while index < known.endIndex, known[index].time - stay.time < longest {
            judge(stay, known[index], of: person, desk: &desk, into: &findings)
            index += 1
        }
        known.insert(stay, at: place)
        forget(&known, before: findings.clock.milliseconds - Self.memory)
    }

    /// Seldom, and then many at once.
    private func forget(_ known: inout [Stay], before moment: Int64) {
        guard known.count > 64, known[known.count / 2].time < moment else { return }
        known.removeAll { $0.time < moment }
    }

    private func judge(
        _ first: Stay, _ second: Stay, of person: String, desk: inout AlertDesk, into findings: inout Findings
    ) {
        guard let (from, to) = places(first, second, desk.site),
            let way = way(from, to, first, second, desk.site)
        else {
            return
        }
        let took = Duration.milliseconds(second.time - first.time)
        guard took < way else { return }
        let name = desk.site.called(person: person)
        let (start, end) = (desk.site.called(place: from), desk.site.called(place: to))
        let told = Set(desk.book.standing(Self.code, about: person)?.evidence ?? [])
        let evidence = [first.sequence, second.sequence].filter { !told.contains($0) }
        desk.raise(
            Alarm(
                code: Self.code, subject: person, severity: .critical, evidence: evidence,
                rule: .rule(measured: took.secondsJSON, limit: way.secondsJSON, unit: "s", from: "site file")
            ) { language in
                language == .chinese
                    ? "\(name) 在 \(took.spoken) 内先后在\(start)和\(end)打卡，路程至少要 \(way.spoken)"
                    : "\(name) punched at \(start) and at \(end) within \(took.spoken); the way takes \(way.spoken)"
            }, nextDay: true, into: &findings)
    }

    private func places(_ first: Stay, _ second: Stay, _ site: SiteIndex) -> (String, String)? {
        guard first.device != second.device, let from = site.devices[devices.name(first.device)]?.place,
            let to = site.devices[devices.name(second.device)]?.place, from != to
        else { return nil }
        return (from, to)
    }

    /// Of two punches at one moment nobody can say which was first: the longer of the two ways counts.
    private func way(_ from: String, _ to: String, _ first: Stay, _ second: Stay, _ site: SiteIndex) -> Duration? {
        let forth = site.leastTravel(from: from, to: to)
        guard first.time == second.time, let back = site.leastTravel(from: to, to: from) else { return forth }
        return forth.map { max($0, back) } ?? back
    }
}

extension SiteIndex {
    /// A place by its name; its id where it has none.
    func called(place id: String) -> String {
        site.places.first { $0.id == id }?.name ?? id
    }
}

extension ImpossibleTravel: Packed {
    func pack(into packer: inout Packer) {
        packer.add(devices, stays)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (devices, stays) = try unpacker.values()
    }
}

extension ImpossibleTravel.Stay: Packed {
    func pack(into packer: inout Packer) {
        packer.add(time, sequence, device)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        (time, sequence, device) = try unpacker.values()
    }
}
