import GatehouseModel
import GatehouseModuleKit
import GatehouseRules

// Posts with fewer people than they need.
extension AttendanceModule {
    private static let shortLull = Duration.seconds(5 * 60)

    /// The posts' shifts of these days, and of the days to come one each. Nothing is known of posts before.
    mutating func watchPosts(into findings: inout Findings) {
        guard let site else { return }
        for entry in duties.entries {
            switch entry.key {
            case .postBegins, .coverage, .postEnds, .postCounts: duties.cancel(entry.key)
            case .noShow, .longShift, .week: break
            }
        }
        posts = Self.table(site.site.posts)
        openPosts = [:]
        let today = CalendarDay(findings.clock, in: site.site.zone)
        for post in posts.keys.sorted() { watch(post, from: today.adding(-3), clock: findings.clock) }
        for alert in alarms.all where alert.code == "coverage.below" {
            let about = String(alert.key.dropFirst("coverage.below:".count))
            guard !openPosts.keys.contains(where: { $0.text == about }) else { continue }
            alarms.clear("coverage.below", about: about, reason: "shift-end", into: &findings)
        }
        for day in openPosts.keys.sorted() { judgeCoverage(day, into: &findings) }
    }

    /// Sets what is due of a post's shifts from a date on, up to the first that begins after now.
    private mutating func watch(_ id: String, from date: CalendarDay, clock: Moment) {
        guard let site, let post = posts[id], let shift = site.shifts[post.shift] else { return }
        for offset in 0..<14 {
            let day = PostDay(post: id, date: date.adding(offset))
            guard post.days.contains(day.date.weekday) else { continue }
            let span = shift.span(on: day.date, in: site.site.zone)
            if span.lowerBound > clock {
                duties.set(.postBegins(day), at: Deadline(span.lowerBound))
                return
            }
            open(day, span, closes: span.upperBound + shift.closesAfter, clock: clock)
        }
    }

    private mutating func open(_ day: PostDay, _ span: Range<Moment>, closes: Moment, clock: Moment) {
        if closes > clock { duties.set(.postCounts(day), at: Deadline(closes)) }
        guard span.upperBound > clock else { return }
        guard let post = posts[day.post] else { return }
        var open = OpenPost(span: span, shift: post.shift, department: post.department)
        open.here = Set(crew(of: post, on: day, open).filter { rollCall.isOnSite($0, at: clock) })
        open.isBelow = alarms.standing("coverage.below", about: day.text) != nil
        openPosts[day] = open
        duties.set(.postEnds(day), at: Deadline(span.upperBound))
    }

    /// A post's shift begins; the next one is known from now on.
    mutating func beginPost(_ day: PostDay, into findings: inout Findings) {
        guard let site, let post = posts[day.post], let shift = site.shifts[post.shift] else { return }
        let span = shift.span(on: day.date, in: site.site.zone)
        open(day, span, closes: span.upperBound + shift.closesAfter, clock: findings.clock)
        watch(day.post, from: day.date.adding(1), clock: findings.clock)
        judgeCoverage(day, into: &findings)
    }

    mutating func endPost(_ day: PostDay, into findings: inout Findings) {
        duties.cancel(.coverage(day))
        guard openPosts.removeValue(forKey: day)?.isBelow == true else { return }
        alarms.clear("coverage.below", about: day.text, reason: "shift-end", into: &findings)
    }

    /// The posts on which these people's coming and going has a bearing are judged again.
    mutating func judgeCoverage(of people: [Int32], into findings: inout Findings) {
        guard let site, !openPosts.isEmpty else { return }
        var touched: Set<PostDay> = []
        for person in people {
            guard let department = site.people[book.person(person)]?.department else { continue }
            for (day, open) in openPosts where open.department == department {
                let isHere = isHere(person, on: day, open, at: findings.clock)
                touched.insert(day)
                guard isHere != open.here.contains(person) else { continue }
                if isHere { openPosts[day]?.here.insert(person) } else { openPosts[day]?.here.remove(person) }
            }
        }
        for day in touched.sorted() { judgeCoverage(day, into: &findings) }
    }

    /// Whether, for 5 min running, within the post's shift and counted from its start, fewer than `required` people of
    /// its department with an instance of its shift and date are on site.
    mutating func judgeCoverage(_ day: PostDay, into findings: inout Findings) {
        guard let post = posts[day.post], let open = openPosts[day] else { return }
        let clock = findings.clock
        guard open.here.count < post.required else {
            duties.cancel(.coverage(day))
            guard open.isBelow else { return }
            openPosts[day]?.isBelow = false
            alarms.clear("coverage.below", about: day.text, reason: "enough", into: &findings)
            return
        }
        guard !open.isBelow else { return }
        let after = alarms.limit("coverage.below", "after", standard: Self.shortLull)
        let stays = crew(of: post, on: day, open).flatMap { rollCall.attendees[$0]?.stays ?? [] }
        let covered = Coverage(of: stays, atLeast: post.required, in: open.span)
        let since = covered.lastCovered(before: clock) ?? open.span.lowerBound
        let due = since + after.value
        if due >= open.span.upperBound {
            duties.cancel(.coverage(day))
        } else if due > clock {
            duties.set(.coverage(day), at: Deadline(due))
        } else {
            duties.cancel(.coverage(day))
            openPosts[day]?.isBelow = true
            raise(post, on: day, count: open.here.count, since: since, after: after, into: &findings)
        }
    }

    /// Whether somebody has an instance of the post's shift and date, and is on site.
    private func isHere(_ person: Int32, on day: PostDay, _ open: OpenPost, at clock: Moment) -> Bool {
        hasInstance(person, on: day, open) && rollCall.isOnSite(person, at: clock)
    }

    private func hasInstance(_ person: Int32, on day: PostDay, _ open: OpenPost) -> Bool {
        let number = Int32(day.date.number)
        return rollCall.attendees[person]?.windows.contains {
            $0.key.day == number && $0.shift == open.shift
        } == true
    }

    /// The people of the post's department with an instance of its shift and date.
    private func crew(of post: Post, on day: PostDay, _ open: OpenPost) -> [Int32] {
        guard let site else { return [] }
        return site.people(of: post.department).compactMap { book.number(ofPerson: $0) }
            .filter { hasInstance($0, on: day, open) }
    }

    private mutating func raise(
        _ post: Post, on day: PostDay, count: Int, since: Moment, after: (value: Duration, from: String),
        into findings: inout Findings
    ) {
        guard let site else { return }
        let name = post.name.isEmpty || post.name == post.id ? post.id : "\(post.name) (\(post.id))"
        let (zone, required, lull) = (site.site.zone, post.required, after.value.plainText)
        alarms.raise(
            Alarm(
                code: "coverage.below", about: day.text, subject: post.id,
                rule: [
                    "measured": .integer(count), "limit": .integer(required), "unit": "people",
                    "after": .string(lull), "since": .string(Timestamp(since, in: zone).text),
                    "from": .string("post \(post.id); after: \(after.from)"),
                ]
            ) { language in
                let time = since.clockText(in: zone)
                return switch language {
                case .chinese: "岗位\(name)自\(time)起只有\(count)人在岗，应有\(required)人"
                case .english: "post \(name) has had \(count) of \(required) people since \(time)"
                }
            }, into: &findings)
    }
}
