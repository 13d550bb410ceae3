/// Replies that a client's full queue did not take yet, bounded for each connection and in all. They go out
/// before anything else for that connection, so that a replay cannot crowd out the answer to an append.
struct Outbox: Sendable {
    private struct Line: Sendable {
        var messages: [[[UInt8]]] = []
        var lastMove: Duration
    }

    static let limitOfConnection = 64
    static let byteLimit = 16 << 20

    private var lines: [[UInt8]: Line] = [:]
    private var byteCount = 0

    var isEmpty: Bool { lines.isEmpty }

    /// Whether something for that connection waits.
    func holds(_ connection: [UInt8]) -> Bool {
        lines[connection] != nil
    }

    /// Keeps a message (its first frame is the connection) for later. False when there is no room.
    mutating func keep(_ message: [[UInt8]], at uptime: Duration) -> Bool {
        precondition(!message.isEmpty, "a message begins with its connection")
        let size = Self.size(message)
        var line = lines[message[0]] ?? Line(lastMove: uptime)
        guard line.messages.count < Self.limitOfConnection, byteCount + size <= Self.byteLimit else { return false }
        line.messages.append(message)
        lines[message[0]] = line
        byteCount += size
        return true
    }

    /// Offers every connection's messages to `send` until it takes no more. What a connection has not taken for
    /// `patience`, or can never take, is thrown away; returns how many messages that were.
    mutating func flush(
        at uptime: Duration, patience: Duration, send: ([[UInt8]]) -> Socket.Sending
    ) -> Int {
        var lost = 0
        for (connection, var line) in lines {
            lines[connection] = nil
            var outcome = Socket.Sending.sent
            while let message = line.messages.first, outcome == .sent {
                outcome = send(message)
                guard outcome == .sent else { break }
                line.messages.removeFirst()
                line.lastMove = uptime
                byteCount -= Self.size(message)
            }
            if outcome == .full, uptime - line.lastMove < patience {
                lines[connection] = line
            } else {
                lost += line.messages.count
                byteCount -= line.messages.reduce(0) { $0 + Self.size($1) }
            }
        }
        return lost
    }

    private static func size(_ message: [[UInt8]]) -> Int {
        message.reduce(0) { $0 + $1.count + 32 }
    }
}
