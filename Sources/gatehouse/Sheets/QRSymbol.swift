import CQRencode

/// A QR code: a square of dark and light modules, without the quiet zone around it.
struct QRSymbol {
    /// Light modules that must surround it (ISO/IEC 18004).
    static let quietZone = 4

    /// Modules along a side.
    let width: Int
    /// Row by row; true is dark.
    private let modules: [Bool]

    /// The smallest code that holds the text and bears that a quarter of it is scratched away; nil where the text is
    /// too long for any.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        let made = bytes.withUnsafeBufferPointer {
            QRcode_encodeData(Int32($0.count), $0.baseAddress, 0, QR_ECLEVEL_Q)
        }
        guard let made else { return nil }
        defer { QRcode_free(made) }
        let width = Int(made.pointee.width)
        self.width = width
        // The lowest bit says which colour; the others how the module came about.
        modules = UnsafeBufferPointer(start: made.pointee.data, count: width * width).map { $0 & 1 == 1 }
    }

    /// The dark runs of a row: where each begins, and how long it is.
    func runs(inRow row: Int) -> [(start: Int, length: Int)] {
        var runs: [(start: Int, length: Int)] = []
        for column in 0..<width where modules[row * width + column] {
            if let last = runs.last, last.start + last.length == column {
                runs[runs.count - 1].length += 1
            } else {
                runs.append((column, 1))
            }
        }
        return runs
    }
}
