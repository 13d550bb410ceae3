import GatehouseDriverKit
import GatehouseModel

/// Turns on a line. On one of its own a device has every turn it wants, when it wants it; on a shared one the shell
/// gives them.
extension DeviceSupervisor {
    enum Turn: Hashable, Sendable {
        /// The family speaks without turns, or no link stands.
        case never
        /// The shell gives turns.
        case given
        /// The line is the device's own, and its next turn is due at that uptime.
        case due(Duration)
        /// The line is the device's own, and its turn goes on.
        case taken

        var due: Duration? {
            if case .due(let uptime) = self { uptime } else { nil }
        }
    }

    mutating func granted(_ number: LinkNumber, at now: Now) -> [SupervisorEffect] {
        guard case .open(number, _, _) = link, turn == .given else { return [] }
        return play(.lineGranted, at: now)
    }

    /// On a line of its own: begins the turn that is due.
    mutating func takeDueTurn(at now: Now) -> [SupervisorEffect] {
        guard case .open = link, let due = turn.due, due <= now.uptime else { return [] }
        turn = .taken
        return play(.lineGranted, at: now)
    }

    mutating func passLine(again: Duration, at now: Now) -> [SupervisorEffect] {
        switch turn {
        case .given: return onLink { .passLine($0, again: again) }
        case .taken, .due: turn = .due(now.uptime + max(again, .zero))
        case .never: break
        }
        return []
    }

    mutating func wantLine(at now: Now) -> [SupervisorEffect] {
        switch turn {
        case .given: return onLink { .wantLine($0) }
        case .due: turn = .due(now.uptime)
        case .taken, .never: break
        }
        return []
    }
}
