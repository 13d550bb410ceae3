import GatehouseDriverKit
import GatehouseModel
import IClockWire
import ZKTecoWire

/// Data posts: read in batches, answered when all of them are on disk.
extension ZKTecoPush {
    /// How many lines share a receipt, and how many batches wait for the journal at once: a reading takes many times
    /// the memory of its line.
    private static let batchSize = 250
    private static let batchWindow = 2
    /// How many posts wait, and how many bytes those behind the first hold. A device sends the next one when the last
    /// is answered, so more are of connections that it has given up.
    private static let uploadLimit = 4
    private static let waitingBytes = 256 * 1024

    mutating func take(_ table: IClockRequest.Table, _ stamp: String?, _ body: [UInt8], _ id: RequestID) {
        guard let link, !link.isBarred else { return respond(id, "", status: 503) }
        let waiting = link.uploads.dropFirst().reduce(body.count) { $0 + $1.body.count }
        guard link.uploads.isEmpty || (link.uploads.count < Self.uploadLimit && waiting <= Self.waitingBytes) else {
            return respond(id, "", status: 503)
        }
        switch table {
        // Pictures and settings are no records: nothing waits for the journal.
        case .photo, .accessState: respond(id, "OK")
        case .options:
            take(settings: IClockFields(body.prefix(64 * 1024), separators: [0x2C, 9, 0x0A, 0x0D]))
            respond(id, "OK")
        default:
            self.link?.uploads.append(PushUpload(id, table, stamp: stamp, body: body))
            advance()
        }
    }

    /// The journal has a batch. Receipts of earlier links are unknown by now and mean nothing.
    mutating func recorded(_ receipt: Receipt) {
        guard link?.uploads.isEmpty == false, link?.uploads[0].outstanding.remove(receipt) != nil else { return }
        advance()
    }

    /// Works on the first post, and on the next ones as they come to be the first.
    private mutating func advance() {
        while let upload = link?.uploads.first {
            while link?.uploads.first?.isRead == false,
                (link?.uploads.first?.outstanding.count ?? 0) < Self.batchWindow
            {
                readBatch()
            }
            guard link?.uploads.first?.isRead == true else { return }
            closeReading()
            guard link?.uploads.first?.outstanding.isEmpty == true else { return }
            finish(link?.uploads.first ?? upload)
        }
    }

    private mutating func readBatch() {
        guard var upload = link?.uploads.first else { return }
        let lines = upload.next(Self.batchSize)
        let isLast = upload.isRead
        var punches: [Observation] = []
        let unreadable = upload.unreadable
        for line in lines {
            switch reading(line, of: upload, stamped: isLast) {
            case .punch(let reading): punches.append(.punch(reading))
            case .nothing: break
            case .told: upload.owesBarrier = true
            case .unreadable: upload.note(unreadable: line)
            }
        }
        // A batch of nonsense takes its turn at the journal too, so that a flood of it is no long work at a stretch.
        if !punches.isEmpty || upload.unreadable > unreadable {
            let receipt = nextReceipt()
            upload.outstanding.insert(receipt)
            effects.append(.observed(punches, receipt))
        }
        link?.uploads[0] = upload
    }

    /// Tells what could not be read, once a post, and has it written before the device hears that it was taken.
    private mutating func closeReading() {
        guard var upload = link?.uploads.first else { return }
        if upload.unreadable > 0 {
            fault(
                "line-unreadable",
                "\(upload.unreadable) of \(upload.lines) lines could not be read; this is the first of them",
                raw: upload.firstUnreadable)
            upload.unreadable = 0
            upload.owesBarrier = true
        }
        if upload.owesBarrier {
            upload.owesBarrier = false
            let receipt = nextReceipt()
            upload.outstanding.insert(receipt)
            // No readings: what was told before them is on disk when this is.
            effects.append(.observed([], receipt))
        }
        link?.uploads[0] = upload
    }

    /// Everything is on disk: the device may forget it. The answer counts the lines that came, for a device that hears
    /// a smaller number sends them again.
    private mutating func finish(_ upload: PushUpload) {
        link?.uploads.removeFirst()
        switch upload.table {
        case .attendance: memory.attendanceStamp = upload.stamp ?? memory.attendanceStamp
        case .operations: memory.operationStamp = upload.stamp ?? memory.operationStamp
        default: break
        }
        switch upload.table {
        case .rows(let name, _) where !name.isEmpty: respond(upload.request, "\(name)=\(upload.lines)")
        case .accessEvents, .rows: respond(upload.request, "OK")
        default: respond(upload.request, "OK:\(upload.lines)")
        }
    }

    /// The gateway is about to close the link: the device keeps what it sent, and sends it again.
    mutating func refuseUploads() {
        for upload in link?.uploads ?? [] { respond(upload.request, "", status: 503) }
        link?.uploads = []
        link?.isAbandoned = true
    }
}
