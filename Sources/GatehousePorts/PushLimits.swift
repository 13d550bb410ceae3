/// What devices that call in over HTTP may take, and how long.
struct PushLimits: Sendable {
    /// Bytes of a request's target and header fields together.
    var head = 16 * 1024
    /// Bytes of one request's body.
    var body = 8 * 1024 * 1024
    /// Bytes of all bodies that are being received or not yet answered.
    var allBodies = 64 * 1024 * 1024
    /// Bodies up to this long always have room: as much of `allBodies` is set aside as all connections together need
    /// for them.
    var smallBody = 16 * 1024
    /// Connections at a time.
    var connections = 512
    /// How long a connection may be silent, and how long a request waits for its answer.
    var patience: Duration = .seconds(30)
    /// A request that takes longer than `patience` must come at least this fast on the whole, in bytes a second.
    var slowest = 4096
    /// How long, and how many bytes, a refused caller may go on sending before it is cut: closing at once would
    /// take the answer away from it.
    var leave: Duration = .seconds(2)
    var leaveBytes = 16 * 1024 * 1024

    /// How much longer a request may take of which this much has come, begun this long ago; not positive when its
    /// time is up. A caller that sends one byte now and then may not hold a place for ever.
    func remaining(received: Int, elapsed: Duration) -> Duration {
        let whole = patience + .milliseconds(received / max(1, slowest / 1000))
        return min(patience, whole - elapsed)
    }
}
