import GatehouseModel
import GatehouseModuleKit

/// Texts that come again and again, as numbers.
struct Names: Hashable, Sendable {
    private(set) var texts: [String] = []
    private var numbers: [String: Int32] = [:]

    /// The text's number, which it keeps.
    mutating func number(of text: String) -> Int32 {
        if let known = numbers[text] { return known }
        let number = Int32(texts.count)
        texts.append(text)
        numbers[text] = number
        return number
    }

    /// Nil where the text has never been met.
    func known(_ text: String) -> Int32? { numbers[text] }

    subscript(number: Int32) -> String { texts[Int(number)] }
}

extension Names: Packed {
    func pack(into packer: inout Packer) {
        packer.add(texts)
    }

    init(from unpacker: inout Unpacker) throws(PackProblem) {
        let texts: [String] = try unpacker.next()
        for text in texts { _ = number(of: text) }
    }
}
