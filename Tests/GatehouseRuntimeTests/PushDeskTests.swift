import GatehouseDriverKit
import GatehouseModel
import Synchronization
import Testing

@testable import GatehousePorts
@testable import GatehouseRuntime

@Suite("Push desk: devices that call in over HTTP")
struct PushDeskTests {
    @Test("a device that has called has a link, and its request is on it")
    func firstCall() async throws {
        let desk = PushDesk()
        await desk.admit(["A8N5": {}], families: [family]) { _ in }
        let link = Task { try await desk.link(for: PushDesk.address(of: "A8N5")) }
        let post = Post("A8N5")
        await desk.serve(post.calls)
        let heard = try await requests(of: link.value)
        #expect(heard.map(\.request) == [post.request])
        try await link.value.respond(heard[0].id, DeviceResponse(body: [0x4F, 0x4B]))
        #expect(post.answer == DeviceResponse(body: [0x4F, 0x4B]))
    }

    @Test("a request that comes while no link stands wakes the session, and waits for it")
    func waiting() async throws {
        let desk = PushDesk()
        let woken = Mutex(0)
        await desk.admit(["A8N5": { woken.withLock { $0 += 1 } }], families: [family]) { _ in }
        let post = Post("A8N5")
        await desk.serve(post.calls)
        #expect(woken.withLock { $0 } == 1)
        #expect(post.answer == nil)
        let link = try await desk.link(for: PushDesk.address(of: "A8N5"))
        #expect(try await requests(of: link).count == 1)
    }

    @Test("a stranger is told what its family says, and remembered once")
    func stranger() async {
        let desk = PushDesk()
        let met = Mutex<[String]>([])
        await desk.admit([:], families: [family]) { stranger in met.withLock { $0.append(stranger.serial) } }
        for _ in 0..<3 {
            let post = Post("UNKNOWN1")
            await desk.serve(post.calls)
            #expect(post.answer?.status == 503)
        }
        #expect(met.withLock { $0 } == ["UNKNOWN1"])
        #expect(await desk.unknown.map(\.serial) == ["UNKNOWN1"])
    }

    @Test("a stranger that was adopted is a stranger no more")
    func adopted() async {
        let desk = PushDesk()
        await desk.admit([:], families: [family]) { _ in }
        await desk.serve(Post("A8N5").calls)
        await desk.admit(["A8N5": {}], families: [family]) { _ in }
        #expect(await desk.unknown.isEmpty)
    }

    @Test("a hundred strangers do not fill the memory")
    func manyStrangers() async {
        let desk = PushDesk()
        await desk.admit([:], families: [family]) { _ in }
        for number in 0..<100 { await desk.serve(Post("S\(number)").calls) }
        #expect(await desk.unknown.count == PushDesk.strangerLimit)
        #expect(await desk.unknown.last?.serial == "S99")
    }

    @Test("requests that a link leaves unanswered are refused, so that the device keeps what it sent")
    func unanswered() async throws {
        let desk = PushDesk()
        await desk.admit(["A8N5": {}], families: [family]) { _ in }
        let post = Post("A8N5")
        await desk.serve(post.calls)
        let link = try await desk.link(for: PushDesk.address(of: "A8N5"))
        _ = try await requests(of: link)
        await link.close()
        #expect(post.answer == nil || post.answer?.status == 503)
        post.forget()
        #expect(post.answer?.status == 503)
    }

    @Test("a device taken out of the site file has its link ended")
    func dismissed() async throws {
        let desk = PushDesk()
        await desk.admit(["A8N5": {}], families: [family]) { _ in }
        await desk.serve(Post("A8N5").calls)
        let link = try await desk.link(for: PushDesk.address(of: "A8N5"))
        await desk.admit([:], families: [family]) { _ in }
        #expect(await link.hear { _ in } == "taken out of the site file")
        await #expect(throws: PortError.cancelled) { _ = try await desk.link(for: PushDesk.address(of: "A8N5")) }
    }

    @Test("waiting for a call ends with the task that waits")
    func cancelled() async {
        let desk = PushDesk()
        await desk.admit(["A8N5": {}], families: [family]) { _ in }
        let link = Task { () -> Bool in
            do throws(PortError) {
                _ = try await desk.link(for: PushDesk.address(of: "A8N5"))
                return false
            } catch {
                return error == .cancelled
            }
        }
        link.cancel()
        #expect(await link.value)
    }

    private var family: DriverFamily {
        DriverFamily(
            name: "calling", hasMemory: true,
            callers: CallerManners(serial: { $0["SN"] }, stranger: { _ in DeviceResponse(status: 503) })
        ) { _ throws(SettingsProblem) in Deaf() }
    }

    /// The requests that are on a link now.
    private func requests(of link: any DeviceLink) async throws -> [(request: DeviceRequest, id: RequestID)] {
        let (heard, inlet) = AsyncStream.makeStream(of: (DeviceRequest, RequestID).self)
        let hearing = Task {
            _ = await link.hear { sound in
                if case .requested(let request, let id) = sound { inlet.yield((request, id)) }
            }
        }
        defer { hearing.cancel() }
        for await (request, id) in heard { return [(request, id)] }
        return []
    }
}

/// One request of a device, and what it was answered.
private final class Post: Sendable {
    let request: DeviceRequest
    private let said = Mutex<DeviceResponse?>(nil)
    private let call = Mutex<PushCall?>(nil)

    init(_ serial: String) {
        request = DeviceRequest(method: "GET", path: "/iclock/getrequest", query: [.init("SN", serial)])
        let call = PushCall(request: request, peer: "192.168.1.60") { [weak self] answer in
            self?.said.withLock { $0 = answer }
        }
        self.call.withLock { $0 = call }
    }

    var answer: DeviceResponse? { said.withLock { $0 } }

    /// A stream of this one request, which then ends as when the door closes.
    var calls: AsyncStream<PushCall> {
        AsyncStream { stream in
            if let call = call.withLock({ $0 }) { stream.yield(call) }
            stream.finish()
        }
    }

    /// Lets go of the call, as the door does once it has handed it over.
    func forget() {
        call.withLock { $0 = nil }
    }
}

private struct Deaf: DeviceDriver {
    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] { [] }
}
