import Glibc
import NIOCore
import NIOPosix

/// Lists the machine's ports and tells when one comes or goes.
///
/// One thread of its own holds libudev, which is not thread-safe and whose descriptor only libudev may
/// read; it sleeps in `poll` until the kernel has something to say.
public final class HotPlug: Sendable {
    /// How many events may wait for a slow consumer. When one is lost, `rescan` follows, so nothing stays
    /// unnoticed.
    public static let eventLimit = 256

    /// The kernel subsystems whose devices are ports.
    public static let subsystems = ["tty", "input", "hidraw"]

    /// Begins with `rescan`. For one consumer.
    public let events: AsyncStream<HotPlugEvent>

    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let waker: Waker

    /// Starts watching; on return the monitor listens, so that what a `scan` afterwards misses is an event.
    ///
    /// - Parameter subsystems: Those to watch.
    public init(subsystems: [String] = HotPlug.subsystems) async throws(HotPlugError) {
        let (events, outlet) = AsyncStream.makeStream(
            of: HotPlugEvent.self, bufferingPolicy: .bufferingNewest(Self.eventLimit))
        self.events = events
        waker = try Waker()
        thread.start()

        let started = OneShot<HotPlugError?>()
        let relay = HotPlugRelay(outlet: outlet)
        thread.submit { [waker] state in
            guard case .active = state else { return }
            do throws(HotPlugError) {
                let udev = try Udev()
                let monitor = try UdevMonitor(udev, subsystems: subsystems, afterRules: Self.udevdRuns)
                relay.tell(.rescan)
                started.settle(nil)
                Self.watch(monitor, until: waker, telling: relay)
            } catch {
                started.settle(error)
            }
            outlet.finish()
        }
        guard let error = await started.value(ifCancelled: nil) else { return }
        await stop()
        throw error
    }

    deinit {
        waker.wake()
        thread.shutdownGracefully { _ in }
    }

    /// Ends `events` and the thread.
    public func stop() async {
        waker.wake()
        // It throws only when it is shut down twice, which leaves nothing to do.
        _ = try? await thread.shutdownGracefully()
    }

    /// Every port that is there now, in the order of the device paths.
    public static func scan(subsystems: [String] = HotPlug.subsystems) async throws(HotPlugError) -> [FoundPort] {
        let outcome = OneShot<Result<[FoundPort], HotPlugError>>()
        NIOSingletons.posixBlockingThreadPool.submit { _ in
            do throws(HotPlugError) {
                let udev = try Udev()
                var found: [FoundPort] = []
                for subsystem in subsystems {
                    found += try udev.devices(of: subsystem).compactMap { FoundPort($0) }
                }
                outcome.settle(.success(found.sorted { $0.devicePath < $1.devicePath }))
            } catch {
                outcome.settle(.failure(error))
            }
        }
        return try await outcome.value(ifCancelled: .failure(HotPlugError(ECANCELED))).get()
    }

    /// Without udevd (containers, small systems) the kernel's own events are all there is.
    private static var udevdRuns: Bool {
        access("/run/udev/control", F_OK) == 0
    }

    private static func watch(_ monitor: borrowing UdevMonitor, until waker: Waker, telling relay: HotPlugRelay) {
        var waits = [
            pollfd(fd: monitor.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let count = poll(&waits, nfds_t(waits.count), -1)
            if count < 0 && errno == EINTR { continue }
            guard count > 0, waits[1].revents == 0 else { return }
            do throws(HotPlugError) {
                guard let (action, record) = try monitor.next() else { continue }
                relay.tell(action, record)
            } catch {
                relay.tell(.rescan)
            }
        }
    }
}

/// Turns what the monitor says into events, and a lost event into `rescan`.
struct HotPlugRelay: Sendable {
    let outlet: AsyncStream<HotPlugEvent>.Continuation

    func tell(_ action: UdevMonitor.Action, _ record: DeviceRecord) {
        switch action {
        case .add, .change:
            if let port = FoundPort(record) { tell(.appeared(port)) }
        case .remove:
            // Its ancestors are gone already, so a record makes no port any more; the path says enough.
            if let path = record.devicePath { tell(.vanished(devicePath: path)) }
        case .other:
            break
        }
    }

    func tell(_ event: HotPlugEvent) {
        if case .dropped = outlet.yield(event) { outlet.yield(.rescan) }
    }
}
