import GRDB

/// What `verify` found.
public enum Verification: Hashable, Sendable {
    /// Every stored row is as it was written.
    case intact(events: Int64, head: JournalMark)
    /// The first row that was changed, removed or inserted behind the journal's back, and how that shows.
    case broken(at: Int64, reason: String)
}

extension JournalReader {
    /// Rows read in one access: few enough that a long check does not keep the write-ahead log from being folded in.
    private static let rowsAtOnce: Int64 = 5_000

    /// Reads the whole journal and checks that each row is as it was written: its hash follows from the row before
    /// it, no sequence is missing, `previous` points to the topic's last event, the identities and the other
    /// columns agree with the body, and both ends are where the journal last put them. Memory stays bounded; the
    /// journal may be written to meanwhile.
    ///
    /// The chain proves that nobody changed a part. Somebody who rewrites every row, hash and end after a point
    /// leaves a file that is intact again: against that, note the head's mark elsewhere and compare it later with
    /// `mark(at:)`.
    ///
    /// - Parameter progress: told after each stretch how far it is, and the sequence it goes to.
    public func verify(
        progress: (_ checked: Int64, _ head: Int64) -> Void = { _, _ in }
    ) throws(JournalError) -> Verification {
        do {
            var check = ChainCheck(after: try ends().anchor)
            while true {
                let (finding, ends) = try journalling {
                    try database.read { try Self.verifyStretch(with: &check, in: $0) }
                }
                progress(check.mark.sequence, ends.head.sequence)
                if let finding { return finding }
            }
        } catch .damaged(let sequence, let reason) {
            return .broken(at: sequence, reason: reason)
        }
    }

    /// The hash of a stored row, to compare with one noted elsewhere; nil when the row is not stored.
    public func mark(at sequence: Int64) throws(JournalError) -> JournalMark? {
        try journalling {
            try database.read { database in
                var rows = try StoredRows(from: sequence, through: sequence, in: database)
                defer { rows.close() }
                return try rows.next().flatMap { ChainHash($0.hash) }.map { JournalMark(sequence: sequence, hash: $0) }
            }
        }
    }

    private static func verifyStretch(
        with check: inout ChainCheck, in database: Database
    ) throws -> (Verification?, JournalEnds) {
        let ends = try JournalEnds(in: database)
        // Retention has overtaken the check: what it removed can no longer be judged.
        if ends.anchor.sequence > check.mark.sequence { check = ChainCheck(after: ends.anchor) }
        let last = min(ends.head.sequence, check.mark.sequence + rowsAtOnce)
        do {
            try check.read(through: last, in: database)
            guard last == ends.head.sequence else { return (nil, ends) }
            try check.finish(at: ends, in: database)
            return (.intact(events: ends.count, head: ends.head), ends)
        } catch let error as JournalError {
            throw error
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            throw JournalError.damaged(atSequence: check.mark.sequence + 1, reason: error.message ?? "unreadable")
        }
    }
}
