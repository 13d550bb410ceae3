import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

extension History {
    private static let firstWrongDay = 36

    /// Devices go away and come back, as they do; what they kept comes later.
    mutating func liveWithOutages() {
        for device in Plant.clocks {
            for _ in 0..<chance.number(2...4) {
                let start = Plant.start(of: chance.number(1...Plant.days - 2)) + .seconds(chance.number(0...80_000))
                let isLong = chance.happens(0.6)
                let end = start + .seconds(isLong ? chance.number(400...9000) : chance.number(5...40))
                let around = start - .seconds(100)...end + .seconds(9100)
                if outages[device]?.contains(where: { $0.overlaps(around) }) == true {
                    continue
                }
                outages[device, default: []].append(start...end)
                say(start, .disconnected(device: device, reason: "gone"))
                say(end, .connected(device: device, driver: "zkteco"))
                say(end + .seconds(9100), .synced(device: device, through: end))
                guard isLong else { continue }
                labels.append(Label(code: "device.offline", subject: device, span: start...end))
            }
        }
    }

    /// Everything that is to be found.
    mutating func putIn(_ own: inout Chance) {
        putInBuddies(&own)
        copies = (0..<5).map { _ in
            (own.happens(0.6) ? "halls" : "yard", own.number(Self.firstWrongDay...Plant.days - 8))
        }
        for _ in 0..<2 { putInSilence(&own) }
        for _ in 0..<3 { putInCrowd(&own) }
        for _ in 0..<3 { putInStrike(&own) }
        for _ in 0..<2 { putInFlood(&own) }
        for _ in 0..<3 { putInDrift(&own) }
        for _ in 0..<2 { putInRollback(&own) }
        for _ in 0..<6 { putInStrayPunches(&own) }
    }

    /// A working day on which nothing else is wrong.
    private func workingDay(_ own: inout Chance) -> Int {
        while true {
            let day = own.number(Self.firstWrongDay...Plant.days - 4)
            if plant.site.calendar.isWorkingDay(Plant.firstDay.adding(day)) { return day }
        }
    }

    private func whole(_ day: Int) -> ClosedRange<Moment> { Plant.start(of: day)...Plant.start(of: day + 1) }

    /// What counts may follow from something that happened on a day.
    private mutating func excuseCounts(_ span: ClosedRange<Moment>) {
        for subject in Plant.clocks + Plant.departments.keys.sorted() {
            labels.append(Label(code: "count.unusual", subject: subject, span: span, isConsequence: true))
        }
    }

    private mutating func putInBuddies(_ own: inout Chance) {
        let leaders = Set(plant.people.compactMap(\.mate))
        let walkers = plant.people.filter {
            $0.bus == nil && $0.mate == nil && !leaders.contains($0.id) && $0.department != "security"
        }
        for _ in 0..<3 {
            let doer = own.pick(walkers)
            // Sewing works in two halves that never meet.
            let alike = walkers.filter {
                $0.department == doer.department && $0.id != doer.id
                    && (doer.department != "sewing" || (half($0.id) == half(doer.id)))
            }
            guard !alike.isEmpty, !frauds.contains(where: { $0.doer == doer.id || $0.absent == doer.id }) else {
                continue
            }
            let absent = own.pick(alike)
            guard !frauds.contains(where: { $0.doer == absent.id || $0.absent == absent.id }) else { continue }
            let from = own.number(Self.firstWrongDay - 6...Plant.days - 30)
            frauds.append((doer.id, absent.id, from))
            let end = Plant.start(of: Plant.days)
            labels.append(
                Label(
                    code: "punch.buddy", subject: [doer.id, absent.id].sorted().joined(separator: "+"),
                    span: Plant.start(of: from)...end))
        }
    }

    private func half(_ id: String) -> Bool { Int(id.dropFirst(3)).map { $0 < 145 } ?? false }

    private mutating func putInSilence(_ own: inout Chance) {
        let (day, device) = (workingDay(&own), Plant.clocks[own.number(0...3)])
        let isMorning = own.happens(0.5)
        let second = isMorning ? own.number(20_000...23_500) : own.number(50_000...52_500)
        let start = Plant.start(of: day) + .seconds(second)
        let span = start...start + .seconds(5 * 3600)
        // On a day that is worked in exchange half of the people stay at home: silence may be nothing but that.
        guard !Plant.workdays.contains(day), !(outages[device]?.contains { $0.overlaps(whole(day)) } ?? false),
            !mishaps.contains(where: { $0.span.overlaps(whole(day)) })
        else { return }
        mishaps.append(Mishap(device: device, span: span, shift: nil))
        labels.append(Label(code: "device.silent", subject: device, span: span))
        excuseCounts(whole(day))
    }

    /// Far more punches than people.
    private mutating func putInCrowd(_ own: inout Chance) {
        let (day, device) = (workingDay(&own), own.pick(Plant.clocks))
        let start = Plant.start(of: day) + .seconds(own.number(9...20) * 3600)
        guard !(outages[device]?.contains { $0.overlaps(whole(day)) } ?? false),
            !mishaps.contains(where: { $0.span.overlaps(whole(day)) })
        else { return }
        for worker in own.shuffled(plant.people).prefix(own.number(60...90)) {
            punch(worker.badge, device, start + .seconds(own.number(60...3500)))
            labels.append(
                Label(code: "punch.impossible_travel", subject: worker.id, span: whole(day), isConsequence: true))
        }
        labels.append(Label(code: "count.unusual", subject: device, span: start...start + .seconds(3600)))
        excuseCounts(start...start + .seconds(7200))
    }

    /// Most of a department stays away without a word.
    private mutating func putInStrike(_ own: inout Chance) {
        let (day, department) = (workingDay(&own), own.pick(["sewing", "warehouse", "office"]))
        let members = plant.people.filter { $0.department == department }
        strikes[day, default: []].formUnion(members.filter { _ in own.happens(0.75) }.map(\.id))
        labels.append(Label(code: "count.unusual", subject: department, span: whole(day)))
        excuseCounts(Plant.start(of: day)...Plant.start(of: day + 1) + .seconds(14_400))
        for device in Plant.clocks {
            labels.append(Label(code: "device.silent", subject: device, span: whole(day), isConsequence: true))
        }
    }

    private mutating func putInFlood(_ own: inout Chance) {
        let (day, device) = (workingDay(&own), own.pick(Plant.clocks))
        let start = Plant.start(of: day) + .seconds(own.number(0...80_000))
        guard !(outages[device]?.contains { $0.overlaps(whole(day)) } ?? false) else { return }
        let (rate, length) = (own.number(25...60), own.number(14...30))
        for event in 0..<rate * length {
            punch("FFFF", device, start + .milliseconds(event * 1000 / rate), isFragile: false)
        }
        let span = start...start + .seconds(length + 5)
        labels.append(Label(code: "device.flood", subject: device, span: span))
        labels.append(Label(code: "punch.unknown_badge", subject: "FFFF", span: span, isConsequence: true))
        excuseCounts(start...start + .seconds(7200))
    }

    private mutating func putInDrift(_ own: inout Chance) {
        let (day, device) = (workingDay(&own), own.pick(Plant.clocks))
        let start = Plant.start(of: day) + .seconds(own.number(1000...30_000))
        let offset = own.number(31_000...200_000) * (own.happens(0.5) ? 1 : -1)
        say(start, .clock(device: device, offset: .milliseconds(offset), corrected: false))
        labels.append(Label(code: "device.clock_drift", subject: device, span: start...start + .seconds(60)))
    }

    private mutating func putInRollback(_ own: inout Chance) {
        let (day, device) = (workingDay(&own), Plant.clocks[own.number(0...3)])
        let start = Plant.start(of: day) + .seconds(17 * 3600 + own.number(2160...2400))
        let span = start...start + .seconds(own.number(2...5) * 3600)
        guard !(outages[device]?.contains { $0.overlaps(whole(day)) } ?? false),
            !mishaps.contains(where: { $0.span.overlaps(whole(day)) })
        else { return }
        mishaps.append(Mishap(device: device, span: span, shift: .seconds(-own.number(1200...5400))))
        labels.append(Label(code: "device.clock_rollback", subject: device, span: span))
        // Somebody is there before and after, so that it shows.
        for offset in [-40, 30] { punch(own.pick(plant.people).badge, device, start + .seconds(offset)) }
        for worker in plant.people {
            labels.append(
                Label(code: "punch.impossible_travel", subject: worker.id, span: whole(day), isConsequence: true))
        }
        excuseCounts(Plant.start(of: day)...Plant.start(of: day + 1) + .seconds(7200))
    }

    private mutating func putInStrayPunches(_ own: inout Chance) {
        let day = workingDay(&own)
        let time = Plant.start(of: day) + .seconds(own.number(30_000...70_000))
        let badge = "X\(own.number(1000...9999))"
        let device = own.pick(Plant.clocks)
        guard !(outages[device]?.contains { $0.overlaps(whole(day)) } ?? false) else { return }
        punch(badge, device, time, isFragile: false)
        labels.append(Label(code: "punch.unknown_badge", subject: badge, span: time...time + .seconds(60)))
        let person = own.pick(plant.people)
        punch(person.badge, "gate-1-a", time, isFragile: false)
        punch(person.badge, "warehouse-a", time + .seconds(own.number(20...340)), isFragile: false)
        let isHeard = ["gate-1-a", "warehouse-a"].allSatisfy { device in
            !(outages[device]?.contains { $0.overlaps(whole(day)) } ?? false)
        }
        if isHeard {
            let span = time...time + .seconds(400)
            labels.append(Label(code: "punch.impossible_travel", subject: person.id, span: span))
        }
        labels.append(
            Label(code: "punch.impossible_travel", subject: person.id, span: whole(day), isConsequence: true))
        let late = time + .seconds(3000)
        let ahead = Duration.seconds(own.number(400...3000))
        let content = Fact.Content.punch(Fact.Punch(device: device, badge: badge, direction: .unknown))
        say(late + ahead, content, received: late)
        labels.append(Label(code: "punch.future_time", subject: device, span: late...late + .seconds(60)))
        labels.append(
            Label(
                code: "device.clock_rollback", subject: device, span: late...late + .seconds(90_000),
                isConsequence: true))
        labels.append(
            Label(
                code: "punch.unknown_badge", subject: badge, span: late...late + .seconds(60), isConsequence: true))
    }
}
