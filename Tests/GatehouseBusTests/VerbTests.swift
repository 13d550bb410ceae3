import GatehouseModel
import Testing

@testable import GatehouseBus

@Suite("Verb")
struct VerbTests {
    @Test("each verb needs its role")
    func roles() throws {
        #expect(try read("PING").role == .subscriber)
        #expect(try read("REPLAY", 1.wireBytes, 0.wireBytes, [], (1 as UInt32).wireBytes).role == .subscriber)
        #expect(try read("APPEND", [1]).role == .publisher)
        #expect(try read("COMMAND", "door".bytes, "identify".bytes, []).role == .operator)
        #expect(ClientRole.subscriber < .publisher && ClientRole.publisher < .operator)
    }

    @Test("a replay's arguments are read; 0 begins at the first and ends at the head")
    func replay() throws {
        let order = try ReplayOrder([0.wireBytes, 0.wireBytes, "punch.".bytes, (7 as UInt32).wireBytes])
        #expect(order.from == 1 && order.to == nil && order.prefix == "punch." && order.credit == 7)
        let other = try ReplayOrder([5.wireBytes, 9.wireBytes, [], (0 as UInt32).wireBytes])
        #expect(other.from == 5 && other.to == 9)
    }

    @Test("a sequence over 63 bits and a prefix that is no UTF-8 are malformed")
    func badReplay() {
        let high = [UInt8](repeating: 0xFF, count: 8)
        #expect(code { _ = try ReplayOrder([high, 0.wireBytes, [], [0, 0, 0, 1]]) } == .malformed)
        #expect(code { _ = try ReplayOrder([1.wireBytes, high, [], [0, 0, 0, 1]]) } == .malformed)
        #expect(code { _ = try ReplayOrder([1.wireBytes, 0.wireBytes, [0xFF], [0, 0, 0, 1]]) } == .malformed)
    }

    @Test("a command without arguments gets an empty object")
    func command() throws {
        #expect(
            try read("COMMAND", "door".bytes, "message".bytes, [])
                == .command("message", device: "door", arguments: "{}".bytes))
    }

    @Test("the arguments of a command are bounded")
    func commandArguments() {
        let long = "{\"a\":\"".bytes + [UInt8](repeating: 0x61, count: 65_536) + "\"}".bytes
        #expect(code { _ = try read("COMMAND", "door".bytes, "message".bytes, long) } == .tooLarge)
        #expect(code { _ = try read("COMMAND", "door".bytes, "message".bytes, "{".bytes) } == .malformed)
    }

    @Test("an event of 64 KiB is taken, one byte more is not")
    func eventSize() throws {
        let limit = [UInt8](repeating: 0x20, count: Event.sizeLimit)
        #expect(try read("APPEND", limit) == .append([limit]))
        #expect(code { _ = try read("APPEND", [1], limit + [0x20]) } == .tooLarge)
    }

    private func read(_ word: String, _ arguments: [UInt8]...) throws(BusRefusal) -> Verb {
        try Verb(word, arguments[...])
    }

    private func code(_ body: () throws -> Void) -> BusRefusal.Code? {
        do { try body() } catch { return (error as? BusRefusal)?.code }
        return nil
    }
}
