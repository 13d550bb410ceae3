public import GatehouseModel
public import ZKTecoWire

extension SimulatedZKTeco {
    /// What kind of clock it is.
    public struct Setup: Hashable, Sendable {
        public var serial = "SIM0000000001"
        public var name = "Simulated clock"
        public var platform = "ZEM760_TFT"
        public var firmware = "Ver 6.60 Jun 16 2015"
        /// 69 English, 83 simplified Chinese.
        public var language = 69
        /// The comm key of its menu; 0 for none.
        public var key: UInt32 = 0
        /// Whether it asks for a key even when that is 0, as some firmware does.
        public var alwaysAsksForKey = false
        /// How a punch lies in the log. The eight-byte layouts and the short events carry the internal number only.
        public var layout = ZKRecordLayout.forty
        public var eventForm = ZKEvent.Form.thirtyTwo
        public var userLayout = ZKUser.Layout.long
        /// Punches that the log holds.
        public var capacity = 100_000
        /// People enrolled when it leaves the factory: badges from 10001 on.
        public var userCount = 20
        /// The zone of the wall it hangs on.
        public var zone = Zone.utc
        /// How far its clock is ahead of the true time.
        public var clockOffset = Duration.zero
        public var bulk = Bulk()

        public init() {}
    }

    /// How it hands out its log and its users.
    public struct Bulk: Hashable, Sendable {
        /// Whether it knows the prepared read (1503); old devices know only the plain commands.
        public var isPrepared = true
        /// Datasets up to so many bytes come at once.
        public var directLimit = 1000
        /// Whether a chunk is announced with PREPARE_DATA and closed with ACK_OK; else one DATA is all.
        public var announcesChunks = true
        /// Data bytes in each packet on TCP; nil for all of a chunk in one, without which some libraries time out.
        public var tcpPacket: Int?
        /// Data bytes in each packet on UDP.
        public var udpPacket = 1024

        public init() {}
    }
}
