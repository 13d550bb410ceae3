import GatehouseModel

/// A replay under way: what has been fetched, what the client granted, how far it got. It does no I/O and reads
/// no clock.
///
/// At most two pages are in memory: the one being sent, and the next one, fetched meanwhile.
final class Replay {
    /// Tells this replay's pages from those of an earlier one at the same address.
    let number: UInt64
    let address: ReturnAddress
    /// The public key of the client; nil on a plain connection.
    let userID: String?
    let prefix: String
    let through: Int64
    /// How many events may still be sent before the client grants more.
    private(set) var credit: UInt64
    /// The sequence of the last event sent; before the first one, the sequence before the range.
    private(set) var lastSent: Int64
    /// When it last moved, on the uptime clock: it is given up after a while.
    private(set) var lastMove: Duration
    /// The client's queue was full: not before then again.
    private(set) var retry: (at: Duration, after: Duration)?

    private var page: [Recorded] = []
    private var position = 0
    private var ahead: [Recorded] = []
    private var isFetching = false
    private var nextUnfetched: Int64

    init(number: UInt64, address: ReturnAddress, userID: String?, order: ReplayOrder, head: Int64, at uptime: Duration)
    {
        self.number = number
        self.address = address
        self.userID = userID
        prefix = order.prefix
        through = min(order.to ?? head, head)
        credit = UInt64(order.credit)
        nextUnfetched = order.from
        lastSent = order.from - 1
        lastMove = uptime
    }

    /// Everything in the range has been sent.
    var isComplete: Bool {
        nextUnfetched > through && !isFetching && ahead.isEmpty && position == page.count
    }

    /// The range to fetch now, counted as being fetched from here on; nil when a page is on its way or waits.
    func takeFetch() -> ClosedRange<Int64>? {
        guard !isFetching, ahead.isEmpty, nextUnfetched <= through else { return nil }
        isFetching = true
        return nextUnfetched...through
    }

    /// Takes the page that was asked for. False when it breaks the rules: events out of the range or out of
    /// order, or no progress.
    func receive(_ fetched: ReplayPage, at uptime: Duration) -> Bool {
        precondition(isFetching, "nobody asked for this page")
        isFetching = false
        var last = nextUnfetched - 1
        for event in fetched.events {
            guard event.sequence > last, event.sequence <= through else { return false }
            last = event.sequence
        }
        guard fetched.scannedThrough >= max(last, nextUnfetched) else { return false }
        ahead = fetched.events
        nextUnfetched = min(fetched.scannedThrough, through) + 1
        lastMove = uptime
        return true
    }

    /// The event to send now; nil when there is none, or no credit for it.
    func next() -> Recorded? {
        guard credit > 0 else { return nil }
        if position == page.count, !ahead.isEmpty {
            page = ahead
            ahead = []
            position = 0
        }
        return position < page.count ? page[position] : nil
    }

    /// The event that `next` gave is on its way.
    func sent(at uptime: Duration) {
        precondition(credit > 0 && position < page.count, "only what next gave can have been sent")
        lastSent = page[position].sequence
        credit -= 1
        position += 1
        retry = nil
        lastMove = uptime
    }

    /// The client takes that many more. What is granted beyond 32 bits is forgotten.
    func grant(_ count: UInt32, at uptime: Duration) {
        credit = min(credit + UInt64(count), UInt64(UInt32.max))
        lastMove = uptime
    }

    /// The client's queue was full. Returns how long to wait: twice as long each time, up to a tenth of a second.
    func holdBack(at uptime: Duration) -> Duration {
        let pause = min((retry?.after ?? .microseconds(500)) * 2, .milliseconds(100))
        retry = (at: uptime + pause, after: pause)
        return pause
    }
}
