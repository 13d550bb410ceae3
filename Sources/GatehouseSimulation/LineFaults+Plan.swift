extension LineFaults {
    /// How often each thing goes wrong: once in so many sends or pieces, 0 for never.
    public struct Plan: Hashable, Sendable {
        /// Whether whole datagrams are carried, which may overtake each other, or a stream that may be cut anywhere.
        public var isDatagrams: Bool
        public var delay: ClosedRange<Duration>
        /// A stream is cut in two, and what is left again.
        public var splitOneIn: Int
        /// One bit of a piece turns over.
        public var corruptOneIn: Int
        /// A datagram arrives twice.
        public var duplicateOneIn: Int
        /// A piece never arrives.
        public var dropOneIn: Int
        /// The line breaks in the middle of a send.
        public var disconnectOneIn: Int

        public init(
            isDatagrams: Bool = false, delay: ClosedRange<Duration> = .zero...(.zero), splitOneIn: Int = 0,
            corruptOneIn: Int = 0, duplicateOneIn: Int = 0, dropOneIn: Int = 0, disconnectOneIn: Int = 0
        ) {
            precondition(delay.lowerBound >= .zero, "nothing arrives before it is sent")
            self.isDatagrams = isDatagrams
            self.delay = delay
            self.splitOneIn = splitOneIn
            self.corruptOneIn = corruptOneIn
            self.duplicateOneIn = duplicateOneIn
            self.dropOneIn = dropOneIn
            self.disconnectOneIn = disconnectOneIn
        }

        /// All arrives at once and whole.
        public static let clean = Plan()
        /// Reads cut and joined, delays, and now and then the connection is lost; no byte is wrong.
        public static let tcp = Plan(delay: .zero...(.milliseconds(40)), splitOneIn: 2, disconnectOneIn: 400)
        /// Datagrams late, out of order, twice, or lost.
        public static let udp = Plan(
            isDatagrams: true, delay: .zero...(.milliseconds(40)), duplicateOneIn: 40, dropOneIn: 60,
            disconnectOneIn: 600)
        /// A long unshielded cable: bits turn over, bytes are lost, a plug comes loose.
        public static let serial = Plan(
            delay: .zero...(.milliseconds(16)), splitOneIn: 2, corruptOneIn: 50, dropOneIn: 100, disconnectOneIn: 300)

        /// The names under which the plans are chosen on a command line.
        public static let named: [String: Plan] = ["clean": clean, "tcp": tcp, "udp": udp, "serial": serial]
    }
}
