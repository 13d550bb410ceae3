/// A stretch of a wire as sound devices fill it, and its decoder.
struct Stretch: Sendable {
    /// What one read of a serial line or a socket gives, about.
    static let read = 512
    /// How long the stretch is made, in bytes.
    static let length = 1 << 20

    var name: String
    /// What is counted: frames, scans, records.
    var unit: String
    /// The unit of that number as it passes the wire; the number lets contents differ.
    var piece: @Sendable (Int) -> [UInt8]
    /// How many bytes one read gives; nil where each piece is read by itself, as reports are.
    var readSize: Int? = Stretch.read
    /// A decoder on a fresh line: takes what one read gave, and says how many units it completed.
    var decoder: @Sendable () -> ([UInt8]) -> Int

    /// Whole pieces, about a megabyte.
    func bytes() -> [UInt8] {
        var bytes: [UInt8] = []
        var number = 0
        while bytes.count < Self.length {
            bytes += piece(number)
            number += 1
        }
        return bytes
    }

    struct Figures {
        var frames = 0
        var bytes = 0
        var seconds = 0.0
    }

    /// Decodes the bytes again and again until the time is up.
    func measure(_ bytes: [UInt8], seconds: Double) -> Figures {
        let size = readSize ?? piece(0).count
        let reads = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        let clock = ContinuousClock()
        let began = clock.now
        var figures = Figures()
        repeat {
            let decode = decoder()
            for read in reads { figures.frames += decode(read) }
            figures.bytes += bytes.count
            figures.seconds = (clock.now - began) / .seconds(1)
        } while figures.seconds < seconds
        return figures
    }
}
