public import GatehouseDriverKit
public import GatehouseModel
import OPN2001Wire

/// A pocket bar code scanner that stores what it scans with the time, and hands it over when it is put into its cradle
/// or on its cable: Opticon OPN-2001, Symbol CS1504.
///
/// The gateway visits it now and then. Each visit asks who it is and what its clock shows, reads the whole memory, and
/// hands it over. The memory is cleared only where the site file allows it, only after all of it is on disk, and only
/// when a second reading shows that nothing has come since.
public struct MemoryScanner: DeviceDriver {
    let context: DriverContext
    let settings: MemoryScannerSettings
    var memory = ScannerMemory()
    var link: ScannerLink?
    /// The time of the input at hand.
    var now = Now(wall: Moment(milliseconds: 0), uptime: .zero)
    /// What follows from the input at hand.
    var effects: [DriverEffect] = []
    private var lastReceipt: UInt64 = 0
    private var armed: Duration?

    /// Checks the device's settings; the first that cannot be used is thrown.
    public init(_ context: DriverContext) throws(SettingsProblem) {
        self.context = context
        settings = try MemoryScannerSettings(context)
    }

    public mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] {
        self.now = now
        switch input {
        case .linkOpened:
            close()
            link = ScannerLink(check: settings.dataCheck, at: now.uptime)
            beginVisit()
        case .received(let bytes): received(bytes)
        case .recorded(let receipt, _): recorded(receipt)
        case .woke:
            armed = nil
            checkDeadlines()
        case .command(let command, let id): take(command, id)
        case .linkClosing: leave()
        case .linkClosed: close()
        case .described, .lineGranted, .requested: break
        }
        proceed()
        arm()
        defer { effects = [] }
        return effects
    }

    /// A name for what is handed over next; never used twice, so that late receipts of an earlier link mean nothing.
    mutating func nextReceipt() -> Receipt {
        lastReceipt += 1
        return Receipt(lastReceipt)
    }

    /// Lets the scanner sleep and asks nothing more.
    private mutating func leave() {
        guard let link, link.isAwake else { return }
        effects.append(.send(OPNRequest.powerDown.bytes))
        self.link?.exchange = nil
        self.link?.jobs = []
        self.link?.visitDue = nil
    }

    /// Forgets the link. Whoever waits for an answer gets one.
    private mutating func close() {
        guard link != nil else { return }
        refuseCommands("the link to the scanner was lost; try again")
        countFrames()
        link = nil
        armed = nil
    }

    /// Asks for the earliest time at which something is due, unless that has been asked for already.
    private mutating func arm() {
        guard let link else { return }
        let due = [link.exchange?.deadline, link.drainedAt, link.visitDue].compactMap { $0 }
        // A timer that comes too early is asked for again then.
        guard let next = due.min(), armed.map({ next < $0 }) ?? true else { return }
        armed = next
        effects.append(.wake(after: max(next - now.uptime, .zero)))
    }

    /// Counts frames out, so that a bad line shows.
    mutating func countFrames() {
        if let told = self.link?.frames.rest() { effects.append(told) }
    }

    /// Tells what is wrong, once a link.
    mutating func faultOnce(_ code: String, _ message: String, raw: [UInt8] = []) {
        guard link?.told.insert(code).inserted == true else { return }
        effects.append(.faulted(DeviceFault(code: code, message: message, raw: Array(raw.prefix(1024)))))
    }
}
