import GatehouseModel

extension Range<Moment> {
    /// How many milliseconds it has in common with another.
    func overlap(_ other: Range<Moment>) -> Int64 {
        Swift.max(
            0,
            Swift.min(upperBound, other.upperBound).milliseconds
                - Swift.max(lowerBound, other.lowerBound).milliseconds)
    }

    var milliseconds: Int64 { upperBound.milliseconds - lowerBound.milliseconds }

    /// Whether they overlap or one ends where the other begins.
    func touches(_ other: Range<Moment>) -> Bool {
        lowerBound <= other.upperBound && other.lowerBound <= upperBound
    }
}

extension [Range<Moment>] {
    /// The same time in order, what touches made one.
    var merged: [Range<Moment>] {
        guard count > 1 else { return self }
        var result: [Range<Moment>] = []
        for range in sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// Of ranges in order that do not touch: those that overlap or touch a range.
    func touching(_ range: Range<Moment>) -> ArraySlice<Range<Moment>> {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].upperBound < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        var end = low
        while end < count, self[end].lowerBound <= range.upperBound { end += 1 }
        return self[low..<end]
    }

    /// The parts of a range that none of these covers; they are in order and do not overlap.
    func gaps(in range: Range<Moment>) -> [Range<Moment>] {
        var result: [Range<Moment>] = []
        var start = range.lowerBound
        for own in self where own.upperBound > start && own.lowerBound < range.upperBound {
            if start < own.lowerBound { result.append(start..<own.lowerBound) }
            start = own.upperBound
        }
        if start < range.upperBound { result.append(start..<range.upperBound) }
        return result
    }
}
