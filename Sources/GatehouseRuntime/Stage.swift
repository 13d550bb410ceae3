import ServiceLifecycle
import UnixSignals

/// Something that was started before and is to be stopped in its turn.
struct Stage: Service {
    let name: String
    let stop: @Sendable () async -> Void

    init(_ name: String, stop: @escaping @Sendable () async -> Void) {
        self.name = name
        self.stop = stop
    }

    func run() async throws {
        // It throws only when the whole group is cancelled, and then stopping is all the more urgent.
        try? await gracefulShutdown()
        await stop()
    }
}

/// Something that goes on beside the rest until the gateway stops.
struct Chore: Service {
    let work: @Sendable () async -> Void

    init(_ work: @escaping @Sendable () async -> Void) {
        self.work = work
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
        // A service that returns early would be taken for a failure.
        try? await gracefulShutdown()
    }
}

/// Says that the gateway is there, once signals are heard, and that it is going, before anything else stops.
struct Announcement: Service {
    let file: RunFile
    let folder: String
    let ready: @Sendable (RunFile) async -> Void

    func run() async throws {
        try file.write(in: folder)
        ServiceManager.notify("READY=1")
        await ready(file)
        try? await gracefulShutdown()
        ServiceManager.notify("STOPPING=1")
        RunFile.remove(from: folder)
    }
}

/// Reads the site file again at each SIGHUP.
struct Reloading: Service {
    /// Trapped before anybody knows the gateway's process: an early SIGHUP must not end it.
    let signals: UnixSignalsSequence
    let keeper: SiteKeeper
    let gateway: Gateway
    let watchman: Watchman

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() {
            guard let plan = await keeper.reload() else { continue }
            await gateway.apply(plan)
            await watchman.apply(plan.site)
        }
        try? await gracefulShutdown()
    }
}
