/// The keys that an input device has, from the `capabilities/key` that the kernel writes: hexadecimal words of 64
/// bits, the highest first, without leading zeros.
struct KeyCapabilities: Sendable {
    /// Lowest first.
    private let words: [UInt64]

    init(_ text: String) {
        words = text.split(whereSeparator: { $0 == " " || $0 == "\n" }).prefix(64).reversed()
            .map { UInt64($0, radix: 16) ?? 0 }
    }

    /// Whether it has the key of this code (`KEY_1` is 2).
    func has(_ code: Int) -> Bool {
        let (word, bit) = code.quotientAndRemainder(dividingBy: 64)
        return words.indices.contains(word) && words[word] & 1 << UInt64(bit) != 0
    }

    /// Whether codes can be typed with it: the digits above the letters (2 to 11) and Enter (28). Card readers that
    /// declare nothing else are keyboards too; mice, power buttons and headsets are not.
    var canType: Bool {
        (2...11).allSatisfy(has) && has(28)
    }
}
