import GatehouseModel
import GatehouseSimulation

/// Bytes as a broken or malicious device would send them: true ones spoilt, or none of its own at all.
struct Hostile: Sendable {
    /// Puts length and checksum of a piece right again.
    typealias Seal = @Sendable (inout [UInt8]) -> Void

    /// Pieces that a sound device has really sent, each as one read gave it.
    let corpus: [[UInt8]]
    /// Puts length and checksum right again, so that what was spoilt gets past the first gate. Nil where there is none.
    let seal: Seal?

    init(corpus: [[UInt8]], seal: Seal? = nil) {
        self.corpus = corpus.filter { !$0.isEmpty }
        self.seal = seal
    }

    /// The most that one read gives, in bytes: so much the gateway's ports hand over at once.
    static let longest = 16_384

    /// One read, never empty.
    func bytes(_ random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8]
        switch random.number(in: 0...99) {
        case 0..<12: bytes = random.bytes(random.number(in: 1...random.number(in: 1...64)))
        case 12..<14: bytes = random.bytes(random.number(in: 1...2000))
        case 14..<17: bytes = Array(repeating: random.byte, count: random.number(in: 1...300))
        case 17..<40: bytes = piece(&random)
        case 40: bytes = flood(&random)
        default: bytes = spoilt(piece(&random), &random)
        }
        if bytes.isEmpty { bytes = [random.byte] }
        return bytes.count > Self.longest ? Array(bytes.prefix(Self.longest)) : bytes
    }

    /// The same piece after one or more accidents.
    func spoilt(_ whole: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = whole
        for _ in 0...(random.oneIn(3) ? random.number(in: 1...4) : 0) { spoil(&bytes, &random) }
        if bytes.count > Self.longest { bytes = Array(bytes.prefix(Self.longest)) }
        if let seal, !random.oneIn(3) { seal(&bytes) }
        return bytes
    }

    private func piece(_ random: inout SplitMix64) -> [UInt8] {
        corpus.isEmpty ? random.bytes(random.number(in: 1...40)) : corpus[random.number(in: 0...corpus.count - 1)]
    }

    private func spoil(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        guard !bytes.isEmpty else { return bytes = random.bytes(random.number(in: 1...8)) }
        let place = random.number(in: 0...bytes.count - 1)
        switch random.number(in: 0...8) {
        case 0: bytes[place] ^= 1 << UInt8(random.number(in: 0...7))
        case 1: bytes[place] = random.byte
        case 2: bytes.removeSubrange(place...)
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + random.number(in: 1...8)))
        case 4: bytes.insert(contentsOf: random.bytes(random.number(in: 1...8)), at: place)
        case 5: extremes(&bytes, at: place, &random)
        case 6: bytes = Array(bytes[..<place]) + piece(&random).suffix(random.number(in: 1...64))
        case 7: repeatSlice(&bytes, from: place, &random)
        default: bytes += piece(&random)
        }
    }

    /// A number that counts something becomes one of those that break arithmetic.
    private func extremes(_ bytes: inout [UInt8], at place: Int, _ random: inout SplitMix64) {
        let values: [UInt64] = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, .max]
        let value = values[random.number(in: 0...values.count - 1)]
        let width = [1, 2, 4, 8][random.number(in: 0...3)]
        let isLittle = random.oneIn(2)
        for index in 0..<width where place + index < bytes.count {
            let shift = 8 * (isLittle ? index : width - 1 - index)
            bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
        }
    }

    private func repeatSlice(_ bytes: inout [UInt8], from place: Int, _ random: inout SplitMix64) {
        let slice = Array(bytes[place..<min(bytes.count, place + random.number(in: 1...32))])
        for _ in 0..<random.number(in: 1...20) { bytes.insert(contentsOf: slice, at: place) }
    }

    /// Far more than any frame, with a true beginning or without.
    private func flood(_ random: inout SplitMix64) -> [UInt8] {
        guard random.oneIn(4) else { return spoilt(piece(&random), &random) }
        let beginning = random.oneIn(2) ? spoilt(piece(&random), &random) : []
        let filling = random.oneIn(2) ? [random.byte] : piece(&random)
        var bytes = beginning
        let length = random.number(in: 1000...Self.longest)
        while bytes.count < length { bytes += filling }
        return bytes
    }
}

extension SplitMix64 {
    /// Any byte.
    var byte: UInt8 {
        mutating get { UInt8(truncatingIfNeeded: next()) }
    }

    /// One of them.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        precondition(!elements.isEmpty, "nothing can be picked from nothing")
        return elements[number(in: 0...elements.count - 1)]
    }
}
