import GatehouseSite
import Testing

@Suite("The code key")
struct CodeKeyTests {
    private let key = CodeKey((0..<32).map { UInt8($0) })

    // Computed with Python's hmac and base64 modules.
    @Test(
        "a tag is the first 80 bits of HMAC-SHA256, in lower-case base32",
        arguments: [
            ("GH1.C.CP01", "aysxsumqwp3dprkw"), ("GH1.N.blocked", "bouluvarvfprdmxz"),
            ("GH1.P.E1001", "vo7vgvcmacrcptcj"),
        ])
    func tags(signed: String, tag: String) {
        #expect(key.tag(of: signed) == tag)
        #expect(key.verifies(signed, tag: tag))
    }

    @Test(
        "any other tag is wrong",
        arguments: [
            "", "aysxsumqwp3dprk", "aysxsumqwp3dprkww", "aysxsumqwp3dprka", "AYSXSUMQWP3DPRKW", "bouluvarvfprdmxz",
            "ays\u{0}sumqwp3dprkw",
        ])
    func wrong(tag: String) {
        #expect(!key.verifies("GH1.C.CP01", tag: tag))
    }

    @Test("a tag is of its text alone")
    func otherText() {
        #expect(!key.verifies("GH1.C.CP02", tag: "aysxsumqwp3dprkw"))
    }

    @Test("a secret of 64 hexadecimal digits is the key of the file that holds them, any other text is a key as it is")
    func secrets() throws {
        let digits = (0..<32).map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }.joined()
        #expect(CodeKey(secret: digits).tag(of: "GH1.C.CP01") == "aysxsumqwp3dprkw")
        let file = try #require(CodeKey(file: Array("\(digits)\n".utf8)))
        #expect(file.tag(of: "GH1.C.CP01") == "aysxsumqwp3dprkw")
        #expect(CodeKey(secret: "a phrase").tag(of: "GH1.C.CP01") == "33kd3nwmvst4ckf7")
    }

    @Test("a file that holds anything else is no key", arguments: ["", "\n", "00", String(repeating: "g", count: 64)])
    func damaged(content: String) {
        #expect(CodeKey(file: Array(content.utf8)) == nil)
    }
}
