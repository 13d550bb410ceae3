public import GatehouseModel
public import GatehouseRules

/// One event of the journal as the modules read it.
public struct Fact: Sendable {
    /// Its place in the journal; 0 for the site that a fold begins with.
    public var sequence: Int64
    public var id: String
    public var source: String
    public var topic: Topic
    public var subject: String
    /// When it happened.
    public var time: Moment
    /// When the gateway stored it.
    public var received: Moment
    public var content: Content

    public init(
        sequence: Int64, id: String, source: String, topic: Topic, subject: String = "", time: Moment,
        received: Moment, content: Content
    ) {
        self.sequence = sequence
        self.id = id
        self.source = source
        self.topic = topic
        self.subject = subject
        self.time = time
        self.received = received
        self.content = content
    }

    /// What it says. What cannot be read is `other`: a module passes it over.
    ///
    /// What is large and seldom lies in a box, so that every punch and scan is handed on in little room.
    public enum Content: Sendable {
        case punch(Punch)
        case scan(Scan)
        case connected(device: String, driver: String)
        case disconnected(device: String, reason: String)
        case faulted(device: String, code: String)
        /// Device minus gateway.
        case clock(device: String, offset: Duration, corrected: Bool)
        case synced(device: String, through: Moment)
        /// The rules that hold from now on.
        indirect case site(Site)
        /// A shift, or nil for a day of rest.
        case assigned(person: String, date: CalendarDay, shift: String?)
        case leave(Leave)
        case leaveCancelled(leave: String)
        case overtime(person: String, from: Moment, to: Moment)
        indirect case correction(Correction)
        case waived(round: String, checkpoint: String, reason: String, by: String)
        /// A step of a hazard's loop, or its report.
        indirect case hazard(HazardStep)
        indirect case incident(Incident)
        indirect case measure(Measure)
        case acknowledged(alert: String, by: String, note: String)
        /// A module's key figure.
        indirect case figure(KPIFigure)
        /// A closed attendance record.
        case attendance(ClosedRecord)
        /// A counting visit of a round.
        case visited(Visit)
        /// An event of another topic, of which only is known whose it is.
        case noted(department: String?, person: String?)
        case other
    }

    /// `punch.recorded`.
    public struct Punch: Hashable, Sendable {
        public var device: String
        public var badge: String
        public var direction: Direction
        public var method: String

        public init(device: String, badge: String, direction: Direction, method: String = "unknown") {
            self.device = device
            self.badge = badge
            self.direction = direction
            self.method = method
        }
    }

    /// Which way somebody went, as the clock says; its raw value is the word in the event.
    public enum Direction: String, Hashable, Sendable, CaseIterable {
        case `in`, out, unknown
        case breakOut = "break_out"
        case breakIn = "break_in"
        case overtimeIn = "overtime_in"
        case overtimeOut = "overtime_out"

        /// Whether presence begins; nil where the clock did not say and the punch takes its turn.
        public var begins: Bool? {
            switch self {
            case .in, .breakIn, .overtimeIn: true
            case .out, .breakOut, .overtimeOut: false
            case .unknown: nil
            }
        }
    }

    /// `scan.recorded`. The patrol module reads the code itself, by the rules of the day.
    public struct Scan: Hashable, Sendable {
        public var device: String
        public var code: String
        /// As judged when it was stored: `checkpoint`, `condition`, `person`, `unknown`.
        public var kind: String
        public var value: String?
        /// As judged when it was stored: `signed`, `registered`, `forged`, `unknown`.
        public var authentic: String

        public init(device: String, code: String, kind: String, value: String?, authentic: String) {
            self.device = device
            self.code = code
            self.kind = kind
            self.value = value
            self.authentic = authentic
        }
    }

    /// `punch.corrected`.
    public struct Correction: Hashable, Sendable {
        public var person: String
        public var change: Change
        public var reason: String
        public var by: String

        public init(person: String, change: Change, reason: String, by: String) {
            self.person = person
            self.change = change
            self.reason = reason
            self.by = by
        }

        public enum Change: Hashable, Sendable {
            /// A punch at that time, which the device does not have.
            case add(Moment)
            /// The punch event of that id never counted.
            case void(String)
        }
    }

    /// `hazard.reported` and the steps that follow.
    public struct HazardStep: Hashable, Sendable {
        public enum Kind: String, Hashable, Sendable, CaseIterable {
            case reported, assigned, submitted, verified, rejected
        }

        public var kind: Kind
        /// Nil only for a report without an id.
        public var hazard: String?
        public var by: String
        public var checkpoint: String?
        public var place: String?
        public var condition: String?
        public var severity: String?
        public var description: String?
        public var deadline: Moment?
        public var to: String?
        public var note: String?
        public var reason: String?

        public init(kind: Kind, hazard: String? = nil, by: String = "") {
            self.kind = kind
            self.hazard = hazard
            self.by = by
        }
    }

    /// `incident.recorded`.
    public struct Incident: Hashable, Sendable {
        public var incident: String
        public var severity: String?
        public var loss: Fraction?
        public var department: String?

        public init(incident: String, severity: String? = nil, loss: Fraction? = nil, department: String? = nil) {
            self.incident = incident
            self.severity = severity
            self.loss = loss
            self.department = department
        }
    }

    /// `measure.recorded`; a measure of a person has the person as the event's subject.
    public struct Measure: Hashable, Sendable {
        public var measure: String
        public var value: Fraction
        public var weight: Fraction
        public var department: String?
        /// As written: `2026-11`; nil where the event's time decides.
        public var period: String?

        public init(
            measure: String, value: Fraction, weight: Fraction = .one,
            department: String? = nil, period: String? = nil
        ) {
            self.measure = measure
            self.value = value
            self.weight = weight
            self.department = department
            self.period = period
        }
    }

    /// `patrol.visited`.
    public struct Visit: Hashable, Sendable {
        /// `<route>@<start>`.
        public var round: String
        public var route: String
        public var checkpoint: String
        /// Nil where nobody was named.
        public var guardPerson: String?
        /// When the checkpoint was scanned.
        public var time: Moment
        /// The sequence of the scan.
        public var scan: Int64
        /// The scan came late and belongs to an earlier round: it is told again in the order of its time.
        public var isRevised: Bool

        public init(
            round: String, route: String, checkpoint: String, guardPerson: String?, time: Moment, scan: Int64,
            isRevised: Bool = false
        ) {
            self.round = round
            self.route = route
            self.checkpoint = checkpoint
            self.guardPerson = guardPerson
            self.time = time
            self.scan = scan
            self.isRevised = isRevised
        }
    }

    /// What pay needs to know of `attendance.closed`; the last revision counts.
    public struct ClosedRecord: Hashable, Sendable {
        public var person: String
        public var date: CalendarDay
        /// Nil for an overtime record.
        public var shift: String?
        public var isLate: Bool

        public init(person: String, date: CalendarDay, shift: String?, isLate: Bool) {
            self.person = person
            self.date = date
            self.shift = shift
            self.isLate = isLate
        }
    }
}
