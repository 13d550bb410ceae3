import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

/// Twelve weeks of the plant's life: what the devices and the office said, and what is wrong in it.
struct History {
    let plant: Plant
    var chance: Chance
    var labels: [Label] = []
    private(set) var drafts: [Draft] = []
    /// When each device is away.
    var outages: [String: [ClosedRange<Moment>]] = [:]
    /// What changes punches after the fact: a lost reading, a wrong clock.
    var mishaps: [Mishap] = []
    private let plan: ShiftPlan
    /// Who stays away on which day without a word.
    var strikes: [Int: Set<String>] = [:]
    /// Who punches for whom, from which day on.
    var frauds: [(doer: String, absent: String, from: Int)] = []
    /// Which round copies an earlier one.
    var copies: [(route: String, day: Int)] = []

    /// An event before it is known in which order it comes.
    struct Draft {
        var time: Moment
        var received: Moment
        var topic: Topic
        var content: Fact.Content
    }

    /// What happens to the punches of a device for a while.
    struct Mishap {
        var device: String
        var span: ClosedRange<Moment>
        /// They are stamped so much later or earlier; nil: they are lost.
        var shift: Duration?
    }

    init(seed: UInt64, isClean: Bool) {
        chance = Chance(seed: seed)
        plant = Plant(&chance)
        plan = ShiftPlan(SiteIndex(plant.site))
        for device in plant.site.devices { say(Plant.start(of: 0), .connected(device: device.id, driver: "zkteco")) }
        // What is wrong is drawn from a chance of its own, so that the days are the same with and without it.
        var own = Chance(seed: seed &* 7919 &+ 1)
        liveWithOutages()
        if !isClean { putIn(&own) }
        for day in 0..<Plant.days { live(day) }
        walk()
        for device in plant.site.devices {
            for day in 0..<Plant.days {
                let noon = Plant.start(of: day) + .seconds(43_200 + day * 7)
                let offset = Duration.milliseconds(chance.number(-9000...9000))
                say(noon, .clock(device: device.id, offset: offset, corrected: false))
            }
        }
    }

    // MARK: Saying it

    mutating func say(_ time: Moment, _ content: Fact.Content, received: Moment? = nil) {
        let topic: Topic =
            switch content {
            case .punch: "punch.recorded"
            case .scan: "scan.recorded"
            case .connected: "device.connected"
            case .disconnected: "device.disconnected"
            case .clock: "device.clock"
            case .synced: "device.synced"
            case .leave: "leave.granted"
            case .overtime: "overtime.approved"
            case .visited: "patrol.visited"
            default: "site.updated"
            }
        drafts.append(Draft(time: time, received: received ?? time, topic: topic, content: content))
    }

    /// A punch, as the device's troubles let it through.
    mutating func punch(_ badge: String, _ device: String, _ time: Moment, isFragile: Bool = true) {
        var stamp = time
        if isFragile {
            for mishap in mishaps where mishap.device == device && mishap.span.contains(time) {
                guard let shift = mishap.shift else { return }
                stamp = stamp + shift
            }
        }
        let content = Fact.Content.punch(Fact.Punch(device: device, badge: badge, direction: .unknown))
        if let outage = outages[device]?.first(where: { $0.contains(time) }) {
            let behind = (time - outage.lowerBound).wholeMilliseconds / 1000
            say(stamp, content, received: outage.upperBound + .milliseconds(5_000 + behind))
        } else {
            say(stamp, content, received: time + .milliseconds(chance.number(200...1500)))
        }
    }

    /// The events in the order in which they came.
    func facts() -> [Fact] {
        let site = Draft(
            time: Plant.start(of: 0) - .seconds(60), received: Plant.start(of: 0) - .seconds(60), topic: "site.updated",
            content: .site(plant.site))
        let order = drafts.indices.sorted { (drafts[$0].received, $0) < (drafts[$1].received, $1) }
        return ([site] + order.map { drafts[$0] }).enumerated().map { index, draft in
            Fact(
                sequence: Int64(index + 1), id: "\(index + 1)", source: "", topic: draft.topic, time: draft.time,
                received: draft.received, content: draft.content)
        }
    }

    // MARK: Days

    private mutating func live(_ day: Int) {
        let date = Plant.firstDay.adding(day)
        var arrivals: [String: (device: String, time: Moment)] = [:]
        let buses = (0..<4).map { _ in chance.normal(0, 3) }
        for worker in plant.people {
            guard case .shifts(let shifts) = plan.duty(of: worker.id, on: date), let place = shifts.first else {
                continue
            }
            let shift = ShiftInstance(plan.shifts[place], place: place, on: date, in: Plant.zone)
            if chance.happens(0.02) || strikes[day]?.contains(worker.id) == true { continue }
            if chance.happens(0.015) {
                let leave = Leave(
                    id: "L\(worker.id)-\(day)", person: worker.id, from: Plant.start(of: day),
                    to: Plant.start(of: day + 1) + .seconds(43_200), kind: "annual")
                say(Plant.start(of: day) - .seconds(20_000), .leave(leave))
                continue
            }
            if frauds.contains(where: { $0.absent == worker.id && $0.from <= day && isCovered($0.absent, day) }) {
                continue
            }
            let device = chance.happens(0.85) ? worker.clock : chance.pick(Array(Plant.clocks.prefix(4)))
            var ahead = chance.normal(worker.ahead, worker.scatter)
            var gate = device
            if let bus = worker.bus {
                ahead = 12 + Double(bus) * 3 + buses[bus] + chance.number(-0.9...0.9)
                gate = Plant.clocks[bus]
            }
            var arrival = shift.start - .milliseconds(Int(ahead * 60_000))
            if let mate = worker.mate.flatMap({ arrivals[$0] }), chance.happens(0.8) {
                (gate, arrival) = (mate.device, mate.time + .milliseconds(chance.number(1200...14_000)))
            }
            arrivals[worker.id] = (gate, arrival)
            punch(worker.badge, gate, arrival)
            if worker.department == "office", chance.happens(0.5) {
                punch(worker.badge, gate, shift.start + .milliseconds(chance.number(12_600_000...13_500_000)))
                punch(worker.badge, gate, shift.start + .milliseconds(chance.number(15_300_000...16_200_000)))
            }
            let departure = leaveWork(worker, shift, gate, day)
            for fraud in frauds where fraud.doer == worker.id && fraud.from <= day && isCovered(fraud.absent, day) {
                cover(fraud.absent, gate, [arrival, departure], date)
            }
        }
    }

    /// The way home; some of the sewing stay for overtime.
    private mutating func leaveWork(
        _ worker: Plant.Worker, _ shift: ShiftInstance, _ gate: String, _ day: Int
    ) -> Moment {
        var end = shift.end
        if worker.department == "warehouse", day % 9 == 4, chance.happens(0.6) {
            say(shift.start, .overtime(person: worker.id, from: end, to: end + .seconds(7200)))
            end = end + .seconds(7200)
        }
        let departure = end + .milliseconds(Int(max(0.2, chance.normal(worker.bus == nil ? 7 : 4, 2)) * 60_000))
        punch(worker.badge, gate, departure)
        return departure
    }

    /// Whether the absent one of a pair stays away on that day; on some days both come.
    private func isCovered(_ person: String, _ day: Int) -> Bool {
        var own = Chance(seed: UInt64(day) &* 1_000_003 &+ person.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
        return own.happens(0.85)
    }

    /// Somebody punches for somebody else who has duty and is not there.
    private mutating func cover(_ absent: String, _ gate: String, _ times: [Moment], _ date: CalendarDay) {
        guard case .shifts = plan.duty(of: absent, on: date) else { return }
        for time in times { punch("B\(absent)", gate, time + .milliseconds(chance.number(900...2600))) }
    }

    // MARK: Rounds

    private mutating func walk() {
        var walked: [String: [(guard: String, order: Bool, gaps: [Int])]] = [:]
        for route in plant.site.routes {
            let pace = route.checkpoints.map { _ in chance.number(60...180) }
            let hours = route.id == "yard" ? 3 : 4
            for day in 0..<Plant.days {
                for hour in stride(from: 0, to: 23, by: hours) {
                    let start = Plant.start(of: day) + .seconds(hour * 3600)
                    let onDuty = plant.guards.filter { isOn($0.id, day: day, hour: hour) }
                    guard !onDuty.isEmpty else { continue }
                    let walker = chance.pick(onDuty)
                    let isForward = chance.happens(0.85)
                    var gaps = pace.dropFirst().map { gap in
                        Int(max(15, Double(gap) * (1 + chance.normal(0, walker.stride))) * 1000)
                            + chance.number(0...900)
                    }
                    let copied = copies.firstIndex { $0.route == route.id && $0.day <= day }
                    let originals = (walked[route.id] ?? []).filter { $0.guard == walker.id && $0.order == isForward }
                    if let copied, originals.count >= 10, route.id == "halls" || walker.stride > 0.1 {
                        gaps = chance.pick(originals.suffix(20).map { $0 }).gaps.map { $0 + chance.number(-900...900) }
                        copies.remove(at: copied)
                        labels.append(
                            Label(
                                code: "scan.cloned_rounds", subject: walker.id, span: start...start + .seconds(7200)))
                    } else {
                        walked[route.id, default: []].append((walker.id, isForward, gaps))
                    }
                    scan(route, start: start, by: walker.id, isForward: isForward, gaps: gaps)
                }
            }
        }
    }

    private func isOn(_ person: String, day: Int, hour: Int) -> Bool {
        let date = Plant.firstDay.adding(hour < 8 ? day - 1 : day)
        guard case .shifts(let places) = plan.duty(of: person, on: date), let place = places.first else { return false }
        return (plan.shifts[place].id == "watch") == (8..<20).contains(hour)
    }

    private mutating func scan(_ route: Route, start: Moment, by walker: String, isForward: Bool, gaps: [Int]) {
        var time = start + .seconds(chance.number(120...600))
        let order = isForward ? route.checkpoints : route.checkpoints.reversed()
        for (index, checkpoint) in order.enumerated() {
            if index > 0 { time = time + .milliseconds(gaps[index - 1]) }
            let visit = Fact.Visit(
                round: "\(route.id)@\(start.seconds)", route: route.id, checkpoint: checkpoint, guardPerson: walker,
                time: time, scan: Int64(drafts.count))
            say(time, .visited(visit), received: time + .milliseconds(500))
        }
    }
}
