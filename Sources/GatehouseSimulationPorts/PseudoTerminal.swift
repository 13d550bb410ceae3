import CLinux
import Glibc

/// A pair of terminal ends: the simulated device holds one, and the gateway opens the other by its path as if it were a
/// serial port.
struct PseudoTerminal {
    /// The device's end; whoever takes the value closes it.
    let descriptor: CInt
    /// Our own hold on the gateway's end, so that the line survives that the gateway closes it.
    let holder: CInt
    /// The path of the gateway's end.
    let path: String

    /// Opens a pair in raw mode: no echo, no line editing, bytes as they are.
    init() throws(SimulatedPortProblem) {
        var name = [CChar](repeating: 0, count: 128)
        let master = gatehouse_pseudo_terminal_open(&name, CInt(name.count))
        guard master >= 0 else { throw .system("posix_openpt", number: -master) }
        path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do throws(SimulatedPortProblem) {
            descriptor = master
            holder = try Self.openRaw(path)
        } catch {
            close(master)
            throw error
        }
    }

    private static func openRaw(_ path: String) throws(SimulatedPortProblem) -> CInt {
        let slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slave >= 0 else { throw .system("open \(path)", number: errno) }
        var settings = termios()
        guard tcgetattr(slave, &settings) == 0 else {
            defer { close(slave) }
            throw .system("tcgetattr", number: errno)
        }
        cfmakeraw(&settings)
        guard tcsetattr(slave, TCSANOW, &settings) == 0 else {
            defer { close(slave) }
            throw .system("tcsetattr", number: errno)
        }
        return slave
    }

    /// Makes `link` point to the gateway's end, in one step, so that it never points nowhere while it is replaced.
    func place(link: String) throws(SimulatedPortProblem) {
        let temporary = "\(link).\(getpid()).new"
        unlink(temporary)
        guard symlink(path, temporary) == 0 else { throw .system("symlink \(temporary)", number: errno) }
        guard rename(temporary, link) == 0 else {
            defer { unlink(temporary) }
            throw .system("rename \(link)", number: errno)
        }
    }

    /// Removes the link, unless another simulation has replaced it.
    func remove(link: String) {
        var target = [CChar](repeating: 0, count: 128)
        let length = readlink(link, &target, target.count)
        guard length > 0 else { return }
        if target.prefix(length).map({ UInt8(bitPattern: $0) }) == Array(path.utf8) { unlink(link) }
    }
}
