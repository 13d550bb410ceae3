import Glibc
import NIOCore
import NIOPosix

/// Looks twice a second whether something is at a path. A look costs microseconds, which is less than an
/// inotify watch with its folders that may themselves come and go; and half a second is soon enough for a
/// plug.
struct PathWatch: Sendable {
    static let interval = TimeAmount.milliseconds(500)

    let path: String
    let loop: any EventLoop
    /// Where the looking is done: a path may lie on a file system that hangs.
    let looker: NIOThreadPool

    func appears() async -> Bool {
        let answer = OneShot<Bool>()
        let watch = loop.scheduleRepeatedAsyncTask(initialDelay: .zero, delay: Self.interval) { _ in
            let look = looker.runIfActive(eventLoop: loop) { Self.exists(path) }
            return look.map { if $0 { answer.settle(true) } }
        }
        let result = await answer.value(ifCancelled: false)
        watch.cancel()
        return result
    }

    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0
    }
}
