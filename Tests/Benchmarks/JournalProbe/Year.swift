import Foundation
import GatehouseJournal
import GatehouseModel
import GatehouseRules
import GatehouseSite

/// What the devices of a site have said in so many days up to now, as it would stand in the journal if nobody had
/// listened yet: punches, rounds, and once an hour every device's word that it has told all.
struct Year {
    let site: YearSite
    let days: Int
    private var chance = SplitMix64(seed: 4711)
    private var events: [Event] = []

    private static let zone = 28_800
    private static let hour: Int64 = 3_600_000
    private static let batchesInHour = 6

    init(people: Int, routes: Int, days: Int, now: Moment) {
        let today = Int((now.seconds + Int64(Self.zone)) / 86_400)
        site = YearSite(people: people, routes: routes, firstDay: today - days)
        self.days = days
    }

    /// Writes `site.json` and `journal.sqlite` into a folder, and says how many events the journal has.
    mutating func write(into folder: String, clock: @escaping @Sendable () -> Moment) throws -> Int64 {
        let file = "\(folder)/site.json"
        try Data(site.json.bytes).write(to: URL(filePath: file))
        let reading = SiteReader.read(file, drivers: [])
        guard let read = reading.site else { fatalError(reading.problems.map(\.text).joined(separator: "\n")) }
        let journal = try Journal.open(file: "\(folder)/journal.sqlite", clock: clock)
        let beginning = moment(site.firstDay, 0)
        say("/sites/\(YearSite.id)/modules/site", "site.updated", subject: YearSite.id, beginning, read.updatedData)
        for device in devices {
            let data: JSONValue = ["device": .string(device), "driver": "simulated", "address": "nowhere"]
            say("/sites/\(YearSite.id)/devices/\(device)", "device.connected", subject: device, beginning, data)
        }
        for day in site.firstDay..<site.firstDay + days {
            punch(on: day)
            walk(on: day)
            for part in 1...24 * Self.batchesInHour {
                let end = moment(day, Int64(part) * Self.hour / Int64(Self.batchesInHour))
                try store(before: end, withWord: part.isMultiple(of: Self.batchesInHour), in: journal)
            }
        }
        let head = journal.head.sequence
        try journal.close()
        return head
    }

    private var devices: [String] {
        (0..<YearSite.clocks).map { "clock-\($0)" } + (0..<YearSite.scanners).map { "scanner-\($0)" }
    }

    /// What the devices have said up to a moment; once an hour they have been read out, and say so.
    private mutating func store(before end: Moment, withWord: Bool, in journal: Journal) throws {
        events.sort { $0.time.moment < $1.time.moment }
        let count = events.firstIndex { $0.time.moment >= end } ?? events.count
        var batch = Array(events[..<count])
        events.removeFirst(count)
        for device in devices where withWord {
            let data: JSONValue = ["device": .string(device), "through": .string(stamp(end).text)]
            batch.append(
                Event(
                    source: "/sites/\(YearSite.id)/devices/\(device)", id: "synced-\(end.milliseconds)",
                    topic: "device.synced", subject: device, time: stamp(end), data: data.bytes))
        }
        if !batch.isEmpty { _ = try journal.append(batch, recorded: stamp(end + .seconds(1))) }
    }

    /// Monday to Friday everybody comes and goes; some come late, and some do not come.
    private mutating func punch(on day: Int) {
        // Day 0 was a Thursday.
        guard (day + 3) % 7 < 5 else { return }
        for person in 0..<site.people where roll(100) < 98 {
            let hours = YearSite.shifts[YearSite.shift(ofDepartment: YearSite.department(of: person))].hours
            let late: Int64 = roll(100) < 3 ? 25 : 0
            punch(person, moment(day, Int64(hours.lowerBound) * Self.hour + (late - 20 + roll(20)) * 60_000), "in")
            punch(person, moment(day, Int64(hours.upperBound) * Self.hour + roll(25) * 60_000), "out")
        }
    }

    private mutating func punch(_ person: Int, _ time: Moment, _ direction: String) {
        let time = time + .seconds(roll(60))
        let device = "clock-\(person % YearSite.clocks)"
        let data: JSONValue = [
            "device": .string(device), "badge": .string(YearSite.badge(person)), "direction": .string(direction),
            "method": "fingerprint", "deviceTime": .string(String(stamp(time).text.prefix(19))),
            "native": ["record": .integer(events.count), "verify": 1],
        ]
        say("/sites/\(YearSite.id)/devices/\(device)", "punch.recorded", subject: YearSite.person(person), time, data)
    }

    /// Every night every route is walked again and again; now and then a checkpoint is left out.
    private mutating func walk(on day: Int) {
        let guards = site.people / YearSite.departments
        for route in 0..<site.routes {
            let device = "scanner-\(route % YearSite.scanners)"
            let person = YearSite.person(route % guards * YearSite.departments + YearSite.guards)
            for start in YearSite.rounds {
                var time = moment(day, Int64(start) * Self.hour) + .seconds(60 + roll(300))
                scan(device, code: person, kind: "person", value: person, time)
                for place in 0..<YearSite.checkpointsOfRoute where roll(400) > 0 {
                    time = time + .seconds(70 + roll(60))
                    let checkpoint = YearSite.checkpoint(route, place)
                    scan(device, code: "XF-\(route)-\(place)", kind: "checkpoint", value: checkpoint, time)
                }
            }
        }
    }

    private mutating func scan(_ device: String, code: String, kind: String, value: String, _ time: Moment) {
        let data: JSONValue = [
            "device": .string(device), "code": .string(code), "kind": .string(kind), "value": .string(value),
            "authentic": "registered",
        ]
        say("/sites/\(YearSite.id)/devices/\(device)", "scan.recorded", subject: value, time, data)
    }

    private mutating func say(_ source: String, _ topic: Topic, subject: String, _ time: Moment, _ data: JSONValue) {
        let id = "\(String(time.milliseconds, radix: 16))-\(subject)-\(events.count)"
        events.append(
            Event(source: source, id: id, topic: topic, subject: subject, time: stamp(time), data: data.bytes))
    }

    private mutating func roll(_ sides: Int64) -> Int64 { Int64(chance.next() % UInt64(sides)) }

    private func moment(_ day: Int, _ sinceMidnight: Int64) -> Moment {
        Moment(milliseconds: (Int64(day) * 86_400 - Int64(Self.zone)) * 1000 + sinceMidnight)
    }

    private func stamp(_ moment: Moment) -> Timestamp { Timestamp(moment: moment, offsetSeconds: Self.zone) }
}
