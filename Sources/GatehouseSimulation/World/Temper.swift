import GatehouseDriverKit
import GatehouseModel

/// What a site suffers from, drawn once: some have good disks and bad lines, some the other way round.
struct Temper: Sendable {
    /// How long a transaction takes; a slow disk changes it for a while.
    var commit: ClosedRange<Duration>
    let usualCommit: ClosedRange<Duration>
    /// Published events and heartbeats that a subscriber does not hear: one in so many, 0 for none.
    let missesOneIn: Int
    /// The pause between two people at the same device.
    let errands: ClosedRange<Duration>
    /// The pause between two mishaps of one device.
    let mishaps: ClosedRange<Duration>
    /// The pause between two mishaps of the whole site.
    let wideMishaps: ClosedRange<Duration>

    /// Nothing to suffer from.
    static let even = Temper()

    private init() {
        usualCommit = .milliseconds(1)...(.milliseconds(1))
        commit = usualCommit
        missesOneIn = 0
        errands = .seconds(1)...(.seconds(1))
        mishaps = errands
        wideMishaps = errands
    }

    init(_ random: inout SplitMix64) {
        usualCommit = .zero...(.milliseconds([1, 5, 30, 200][random.number(in: 0...3)]))
        commit = usualCommit
        missesOneIn = [0, 2, 5, 20][random.number(in: 0...3)]
        errands = .milliseconds(200)...(.seconds([2, 10, 30][random.number(in: 0...2)]))
        mishaps = .seconds(1)...(.seconds([10, 30, 90][random.number(in: 0...2)]))
        wideMishaps = .seconds(1)...(.seconds([15, 60, 120][random.number(in: 0...2)]))
    }
}

/// What befalls one device.
enum Mishap: Hashable, Sendable {
    /// Something of the family's own: silence, noise, a restart.
    case own
    /// The cable comes out; later it goes back in, perhaps elsewhere.
    case unplugged
    /// Connections are refused for a while.
    case refusing
    /// One transport is dead for a while.
    case dead(Transport)
    /// The link breaks.
    case cut
    /// Somebody asks something of the device.
    case asked(DeviceCommand)
    /// Somebody corrects the site file.
    case corrected
}

/// What befalls the site.
enum WideMishap: Hashable, Sendable {
    case crash
    /// The power goes between a commit and the first word about it.
    case crashAtCommit
    case full
    case slowDisk
    /// The gateway's wall clock is set.
    case wall
    /// A subscriber starts anew.
    case subscriber(Int)
}

extension LineFaults.Plan {
    /// How bad a line of that transport is. No byte of TCP is ever wrong; a serial line spares nothing.
    static func drawn(for transport: Transport, _ random: inout SplitMix64) -> LineFaults.Plan {
        let delay = Duration.zero...(.milliseconds([2, 40, 400][random.number(in: 0...2)]))
        let disconnect = [0, 60, 400][random.number(in: 0...2)]
        return switch transport {
        case .tcp, .push:
            LineFaults.Plan(delay: delay, splitOneIn: random.number(in: 0...3), disconnectOneIn: disconnect)
        case .udp:
            LineFaults.Plan(
                isDatagrams: true, delay: delay, duplicateOneIn: [0, 10, 40][random.number(in: 0...2)],
                dropOneIn: [0, 10, 60][random.number(in: 0...2)], disconnectOneIn: disconnect)
        case .serial, .evdev, .hidraw:
            LineFaults.Plan(
                delay: .zero...(.milliseconds(16)), splitOneIn: random.number(in: 0...3),
                corruptOneIn: [0, 20, 50][random.number(in: 0...2)], dropOneIn: [0, 20][random.number(in: 0...1)],
                disconnectOneIn: disconnect)
        }
    }

    /// A line without faults.
    static func sound(for transport: Transport) -> LineFaults.Plan {
        LineFaults.Plan(isDatagrams: transport == .udp, delay: .milliseconds(1)...(.milliseconds(1)))
    }
}
