import CLinux
import Glibc
import NIOPosix
import Synchronization

/// Sends reports to a HID device, one after the other, on threads that may be held up: the kernel waits up to five
/// seconds for a device that takes nothing, and an event loop must not.
///
/// It has a descriptor of its own, since a write that is held up must not find that its number has become another
/// file's.
final class ReportOutlet: Sendable {
    enum Kind: Sendable {
        case output, feature
    }

    /// 0, or the error number that the kernel gave.
    typealias Outcome = Int32

    private struct Job: Sendable {
        var report: [UInt8]
        var kind: Kind
        var outcome: OneShot<Outcome>
    }

    private struct State: Sendable {
        /// Nil once it is closed.
        var descriptor: Int32?
        var jobs: [Job] = []
        /// A thread is at it.
        var isSending = false
        /// It has a report in its hands.
        var isHeldUp = false
        var isClosing = false
    }

    private let state: Mutex<State>
    private let threads: NIOThreadPool

    /// Takes the descriptor over.
    init(descriptor: Int32, threads: NIOThreadPool) {
        state = Mutex(State(descriptor: descriptor))
        self.threads = threads
    }

    deinit { close() }

    /// Sends one report after those that wait. ECANCELED when the outlet is closed or the task cancelled before
    /// its turn has come.
    func send(_ report: [UInt8], as kind: Kind) async -> Outcome {
        let outcome = OneShot<Outcome>()
        let mayBegin = state.withLock { state in
            guard !state.isClosing else {
                outcome.settle(ECANCELED)
                return false
            }
            state.jobs.append(Job(report: report, kind: kind, outcome: outcome))
            defer { state.isSending = true }
            return !state.isSending
        }
        if mayBegin {
            threads.submit { [self] turn in
                if case .cancelled = turn { close() }
                sendAll()
            }
        }
        return await outcome.value(ifCancelled: ECANCELED)
    }

    /// Gives the device free for others at once; the descriptor itself is closed when no write holds it any more.
    func close() {
        let (idle, waiting) = state.withLock { state -> (Int32?, [Job]) in
            guard !state.isClosing, let descriptor = state.descriptor else { return (nil, []) }
            state.isClosing = true
            _ = flock(descriptor, LOCK_UN)
            defer { state.jobs = [] }
            guard !state.isSending else { return (nil, state.jobs) }
            state.descriptor = nil
            return (descriptor, state.jobs)
        }
        for job in waiting { job.outcome.settle(ECANCELED) }
        if let idle { _ = Glibc.close(idle) }
    }

    /// How many reports wait behind one that is on its way; nil when none is.
    var waiting: Int? {
        state.withLock { $0.isHeldUp ? $0.jobs.count : nil }
    }

    private func sendAll() {
        while let (job, descriptor) = next() {
            job.outcome.settle(Self.send(job, on: descriptor))
        }
    }

    /// The next job; nil when there is none, and then the sending is over.
    private func next() -> (Job, Int32)? {
        let (found, finished) = state.withLock { state -> ((Job, Int32)?, Int32?) in
            state.isHeldUp = state.descriptor != nil && !state.jobs.isEmpty
            if let descriptor = state.descriptor, state.isHeldUp {
                return ((state.jobs.removeFirst(), descriptor), nil)
            }
            state.isSending = false
            return (nil, state.isClosing ? state.descriptor.take() : nil)
        }
        if let finished { _ = Glibc.close(finished) }
        return found
    }

    private static func send(_ job: Job, on descriptor: Int32) -> Outcome {
        let length = Int32(clamping: job.report.count)
        let result =
            switch job.kind {
            case .output: gatehouse_hid_send_output(descriptor, job.report, length)
            case .feature: gatehouse_hid_send_feature(descriptor, job.report, length)
            }
        return -result
    }
}
