import GatehouseModel
import GatehouseTestKit
import GatehouseWireKit
import OSDPWire
import Testing

@Suite("OSDP secure channel")
struct OSDPSecureChannelTests {
    @Test("the tests' AES is AES")
    func slowAES() {
        let key = Array<UInt8>(0...15)
        let plain = (0..<16).map { UInt8($0 * 17) }
        let secret = Hex.bytes("69c4e0d86a7b0430d8cdb78070b4c55a")
        #expect(SlowAES.encrypt(plain, key) == secret)
        #expect(SlowAES.decrypt(secret ?? [], key) == plain)
    }

    @Test("the published example gives the published keys and cryptograms")
    func published() throws {
        try expectKeys(try #require(OSDPVector.file["sia_annex_e"]))
    }

    @Test("every recorded handshake gives the recorded keys and cryptograms")
    func recorded() throws {
        let sets = try #require(OSDPVector.file["sets"])
        var keys = [try #require(sets["secure_scbk"]?["keys"])]
        keys += sets["secure_scbkd_keyset"]?["keys"]?.elements ?? []
        #expect(keys.count == 3)
        for key in keys { try expectKeys(key) }
    }

    @Test("a reader's key is made from the master key and its name for itself")
    func master() throws {
        let vector = try #require(OSDPVector.file["scbk_from_master"])
        let key = OSDPSessionKeys.derived(
            fromMaster: vector.bytes("master_key") ?? [], client: vector.bytes("cuid") ?? [], cipher: cipher)
        #expect(key == vector.bytes("scbk"))
    }

    @Test("the recorded session is said and understood byte for byte, from the first question to the last poll")
    func session() throws {
        let exchanges = OSDPVector.exchanges(of: "secure_scbk")
        let keys = try #require(OSDPVector.file["sets"]?["secure_scbk"]?["keys"])
        var channel = try handshake(
            .own(keys.bytes("scbk") ?? []), random: keys.bytes("cp_random") ?? [], exchanges[2...3])
        #expect(try play(exchanges[4...], on: &channel) == 12)
    }

    @Test("the recorded installation: the default key, the new key set under it, and the session on that")
    func installation() throws {
        let exchanges = OSDPVector.exchanges(of: "secure_scbkd_keyset")
        let keys = try #require(OSDPVector.file["sets"]?["secure_scbkd_keyset"]?["keys"]?.elements)
        var channel = try handshake(.installation, random: keys[0].bytes("cp_random") ?? [], exchanges[1...2])
        #expect(try play(exchanges[3...4], on: &channel) == 2)
        let own = keys[1].bytes("scbk") ?? []
        #expect(OSDPCommand.setKey(own) == exchanges[4].plainCommand)
        channel = try handshake(.own(own), random: keys[1].bytes("cp_random") ?? [], exchanges[5...6])
        #expect(try play(exchanges[7...], on: &channel) == 1)
    }

    @Test(
        "the recorded device with another key is found out; asked for the default key, it says that it has its own",
        arguments: [(0, OSDPHandshake.Problem.wrongKey), (1, .otherKey)])
    func wrongKey(number: Int, problem: OSDPHandshake.Problem) throws {
        let exchanges = OSDPVector.exchanges(of: "secure_wrong_key")
        let keys = try #require(OSDPVector.file["sets"]?["secure_wrong_key"]?["keys"]?.elements)[number]
        let key: OSDPHandshake.Key = number == 0 ? .own(keys.bytes("scbk") ?? []) : .installation
        var handshake = OSDPHandshake(key: key, random: keys.bytes("cp_random") ?? [], cipher: cipher)
        let reply = try frame(exchanges[number == 0 ? 1 : 3].reply ?? [])
        #expect(throws: problem) { try handshake.answered(reply) }
        #expect(handshake.proven == nil)
    }

    @Test("a device that asks for the default key instead of its own is refused")
    func downgrade() throws {
        var reply = try challengeReply()
        reply.security?.data = [0]
        var handshake = try recordedHandshake()
        #expect(throws: OSDPHandshake.Problem.otherKey) { try handshake.answered(reply) }
    }

    @Test("a device that sends the challenge back is refused, whatever else it sends")
    func echo() throws {
        var reply = try challengeReply()
        reply.data.replaceSubrange(8..<16, with: Array(0xB0...0xB7))
        var handshake = try recordedHandshake()
        #expect(throws: OSDPHandshake.Problem.echo) { try handshake.answered(reply) }
    }

    @Test("a short answer, or one without its block, is malformed")
    func malformed() throws {
        var short = try challengeReply()
        short.data.removeLast()
        var open = try challengeReply()
        open.security = nil
        for reply in [short, open] {
            var handshake = try recordedHandshake()
            #expect(throws: OSDPHandshake.Problem.malformed) { try handshake.answered(reply) }
        }
    }

    @Test("the device's last word is checked: a refusal and a wrong MAC begin no session")
    func lastWord() throws {
        var handshake = try recordedHandshake()
        let early = try frame(OSDPVector.exchanges(of: "secure_scbk")[3].reply ?? [])
        #expect(throws: OSDPHandshake.Problem.malformed) { try handshake.accepted(early) }
        _ = try handshake.answered(try challengeReply())
        var refusal = early
        refusal.security?.data = [0xFF]
        var wrong = early
        wrong.data[15] ^= 1
        for reply in [refusal, wrong] {
            #expect(throws: OSDPHandshake.Problem.wrongKey) { try handshake.accepted(reply) }
        }
        #expect(throws: Never.self) { try handshake.accepted(early) }
    }

    @Test("a flipped bit anywhere in a sealed frame is noticed, and the session goes on with the true one")
    func flipped() throws {
        let vector = try #require(OSDPVector.exchanges(of: "secure_scbk").first { $0.note.contains("26-bit") })
        var (channel, _) = try channelBefore(vector)
        let sealed = try frame(vector.reply ?? [])
        for byte in sealed.data.indices {
            var damaged = sealed
            damaged.data[byte] ^= 0x10
            #expect(open(damaged, &channel) == nil)
        }
        for byte in sealed.mac.indices {
            var damaged = sealed
            damaged.mac[byte] ^= 1
            #expect(open(damaged, &channel) == nil)
        }
        #expect(open(sealed, &channel) == vector.replyData)
    }

    @Test("a frame cannot be replayed, nor sent back to its sender")
    func replay() throws {
        let vector = try #require(OSDPVector.exchanges(of: "secure_scbk").first { $0.note.contains("26-bit") })
        var (channel, command) = try channelBefore(vector)
        let sealed = try frame(vector.reply ?? [])
        #expect(open(command, &channel) == nil)
        #expect(open(sealed, &channel) != nil)
        _ = channel.seal(code: 0x60, data: [], address: 1, sequence: 3)
        #expect(open(sealed, &channel) == nil)
    }

    @Test("both ends understand each other whatever is said", arguments: 0...40)
    func bothEnds(length: Int) {
        let keys = OSDPSessionKeys(key: Array(0...15), panelRandom: Array(1...8), cipher: cipher)
        let mac = [UInt8](repeating: 7, count: 16)
        var panel = OSDPSecureChannel(keys: keys, initialMAC: mac, isDevice: false, cipher: cipher)
        var device = OSDPSecureChannel(keys: keys, initialMAC: mac, isDevice: true, cipher: cipher)
        let data = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 31) } + (length > 0 ? [0x80, 0, 0] : [])
        for sequence in UInt8(0)...3 {
            let command = panel.seal(code: 0x80, data: data, address: 9, sequence: sequence, check: .checksum)
            #expect(OSDPFrame(command.bytes[...]) == command)
            #expect(open(command, &device) == data)
            let reply = device.seal(code: 0x90, data: data, address: 9, sequence: sequence)
            #expect(reply.isReply)
            #expect(open(reply, &panel) == data)
        }
    }

    private func open(_ frame: OSDPFrame, _ channel: inout OSDPSecureChannel) -> [UInt8]? { channel.open(frame) }

    private func expectKeys(_ vector: JSONValue) throws {
        let panel = try #require(vector.bytes("cp_random"))
        let device = try #require(vector.bytes("pd_random"))
        let keys = OSDPSessionKeys(key: try #require(vector.bytes("scbk")), panelRandom: panel, cipher: cipher)
        #expect(keys.encryption == vector.bytes("s_enc"))
        #expect(keys.mac1 == vector.bytes("s_mac1"))
        #expect(keys.mac2 == vector.bytes("s_mac2"))
        #expect(
            keys.deviceCryptogram(panel: panel, device: device, cipher: cipher) == vector.bytes("pd_cryptogram"))
        let cryptogram = keys.panelCryptogram(panel: panel, device: device, cipher: cipher)
        #expect(cryptogram == vector.bytes("cp_cryptogram"))
        #expect(keys.initialMAC(panelCryptogram: cryptogram, cipher: cipher) == vector.bytes("rmac_i"))
    }

    /// Says the two commands of a recorded handshake, which must be the recorded ones.
    private func handshake(
        _ key: OSDPHandshake.Key, random: [UInt8], _ exchanges: ArraySlice<OSDPVector>
    ) throws -> OSDPSecureChannel {
        let challenge = try #require(exchanges.first)
        let cryptogram = try #require(exchanges.last)
        var handshake = OSDPHandshake(key: key, random: random, cipher: cipher)
        #expect(try written(handshake.challenge, as: challenge) == challenge.command)
        let step = try handshake.answered(try frame(challenge.reply ?? []))
        #expect(try written(step, as: cryptogram) == cryptogram.command)
        return try handshake.accepted(try frame(cryptogram.reply ?? []))
    }

    private func written(_ step: OSDPHandshake.Step, as vector: OSDPVector) throws -> [UInt8] {
        OSDPFrame(
            address: 1, isReply: false, sequence: try frame(vector.command).sequence, security: step.security,
            code: step.command.code, data: step.command.data
        ).bytes
    }

    /// Seals each recorded command and opens each recorded reply; returns how many.
    private func play(_ exchanges: some Sequence<OSDPVector>, on channel: inout OSDPSecureChannel) throws -> Int {
        var count = 0
        for vector in exchanges {
            let recorded = try frame(vector.command)
            let plain = try #require(vector.plainCommand)
            let sealed = channel.seal(
                code: plain.code, data: plain.data, address: recorded.address, sequence: recorded.sequence)
            #expect(sealed.bytes == vector.command, "\(vector.note)")
            #expect(open(try frame(vector.reply ?? []), &channel) == vector.replyData, "\(vector.note)")
            count += 1
        }
        return count
    }

    /// The recorded session up to a vector's command, which has been said.
    private func channelBefore(_ vector: OSDPVector) throws -> (OSDPSecureChannel, command: OSDPFrame) {
        let exchanges = OSDPVector.exchanges(of: "secure_scbk")
        let place = try #require(exchanges.firstIndex { $0.note == vector.note })
        var channel = try handshake(.own(Array(1...16)), random: Array(0xB0...0xB7), exchanges[2...3])
        _ = try play(exchanges[4..<place], on: &channel)
        let recorded = try frame(vector.command)
        let command = channel.seal(code: 0x60, data: [], address: 1, sequence: recorded.sequence)
        return (channel, command)
    }

    private func recordedHandshake() throws -> OSDPHandshake {
        OSDPHandshake(key: .own(Array(1...16)), random: Array(0xB0...0xB7), cipher: cipher)
    }

    private func challengeReply() throws -> OSDPFrame {
        try frame(OSDPVector.exchanges(of: "secure_scbk")[2].reply ?? [])
    }
}
