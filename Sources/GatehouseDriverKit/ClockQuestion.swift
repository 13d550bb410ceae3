public import GatehouseModel

/// Whether a clock with a memory behind it is to be set. Punches made after setting it back across one would repeat
/// times of earlier ones, so that is never done.
public struct ClockQuestion: Sendable {
    /// What the device's memory holds at its end.
    public enum Newest: Hashable, Sendable {
        /// It has not been read.
        case unread
        case nothing
        case punch(LocalTime)
    }

    /// What follows.
    public enum Answer: Hashable, Sendable {
        case leave
        case set
        /// It cannot be set now, for the reason; `isLasting` when only time will change that.
        case refuse(String, isLasting: Bool)
    }

    /// Device minus gateway.
    public var offset: Duration
    /// Whether somebody has asked for it, whatever the policy.
    public var isAsked: Bool
    public var policy: DriverContext.ClockPolicy
    /// Until when a clock that does not keep its time is left alone, in uptime.
    public var restsUntil: Duration?
    public var newest: Newest
    /// What the device's memory is called: `log`, `memory`.
    public var store: String

    public init(
        offset: Duration, isAsked: Bool, policy: DriverContext.ClockPolicy, restsUntil: Duration?, newest: Newest,
        store: String
    ) {
        self.offset = offset
        self.isAsked = isAsked
        self.policy = policy
        self.restsUntil = restsUntil
        self.newest = newest
        self.store = store
    }

    public func answer(at now: Now, zone: Zone) -> Answer {
        guard isAsked || (policy == .sync && ClockRules.isOff(offset)) else { return .leave }
        if let restsUntil, now.uptime < restsUntil, !isAsked { return .leave }
        if offset <= .zero { return .set }
        let ahead = "the clock is \(offset.wholeMilliseconds / 1000) s ahead"
        switch newest {
        case .nothing: return .set
        case .punch(let time) where ClockRules.siteTime(at: now, zone: zone) > time: return .set
        case .punch:
            return .refuse(ahead + ", and setting it back would cross punches in its \(store)", isLasting: true)
        case .unread:
            let later = "; whether it may be set back is known when its \(store) has been read: try again then"
            return .refuse(ahead + later, isLasting: false)
        }
    }
}
