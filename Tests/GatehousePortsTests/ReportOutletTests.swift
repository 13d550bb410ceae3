import Glibc
import NIOPosix
import Testing

@testable import GatehousePorts

@Suite("Report outlet", .timeLimit(.minutes(1)))
struct ReportOutletTests {
    private let threads = NIOThreadPool.singleton

    @Test("reports go out whole and in their order")
    func inOrder() async throws {
        let pipe = try ReportPipe()
        let outlet = ReportOutlet(descriptor: pipe.writing, threads: threads)
        for number in 0..<100 {
            #expect(await outlet.send([2, UInt8(number)], as: .output) == 0)
        }
        #expect(await pipe.reports(100) == (0..<100).map { [2, UInt8($0)] })
    }

    @Test("many at once are all sent, one after the other")
    func atOnce() async throws {
        let pipe = try ReportPipe()
        let outlet = ReportOutlet(descriptor: pipe.writing, threads: threads)
        await withTaskGroup { group in
            for number in 0..<50 { group.addTask { await outlet.send([1, UInt8(number)], as: .output) } }
            for await outcome in group { #expect(outcome == 0) }
        }
        #expect(Set(await pipe.reports(50).map { $0[1] }).count == 50)
    }

    @Test("what the kernel refuses is told by its number", arguments: [ReportOutlet.Kind.output, .feature])
    func refused(kind: ReportOutlet.Kind) async throws {
        let pipe = try ReportPipe()
        let outlet = ReportOutlet(descriptor: pipe.writing, threads: threads)
        #expect(await outlet.send([UInt8](repeating: 0, count: 16_385), as: kind) == EMSGSIZE)
        #expect(await outlet.send([], as: kind) == EMSGSIZE)
        // A pipe has no feature reports.
        #expect(await outlet.send([1, 2], as: .feature) == ENOTTY)
    }

    @Test("after closing nothing is sent, and the descriptor is gone")
    func closed() async throws {
        let pipe = try ReportPipe()
        let outlet = ReportOutlet(descriptor: pipe.writing, threads: threads)
        outlet.close()
        outlet.close()
        #expect(await outlet.send([1], as: .output) == ECANCELED)
        #expect(await pipe.hasEnded())
    }

    @Test("dropping it closes it")
    func dropped() async throws {
        let pipe = try ReportPipe()
        var outlet: ReportOutlet? = ReportOutlet(descriptor: pipe.writing, threads: threads)
        #expect(await outlet?.send([1, 2], as: .output) == 0)
        outlet = nil
        #expect(await pipe.reports(1) == [[1, 2]])
        #expect(await pipe.hasEnded())
    }

    @Test("closing while a report is held up lets it finish, and closes then")
    func heldUp() async throws {
        let pipe = try ReportPipe()
        let outlet = ReportOutlet(descriptor: pipe.writing, threads: threads)
        await pipe.fill()
        let held = Task { await outlet.send([7, 7], as: .output) }
        let behind = Task { await outlet.send([8, 8], as: .output) }
        while outlet.waiting != 1 { await Task.yield() }
        outlet.close()
        await pipe.drain()
        #expect(Set([await held.value, await behind.value]) == [0, ECANCELED])
        #expect(await pipe.hasEnded())
    }
}

/// Stands for a device that takes reports: packets of a socket pair keep their boundaries. The outlet closes the end
/// for writing.
private final class ReportPipe: Sendable {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0 else {
            throw SystemFailure(code: errno)
        }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit { close(reading) }

    func reports(_ count: Int) async -> [[UInt8]] {
        var reports: [[UInt8]] = []
        while reports.count < count {
            let report = await BlockingCalls.run { [reading] in
                var buffer = [UInt8](repeating: 0, count: 65_536)
                let got = Glibc.read(reading, &buffer, buffer.count)
                return Array(buffer.prefix(max(0, got)))
            }
            guard !report.isEmpty else { break }
            reports.append(report)
        }
        return reports
    }

    /// Until the next write would wait.
    func fill() async {
        await BlockingCalls.run { [writing] in
            while Glibc.send(writing, [0], 1, Int32(MSG_DONTWAIT)) == 1 {}
        }
    }

    /// Reads all there is until the other end is closed.
    func drain() async {
        while await !reports(1).isEmpty {}
    }

    func hasEnded() async -> Bool {
        await BlockingCalls.ends(reading)
    }
}
