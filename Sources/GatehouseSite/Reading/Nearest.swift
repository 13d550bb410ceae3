import GatehouseRules

/// Finds the name that somebody most likely meant.
enum Nearest {
    /// The known name with the fewest slips from `word` (a wrong, missing or extra letter, or two swapped), if that
    /// is near enough to be meant: at most a third of its letters. Of equals, the one that sorts first.
    static func name(to word: String, among known: some Sequence<String>) -> String? {
        let letters = Array(word.lowercased().unicodeScalars.prefix(80))
        let limit = max(1, letters.count / 3)
        var best: (slips: Int, name: String)?
        for name in known {
            let other = Array(name.lowercased().unicodeScalars.prefix(80))
            guard abs(other.count - letters.count) <= limit else { continue }
            let slips = distance(letters, other)
            guard slips <= limit else { continue }
            if let found = best, (found.slips, found.name) <= (slips, name) { continue }
            best = (slips, name)
        }
        return best?.name
    }

    /// Edits from one word to the other, two neighbouring letters swapped counting as one (optimal string alignment).
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var before: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var line = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, line[column] + 1)
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, before[column - 1] + 1)
                }
                line.append(cost)
            }
            (before, last) = (last, line)
        }
        return last[right.count]
    }
}
