import Testing

@testable import GatehousePorts

@Suite("Report descriptor")
struct ReportDescriptorTests {
    @Test("a bar code scanner is known by the page of its collection")
    func scanner() {
        #expect(ReportDescriptor(.posScanner).usagePages == [0x8C])
    }

    @Test("a keyboard is none")
    func keyboard() {
        #expect(ReportDescriptor(.bootKeyboard).usagePages == [0x01])
    }

    @Test("several collections are told in their order, and nested ones not at all")
    func several() {
        let vendor: [UInt8] = [0x06, 0x66, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x75, 0x08, 0x81, 0x02, 0xC0]
        #expect(ReportDescriptor(vendor + .posScanner + .bootKeyboard).usagePages == [0xFF66, 0x8C, 0x01])
    }

    @Test("a usage of four bytes brings its own page")
    func longUsage() {
        #expect(
            ReportDescriptor([0x05, 0x01, 0x0B, 0x02, 0x00, 0x8C, 0x00, 0xA1, 0x01, 0xC0]).usagePages == [0x8C])
    }

    @Test("a long item is passed over")
    func longItem() {
        #expect(ReportDescriptor([0xFE, 0x02, 0x10, 0xA1, 0x01] + .posScanner).usagePages == [0x8C])
    }

    @Test("one that is cut anywhere says what came before the cut", arguments: 0...35)
    func cut(at length: Int) {
        let whole = [UInt8].posScanner
        #expect(ReportDescriptor(Array(whole.prefix(length))).usagePages == (length >= 6 ? [0x8C] : []))
    }

    @Test("any bytes at all are read to their end", arguments: 0..<200)
    func garbage(seed: Int) {
        let bytes = pattern(4096 + seed).suffix(4096).map { $0 &* UInt8(truncatingIfNeeded: seed | 1) }
        #expect(ReportDescriptor(bytes).usagePages.count <= 4096)
    }
}

@Suite("Key capabilities")
struct KeyCapabilitiesTests {
    @Test(
        "what can type digits and Enter is a keyboard",
        arguments: [
            "120013 c07400000000 e080ffdf01cfffff fffffffffffffffe", "fffffffffffffffe",
            // Digits and Enter alone, as a card reader may declare.
            "10000ffc",
        ])
    func canType(text: String) {
        #expect(KeyCapabilities(text).canType)
    }

    @Test(
        "what cannot is none: a mouse, a power button, a headset, nothing at all, and no number",
        arguments: ["ff0000 0 0 0 0", "10000000000000 0", "3e000b00000000 0 0 0", "0", "", "xyz", "1fff 0"])
    func cannotType(text: String) {
        #expect(!KeyCapabilities(text).canType)
    }

    @Test("a key's code is its place, counted from the last word")
    func places() {
        let keys = KeyCapabilities("1 0 8000000000000001\n")
        #expect([0, 63, 128].allSatisfy(keys.has))
        #expect(![1, 62, 64, 127, 129, 192, 100_000].contains(where: keys.has))
    }
}

extension [UInt8] {
    /// As the HID Point of Sale Usage Tables suggest it: one report of AIM characters and data.
    static let posScanner: [UInt8] = [
        0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x09, 0x12, 0xA1, 0x02, 0x85, 0x02, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75,
        0x08, 0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02, 0x05, 0x8C, 0x09, 0xFE, 0x81, 0x02, 0xC0, 0xC0,
    ]

    /// The head of the boot keyboard of the HID specification (appendix B.1) is enough here.
    static let bootKeyboard: [UInt8] = [
        0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01,
        0x95, 0x08, 0x81, 0x02, 0xC0,
    ]
}
