/// The words in which the site file writes lengths of time and sizes.
public enum Written {
    private static let units: [(suffix: Character, seconds: Int64)] = [
        ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]
    private static let scales: [(suffix: String, bytes: Int64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ]

    /// Reads `90s`, `10m`, `2h`, `1d` and a bare `0`; at most ten years.
    public static func duration(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        guard let unit = units.first(where: { $0.suffix == text.last }), let number = digits(text.dropLast()),
            number * unit.seconds <= 3660 * 86_400
        else { return nil }
        return .seconds(number * unit.seconds)
    }

    /// The duration in the largest unit that divides it.
    public static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        guard seconds > 0 else { return "0s" }
        let unit = units.first { seconds % $0.seconds == 0 } ?? (suffix: "s", seconds: 1)
        return "\(seconds / unit.seconds)\(unit.suffix)"
    }

    /// Reads `20GiB`, `500MiB`: binary units from KiB to TiB.
    public static func size(_ text: String) -> Int64? {
        guard let scale = scales.first(where: { text.hasSuffix($0.suffix) }), let number = digits(text.dropLast(3)),
            number <= 1 << 20
        else { return nil }
        return number * scale.bytes
    }

    /// The size in the largest unit that divides it.
    public static func text(size: Int64) -> String {
        let scale = scales.first { size % $0.bytes == 0 && size > 0 } ?? (suffix: "KiB", bytes: 1024)
        return "\(size / scale.bytes)\(scale.suffix)"
    }

    private static func digits(_ text: Substring) -> Int64? {
        (1...9).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
    }
}
