/// One punch as a record, an event or a file line gives it. What a form does not carry is nil.
public struct ZKPunch: Hashable, Sendable {
    /// The device's internal number of the user: its own on every device, and given anew after a deletion.
    public var uid: UInt16?
    /// The number that personnel knows; leading zeros count. Nil in 8-byte records and short events.
    public var userID: String?
    public var time: ZKTime
    /// The key pressed, see `ZKState`.
    public var state: UInt8
    /// How the person was recognised, see `ZKVerifyWay`.
    public var verify: UInt8
    /// The work code typed in; 0 for none.
    public var workCode: UInt32?

    public init(
        uid: UInt16? = nil, userID: String? = nil, time: ZKTime, state: UInt8, verify: UInt8, workCode: UInt32? = nil
    ) {
        self.uid = uid
        self.userID = userID
        self.time = time
        self.state = state
        self.verify = verify
        self.workCode = workCode
    }
}
