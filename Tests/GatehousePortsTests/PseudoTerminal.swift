import CLinux
import Glibc
import Synchronization

/// The device's end of a serial line: the test writes and reads at the master, the port opens the slave.
final class PseudoTerminal: Sendable {
    private let master: Int32
    private let isPlugged = Mutex(true)
    let path: String

    init() throws {
        var name = [CChar](repeating: 0, count: 128)
        let master = gatehouse_pseudo_terminal_open(&name, Int32(name.count))
        guard master >= 0 else { throw SystemFailure(code: -master) }
        self.master = master
        path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
    }

    deinit { unplug() }

    /// Pulls the cable.
    func unplug() {
        let wasPlugged = isPlugged.withLock { isPlugged in
            defer { isPlugged = false }
            return isPlugged
        }
        if wasPlugged { close(master) }
    }

    /// Writes as much as the line takes, giving up when it takes nothing for `patience` milliseconds.
    /// - Returns: How many bytes it took.
    @discardableResult
    func write(_ bytes: [UInt8], patience: Int32 = 5000) async -> Int {
        await BlockingCalls.write(bytes, to: master, patience: patience)
    }

    /// Reads exactly this many bytes, or what came before nothing came for 5 seconds.
    func read(_ count: Int) async -> [UInt8] {
        await BlockingCalls.read(count, from: master)
    }

    /// The settings of the line, as the port left them.
    func settings() -> termios {
        var settings = termios()
        tcgetattr(master, &settings)
        return settings
    }

    /// Bits a second.
    var rate: Int32 {
        gatehouse_serial_rate(master)
    }
}

/// A folder that is removed with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/gatehouse-ports-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemFailure(code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["scanner", "file"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}
