import GatehouseDriverKit
import GatehouseModel
import GatehouseRules
import GatehouseSite

/// How far the gateway is with a file on a stick.
enum StickStanding: Hashable, Sendable {
    /// Found, and perhaps still being written.
    case seen
    /// Read; nothing is taken before somebody says so, or before it is known whose it is.
    case offered(StickSummary)
    case taken(String, StickSummary, ImportDesk.Outcome)
    /// What is wrong, and the uptime from which it is tried again.
    case failed(String, retryAt: Duration)
}

/// What is in a file.
struct StickSummary: Hashable, Sendable {
    var punches = 0
    var refused = 0
    var first: LocalTime?
    var last: LocalTime?
    /// The clocks' numbers that stand in it; a few are enough to see that they differ.
    var numbers: Set<String> = []

    mutating func add(_ content: StickFormat.Content) {
        punches += content.punches.count
        refused += content.refused
        if numbers.count < 8 { numbers.formUnion(content.numbers.prefix(8)) }
        for time in content.punches.lazy.compactMap(\.deviceTime) {
            first = min(first ?? time, time)
            last = max(last ?? time, time)
        }
    }
}

/// Why nothing, or not all, was taken from a file.
struct StickProblem: Error, Hashable, Sendable {
    /// What happened, and what to do next.
    var message: String

    init(_ message: String) {
        self.message = message
    }

    init(_ trouble: StickFile.Trouble) {
        message =
            switch trouble {
            case .pulled(let count):
                "the stick was pulled out after \(count) bytes; nothing was taken, and nothing is lost: put it in again"
            case .changing: "the file is still being written; it is read when it stays as it is"
            case .tooLarge:
                "larger than \(StickFile.sizeLimit >> 20) MiB: no clock writes such a file, it is left alone"
            case .system(let code): "it cannot be read (errno \(code)); try the stick in another socket"
            }
    }
}

/// A file in pieces of whole lines, so that only a few thousand punches are in memory at once.
struct StickLines: Sequence, IteratorProtocol {
    private static let size = 1 << 16
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        var piece = rest.prefix(Self.size)
        if piece.count < rest.count, let end = piece.lastIndex(of: 0x0A) { piece = piece[...end] }
        rest = rest[piece.endIndex...]
        return piece
    }
}

/// What a row of `gatehouse devices` and the log say of a file.
struct StickText: Hashable, Sendable {
    var trouble: String
    /// YAML to paste, and as a comment the command that does it by hand.
    var suggestion: String?

    init(failed message: String) {
        trouble = message
    }

    init(taken device: String, _ summary: StickSummary, _ outcome: ImportDesk.Outcome) {
        trouble =
            "taken for \(device): \(outcome.new) new punches, \(outcome.known) known\(Self.refused(summary)); "
            + "the stick may be taken out"
    }

    init(
        offered summary: StickSummary, _ file: StickFile, owner: StickOwner.Decision, mode: GatewaySettings.USBStick
    ) {
        let times = summary.first.flatMap { first in summary.last.map { ", \(first.text) to \($0.text)" } } ?? ""
        let content = "\(summary.punches) punches\(times)\(Self.refused(summary))"
        func command(_ device: String) -> String {
            "gatehouse import \(Self.quoted(file.path)) --device \(device)"
        }
        switch owner {
        case .device(let device):
            trouble = "\(content), of \(device.device); take them with: \(command(device.device))"
            suggestion = """
                # \(command(device.device))
                # or, so that every stick is taken at once:
                gateway: { usb_stick: take }

                """
        case .open(let candidates) where candidates.isEmpty:
            trouble = "\(content), of a clock that the site file does not name: add it there, then \(command("ITS-ID"))"
            suggestion =
                "devices:\n  - id: ITS-ID\n    driver: zkteco\n    match: { serial: ITS-SERIAL }\n    role: clock\n"
        case .open(let candidates):
            let names = candidates.map(\.device).joined(separator: ", ")
            let first = command(candidates[0].device)
            trouble = "\(content), of one of \(names): say which with, for example: \(first)"
            suggestion = "# \(first)\n"
        }
    }

    private static func refused(_ summary: StickSummary) -> String {
        summary.refused == 0 ? "" : ", \(summary.refused) lines that are none"
    }

    /// For a shell.
    private static func quoted(_ path: String) -> String {
        let plain = path.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || [0x2D, 0x2E, 0x2F, 0x5F].contains($0)
        }
        return plain ? path : "'\(path.replacing("'", with: "'\\''"))'"
    }
}
