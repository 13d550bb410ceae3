import GatehouseDriverKit
import Glibc
import NIOPosix
import Testing

@testable import GatehousePorts

@Suite("Devices that call in", .timeLimit(.minutes(1)))
struct CallTests {
    let ports = Ports()
    private let anyone = PortAddress.listen(host: "127.0.0.1", port: 0, from: nil)

    @Test("a device that calls is a port like another, and says where it called from")
    func call() async throws {
        let (port, device) = try await answered(ports)
        #expect(port.peer == "127.0.0.1")
        #expect(port.address == anyone)
        await device.write([1, 2, 3])
        #expect(await collect(3, from: port) == [1, 2, 3])
        try await port.send([4])
        #expect(await device.read(1) == [4])
        device.hangUp()
        #expect(await collect(.max, from: port) == [])
        #expect(port.ending == .closedByPeer)
    }

    @Test("what the device says before anybody waits for it is not lost")
    func early() async throws {
        let waiting = Waiting(ports, anyone)
        let door = await waiting.listening()
        let first = try await Connection.calling(door)
        _ = try await waiting.port()
        let second = try await Connection.calling(door, from: "127.0.0.2")
        await second.write([7])
        let port = try await ports.accept(anyone)
        #expect(await collect(1, from: port) == [7])
        first.hangUp()
    }

    @Test("of several who wait, each gets the device that it names, and one that names none the rest")
    func byAddress() async throws {
        let named = Waiting(ports, .listen(host: "127.0.0.1", port: 0, from: "127.0.0.9"))
        let rest = Waiting(ports, anyone)
        let door = await named.listening()
        #expect(await rest.listening() == door)
        let stranger = try await Connection.calling(door, from: "127.0.0.5")
        #expect(try await rest.port().peer == "127.0.0.5")
        let friend = try await Connection.calling(door, from: "127.0.0.9")
        #expect(try await named.port().peer == "127.0.0.9")
        stranger.hangUp()
        friend.hangUp()
    }

    @Test("a device that calls again ends its old port, and the next to wait gets the new call")
    func again() async throws {
        let waiting = Waiting(ports, anyone)
        let door = await waiting.listening()
        let before = try await Connection.calling(door)
        let old = try await waiting.port()
        let after = try await Connection.calling(door)
        #expect(await collect(.max, from: old) == [])
        #expect(old.ending == .calledAgain)
        #expect(await before.hasEnded())
        let new = try await ports.accept(anyone)
        await after.write([9])
        #expect(await collect(1, from: new) == [9])
    }

    @Test("a caller whom nobody wants is hung up on after a while")
    func unwanted() async throws {
        let ports = Ports(manners: .init(patience: .milliseconds(200)))
        let waiting = Waiting(ports, .listen(host: "127.0.0.1", port: 0, from: "127.0.0.9"))
        let stranger = try await Connection.calling(await waiting.listening())
        #expect(await stranger.hasEnded())
        waiting.cancel()
        await #expect(throws: PortError.cancelled) { try await waiting.port() }
    }

    @Test("waiting ends with its task, and the call that comes then goes to the next")
    func cancelled() async throws {
        let first = Waiting(ports, anyone)
        let door = await first.listening()
        first.cancel()
        await #expect(throws: PortError.cancelled) { try await first.port() }
        let second = Waiting(ports, anyone)
        #expect(await second.listening() == door)
        let device = try await Connection.calling(door)
        let port = try await second.port()
        try await port.send([1])
        #expect(await device.read(1) == [1])
    }

    @Test("when the last has gone the listening port closes after a while")
    func lingers() async throws {
        let ports = Ports(manners: .init(patience: .milliseconds(100)))
        let (port, device) = try await answered(ports)
        device.hangUp()
        #expect(await collect(.max, from: port) == [])
        // It may take the same port again only when the old listener has let go.
        let waiting = Waiting(ports, .listen(host: "0.0.0.0", port: 0, from: nil))
        let door = await waiting.listening()
        waiting.cancel()
        _ = try? await waiting.port()
        while (try? await Connection.calling(door)) != nil { await Task.yield() }
    }

    @Test("the same port at another address is to be had as soon as the old one is only lingering")
    func moved() async throws {
        // A number that another test takes between the two is no answer: then again, with the next one.
        while true {
            let number = try LoopbackPeer(.datagrams).port
            let first = Waiting(ports, .listen(host: "127.0.0.1", port: number, from: nil))
            guard await first.listening() == number else { continue }
            first.cancel()
            _ = try? await first.port()
            let second = Waiting(ports, .listen(host: "0.0.0.0", port: number, from: nil))
            defer { second.cancel() }
            if await second.listening() == number { return }
        }
    }

    @Test("a port that is taken is told from an address that is not ours, and can be tried again")
    func cannotListen() async throws {
        var peer: LoopbackPeer? = try LoopbackPeer(.listener(backlog: 1))
        let port = try #require(peer?.port)
        let taken = PortAddress.listen(host: "127.0.0.1", port: port, from: nil)
        await #expect(throws: PortError.addressInUse) { try await ports.accept(taken) }
        await #expect(throws: PortError.noSuchAddress) {
            try await ports.accept(.listen(host: "192.0.2.1", port: 0, from: nil))
        }
        await #expect(throws: PortError.unreachable) {
            try await ports.accept(.listen(host: "no..host", port: 0, from: nil))
        }
        peer = nil
        // Another test may hold the freed number for a moment.
        var waiting = Waiting(ports, taken)
        while await waiting.listening() != port { waiting = Waiting(ports, taken) }
        waiting.cancel()
    }

    @Test("opening a listening address waits only as long as is allowed")
    func open() async throws {
        await #expect(throws: PortError.timedOut) { try await ports.open(anyone, timeout: .milliseconds(50)) }
    }

    @Test("shutting down ends the waiting and closes the door")
    func shutdown() async throws {
        let ports = Ports()
        let waiting = Waiting(ports, anyone)
        let door = await waiting.listening()
        let device = try await Connection.calling(door)
        let port = try await waiting.port()
        let next = Waiting(ports, anyone)
        _ = await next.listening()
        await port.close()
        await ports.shutdown()
        await #expect(throws: PortError.cancelled) { try await next.port() }
        #expect(await device.hasEnded())
        await #expect(throws: SystemFailure.self) { try await Connection.calling(door) }
        await #expect(throws: PortError.cancelled) { try await ports.accept(anyone) }
    }

    @Test("a hundred devices call at once, and each is heard")
    func hundred() async throws {
        let waiting = (0..<100).map { _ in Waiting(ports, anyone) }
        let door = await waiting[0].listening()
        for one in waiting.dropFirst() { _ = await one.listening() }
        var devices: [Connection] = []
        for number in 0..<100 {
            let device = try await Connection.calling(door)
            await device.write([UInt8(number)])
            devices.append(device)
        }
        var heard: Set<UInt8> = []
        for one in waiting { heard.formUnion(await collect(1, from: try await one.port())) }
        #expect(heard.count == 100)
    }

    private func answered(_ ports: Ports) async throws -> (Port, Connection) {
        let waiting = Waiting(ports, anyone)
        let device = try await Connection.calling(await waiting.listening())
        return (try await waiting.port(), device)
    }
}

/// Somebody who waits for a call.
private struct Waiting {
    private let bound: AsyncStream<UInt16>
    private let task: Task<Result<Port, PortError>, Never>

    init(_ ports: Ports, _ address: PortAddress) {
        let (bound, outlet) = AsyncStream.makeStream(of: UInt16.self)
        self.bound = bound
        task = Task {
            do throws(PortError) {
                return .success(try await ports.accept(address) { outlet.yield($0) })
            } catch {
                outlet.finish()
                return .failure(error)
            }
        }
    }

    /// The port at which it listens; 0 when it cannot. Asked once.
    func listening() async -> UInt16 {
        for await port in bound { return port }
        return 0
    }

    func port() async throws(PortError) -> Port {
        try await task.value.get()
    }

    func cancel() { task.cancel() }
}
