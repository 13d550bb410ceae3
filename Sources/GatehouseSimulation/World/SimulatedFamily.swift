public import GatehouseDriverKit
public import GatehouseModel

/// How to hang one device of a family on the wall of a simulated site. Each family with a simulated device has
/// one beside it; the world joins it with the driver family of the same name.
public struct SimulatedFamily: Sendable {
    /// The driver family's name.
    public var name: String
    /// How a person makes one with the values of their choice; nil where the family has a command of its own.
    public var bench: SimulatedBench?
    /// Draws a device: its make, its key, its line, what the site file says of it.
    public var draw: @Sendable (inout SplitMix64, _ zone: Zone, _ device: String) -> SimulatedStation

    public init(
        name: String, bench: SimulatedBench? = nil,
        draw: @escaping @Sendable (inout SplitMix64, _ zone: Zone, _ device: String) -> SimulatedStation
    ) {
        self.name = name
        self.bench = bench
        self.draw = draw
    }
}

/// A device as it was drawn, and what people do to it.
public struct SimulatedStation: Sendable {
    public var device: any SimulatedDevice
    /// What the site file says, rightly.
    public var context: DriverContext
    /// What the site file says before somebody corrects it, for example a wrong key; nil where it was right at once.
    public var mistaken: DriverContext?
    /// The doors of the device, in the order in which the gateway tries them.
    public var transports: [Transport]
    /// What a person in front of it does next, as the device is told.
    public var errand: @Sendable (inout SplitMix64) -> JSONValue
    /// What goes wrong with it next, as the device is told.
    public var mishap: @Sendable (inout SplitMix64) -> JSONValue
    /// What ends everything that `mishap` began and that does not end by itself, as the device is told.
    public var mend: JSONValue

    public init(
        device: any SimulatedDevice, context: DriverContext, mistaken: DriverContext? = nil, transports: [Transport],
        errand: @escaping @Sendable (inout SplitMix64) -> JSONValue,
        mishap: @escaping @Sendable (inout SplitMix64) -> JSONValue, mend: JSONValue
    ) {
        precondition(!transports.isEmpty, "a device without a door cannot be reached")
        self.device = device
        self.context = context
        self.mistaken = mistaken
        self.transports = transports
        self.errand = errand
        self.mishap = mishap
        self.mend = mend
    }
}

/// A simulated device with a memory: it can be asked what became of each record that it ever made.
public protocol RecordKeeping: SimulatedDevice {
    /// How many records it has made; they are numbered from 1.
    var recordCount: Int { get }
    /// How many acknowledgements and erasures there were: while it stays the same, no record's standing changes.
    var settledCount: Int { get }
    /// What the gateway made of the record of that number.
    func standing(of number: Int) -> RecordStanding
    /// The id of the event that the record must become.
    func identity(of number: Int) -> String
}

/// What the gateway did to one record of a device.
public struct RecordStanding: Hashable, Sendable {
    /// It said that it has it.
    public var isAcknowledged: Bool
    /// It had it erased.
    public var isErased: Bool

    public init(isAcknowledged: Bool, isErased: Bool) {
        self.isAcknowledged = isAcknowledged
        self.isErased = isErased
    }
}
