import Foundation
import GatehouseModel
import Testing

@Suite("JSON value")
struct JSONValueTests {
    @Test(
        "a document is written back as it was read, numbers and order included",
        arguments: [
            #"{"b":12.50,"a":[1,-0.5e-7,null,true,false,"x"],"":{}}"#, "[]", "0", #""""#, #"{"money":"38000.00"}"#,
            #"["一号门 🔥"]"#,
        ])
    func roundTrip(text: String) throws {
        #expect(try JSONValue(parsing: text.utf8).jsonText == text)
    }

    @Test("escapes are read, and written only where they must be")
    func escapes() throws {
        let value = try JSONValue(parsing: #""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\udd25\u0001""#.utf8)
        #expect(value == .string("\"\\/\u{8}\u{C}\n\r\tAé🔥\u{1}"))
        #expect(value.jsonText == "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\tAé🔥\\u0001\"")
    }

    @Test(
        "what is no JSON is refused at the byte where it goes wrong",
        arguments: [
            ("", 0), ("{", 1), ("[1,]", 3), (#"{"a" 1}"#, 5), ("01", 1), ("1.", 2), ("-", 1), ("1e", 2), ("tru", 0),
            ("nul", 0), ("\"\u{1}\"", 2), (#""\x""#, 3), (#""\ud800""#, 7), (#""\udc00""#, 7), (#"{"a":1,"a":2}"#, 10),
            ("[1] 2", 4), (#""abc"#, 4), ("{1:2}", 1), ("+1", 0), (".5", 0), ("NaN", 0), (#""\u+041""#, 3),
        ])
    func refused(text: String, offset: Int) {
        #expect { try JSONValue(parsing: text.utf8) } throws: { error in
            (error as? JSONProblem)?.offset == offset
        }
    }

    @Test("a name that comes twice is refused, after however many others", arguments: [1, 2, 15, 16, 17, 40])
    func repeatedName(count: Int) throws {
        let members = (0..<count).map { #""n\#($0)":\#($0)"# }.joined(separator: ",")
        #expect(try JSONValue(parsing: "{\(members)}".utf8).members?.count == count)
        for name in ["n0", "n\(count - 1)"] {
            #expect(throws: JSONProblem.self) { try JSONValue(parsing: #"{\#(members),"\#(name)":0}"#.utf8) }
        }
    }

    @Test("bytes that are no UTF-8 are refused")
    func invalidUTF8() {
        #expect(throws: JSONProblem.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
        #expect(throws: JSONProblem.self) { try JSONValue(parsing: [0x22, 0xC0, 0xAF, 0x22]) }
    }

    @Test("nesting has a limit, and a million brackets do not reach the stack's")
    func depth() {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try JSONValue(parsing: deep.utf8) }
        #expect(throws: JSONProblem.self) { try JSONValue(parsing: ("[" + deep + "]").utf8) }
        #expect(throws: JSONProblem.self) { try JSONValue(parsing: [UInt8](repeating: 0x5B, count: 1_000_000)) }
    }

    @Test(
        "a damaged document is a problem or another document, and what it gives back Foundation reads too",
        arguments: 0..<50)
    func damaged(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let whole = Array(#"{"a":[1,2.5,"x\n\u00e9"],"b":{"c":null,"d":true},"e":"一号门"}"#.utf8)
        for _ in 0..<200 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            let options: JSONSerialization.ReadingOptions = [.fragmentsAllowed]
            #expect(throws: Never.self) {
                try JSONSerialization.jsonObject(with: Data(value.bytes), options: options)
            }
        }
    }

    @Test("members are found by name, and only in objects")
    func lookups() throws {
        let value: JSONValue = ["a": 1, "b": [true, "x"]]
        #expect(value["a"]?.integer == 1)
        #expect(value["b"]?.elements?.first?.bool == true)
        #expect(value["b"]?["a"] == nil)
        #expect(value["c"] == nil)
        #expect(JSONValue.optional(nil) == .null)
        #expect(value.text == nil)
    }
}
