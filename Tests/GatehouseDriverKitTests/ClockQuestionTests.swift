import GatehouseDriverKit
import GatehouseModel
import Testing

@Suite("Whether a device's clock is set")
struct ClockQuestionTests {
    /// 2026-11-23T08:30:00Z.
    let now = Now(wall: Moment(seconds: 1_795_422_600), uptime: .seconds(100))
    let later = LocalTime("2026-11-23T08:31:00")
    let earlier = LocalTime("2026-11-23T08:29:00")

    @Test(
        "by itself only where the site wants it, and only beyond the tolerance",
        arguments: [
            (DriverContext.ClockPolicy.sync, -6, true), (.sync, -5, false), (.correct, -60, false),
            (.report, -60, false),
        ])
    func policy(policy: DriverContext.ClockPolicy, seconds: Int, isSet: Bool) {
        #expect(answer(.seconds(seconds), policy: policy) == (isSet ? .set : .leave))
    }

    @Test("when somebody asks, whatever the policy, the offset and the rest")
    func asked() {
        #expect(answer(.zero, isAsked: true, policy: .report, restsUntil: .seconds(999)) == .set)
    }

    @Test("a clock that did not keep its time is left alone for a while", arguments: [(101, false), (100, true)])
    func resting(until: Int, isSet: Bool) {
        #expect(answer(.seconds(-60), restsUntil: .seconds(until)) == (isSet ? .set : .leave))
    }

    @Test("a clock that is behind may go forward before its memory has been read")
    func behind() {
        #expect(answer(.seconds(-60), newest: .unread) == .set)
    }

    @Test("a clock that is ahead goes back only when no punch would be crossed")
    func ahead() throws {
        #expect(answer(.seconds(60), newest: .nothing) == .set)
        #expect(answer(.seconds(60), newest: .punch(try #require(earlier))) == .set)
        let crossing = answer(.seconds(60), newest: .punch(try #require(later)))
        let reason = "the clock is 60 s ahead, and setting it back would cross punches in its log"
        #expect(crossing == .refuse(reason, isLasting: true))
    }

    @Test("a clock that is ahead waits until its memory has been read, and that passes")
    func unread() {
        guard case .refuse(_, isLasting: false) = answer(.seconds(60), newest: .unread) else {
            Issue.record("it must be refused for now")
            return
        }
    }

    private func answer(
        _ offset: Duration, isAsked: Bool = false, policy: DriverContext.ClockPolicy = .sync,
        restsUntil: Duration? = nil, newest: ClockQuestion.Newest = .nothing
    ) -> ClockQuestion.Answer {
        ClockQuestion(
            offset: offset, isAsked: isAsked, policy: policy, restsUntil: restsUntil, newest: newest, store: "log"
        ).answer(at: now, zone: .utc)
    }
}
