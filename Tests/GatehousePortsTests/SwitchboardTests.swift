import Testing

@testable import GatehousePorts

@Suite("Switchboard")
struct SwitchboardTests {
    let north: PeerAddress
    let south: PeerAddress

    init() throws {
        north = try #require(PeerAddress("10.0.0.1"))
        south = try #require(PeerAddress("10.0.0.2"))
    }

    @Test("a call goes to who waits for its address, before who waits for anybody")
    func byAddress() {
        var board = Switchboard()
        #expect(board.waits(1, for: nil) == nil)
        #expect(board.waits(2, for: north) == nil)
        #expect(board.called(10, from: north) == .connect(2))
        #expect(board.called(11, from: south) == .connect(1))
    }

    @Test("who waits for one address gets no other's call")
    func notForMe() {
        var board = Switchboard()
        #expect(board.waits(1, for: north) == nil)
        #expect(board.called(10, from: south) == .hold(ending: nil, dropping: nil))
        #expect(board.waits(2, for: nil) == 10)
    }

    @Test("the first who waits for anybody is served first")
    func firstCome() {
        var board = Switchboard()
        _ = board.waits(1, for: nil)
        _ = board.waits(2, for: nil)
        #expect(board.called(10, from: north) == .connect(1))
        #expect(board.called(11, from: north) == .connect(2))
    }

    @Test("a call that came too early is kept, and the newest of a device is the one that counts")
    func early() {
        var board = Switchboard()
        _ = board.called(10, from: north)
        _ = board.called(11, from: south)
        _ = board.called(12, from: north)
        #expect(board.waits(1, for: north) == 12)
        #expect(board.waits(2, for: nil) == 11)
        // Somebody has named its address, so it is not for anybody.
        #expect(board.waits(3, for: nil) == nil)
        #expect(board.waits(4, for: north) == 10)
    }

    @Test("a device that calls again ends its old port, and its new call waits for its session")
    func callsAgain() {
        var board = Switchboard()
        _ = board.waits(1, for: north)
        #expect(board.called(10, from: north) == .connect(1))
        _ = board.waits(2, for: nil)
        // Not for just anybody, although somebody waits.
        #expect(board.called(11, from: north) == .hold(ending: 10, dropping: nil))
        board.ended(10)
        #expect(board.waits(3, for: north) == 11)
    }

    @Test("so does one of which only the address is the same")
    func anybodyCallsAgain() {
        var board = Switchboard()
        _ = board.waits(1, for: nil)
        #expect(board.called(10, from: north) == .connect(1))
        #expect(board.called(11, from: south) == .hold(ending: nil, dropping: nil))
        #expect(board.called(12, from: north) == .hold(ending: 10, dropping: nil))
    }

    @Test("the call of a named device is kept for it while its session takes a breath")
    func breath() {
        var board = Switchboard()
        _ = board.waits(1, for: north)
        board.gaveUp(1)
        _ = board.waits(2, for: nil)
        #expect(board.called(10, from: north) == .hold(ending: nil, dropping: nil))
        #expect(board.waits(3, for: north) == 10)
    }

    @Test("but when it never comes back for it, the next call is anybody's")
    func forgotten() {
        var board = Switchboard()
        _ = board.waits(1, for: north)
        board.gaveUp(1)
        _ = board.waits(2, for: nil)
        _ = board.called(10, from: north)
        #expect(board.expire(10) == true)
        #expect(board.expire(10) == false)
        #expect(board.called(11, from: north) == .connect(2))
    }

    @Test("a call given to somebody who has just given up goes to the next")
    func refused() {
        var board = Switchboard()
        _ = board.waits(1, for: nil)
        _ = board.waits(2, for: nil)
        #expect(board.called(10, from: north) == .connect(1))
        #expect(board.refused(10) == .connect(2))
        board.ended(10)
        #expect(board.refused(10) == nil)
    }

    @Test("of too many calls the one that has waited longest goes")
    func tooMany() {
        var board = Switchboard(holdLimit: 2)
        _ = board.called(10, from: north)
        _ = board.called(11, from: south)
        #expect(board.called(12, from: south) == .hold(ending: nil, dropping: 10))
        #expect(board.waits(1, for: north) == nil)
    }

    @Test("it is idle when nobody waits, is held or connected")
    func idle() {
        var board = Switchboard()
        #expect(board.isIdle)
        _ = board.waits(1, for: nil)
        #expect(!board.isIdle)
        _ = board.called(10, from: north)
        #expect(!board.isIdle)
        board.ended(10)
        #expect(board.isIdle)
        _ = board.called(11, from: north)
        #expect(!board.isIdle)
        _ = board.expire(11)
        #expect(board.isIdle)
    }
}
