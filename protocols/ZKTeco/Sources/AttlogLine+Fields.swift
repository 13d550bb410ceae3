extension AttlogLine {
    /// The punch that a file of another form holds: a table that somebody made from the terminal's records. Absent
    /// codes stay absent.
    public init(userID: String, time: ZKTime, state: UInt8?, verify: UInt8?) {
        self.userID = userID
        self.time = time
        self.state = state
        self.verify = verify
        deviceNumber = nil
        workCode = nil
    }
}
