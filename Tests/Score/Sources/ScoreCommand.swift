import GatehouseModel

/// `gatehouse-score [--seeds FIRST COUNT] [--why]`: precision, recall, delay and false alarms of each code.
@main
struct ScoreCommand {
    /// Nothing was tuned on these.
    static let heldOut: (first: UInt64, count: UInt64) = (20_001, 20)

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        var (first, count) = heldOut
        if let place = arguments.firstIndex(of: "--seeds"), place + 2 < arguments.count,
            let from = UInt64(arguments[place + 1]), let many = UInt64(arguments[place + 2])
        {
            (first, count) = (from, many)
        }
        var score = Score()
        let began = ContinuousClock().now
        for seed in first..<first + count { score.play(seed: seed) }
        let took = ContinuousClock().now - began
        print("seeds \(first) to \(first + count - 1); \(score.events) events in \(took)")
        print(Table(score).text)
        if arguments.contains("--why") { print(score.wrong.joined(separator: "\n")) }
    }
}

/// The scores as a table for people.
struct Table {
    let text: String

    init(_ score: Score) {
        var lines = [["code", "there", "precision", "recall", "median delay", "false a clean week"]]
        for (code, account) in score.accounts.sorted(by: { $0.key < $1.key }) {
            lines.append([
                code, "\(account.found + account.overlooked)", Self.decimal(account.precision),
                Self.decimal(account.recall), account.medianDelay.map(Self.spoken) ?? "-",
                Self.decimal(Double(account.wrongInClean) / max(1, score.cleanWeeks)),
            ])
        }
        let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        text = lines.map { line in
            zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private static func decimal(_ value: Double) -> String {
        let thousandths = Int((value * 1000).rounded())
        let digits = String(thousandths % 1000 + 1000).dropFirst()
        return "\(thousandths / 1000).\(digits)"
    }

    private static func spoken(_ seconds: Double) -> String {
        switch seconds {
        case ..<90: "\(Int(seconds)) s"
        case ..<5400: "\(Int(seconds / 60)) min"
        case ..<172_800: "\(Int(seconds / 3600)) h"
        default: "\(Int(seconds / 86_400)) d"
        }
    }
}
