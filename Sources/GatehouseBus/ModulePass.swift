/// The secret that lets a module in a process of its own speak for itself: a file in the gateway's data folder that
/// only its owner reads. A client, whatever its role, cannot say what a module says.
public struct ModulePass: Hashable, Sendable {
    public let bytes: [UInt8]

    /// Where it lies in a data folder.
    public static func path(in folder: String) -> String { "\(folder)/modules.pass" }

    /// The pass of a data folder, made if there is none yet.
    public static func standing(in folder: String) throws(BusError) -> ModulePass {
        if let known = try existing(at: path(in: folder)) { return known }
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        let bytes = (0..<64).map { _ in digits[Int(generator.next() & 15)] }
        try SecretFile.write(bytes, to: path(in: folder))
        return ModulePass(bytes: bytes)
    }

    /// Reads the file; nil where there is none.
    public static func existing(at path: String) throws(BusError) -> ModulePass? {
        guard let content = try SecretFile.readIfPresent(path) else { return nil }
        let bytes = content.filter { $0 > 0x20 }
        guard bytes.count == 64 else {
            throw BusError("\(path) holds no pass; remove it, and the gateway makes a new one at its next start")
        }
        return ModulePass(bytes: bytes)
    }

    /// Compares all of it, however early the two differ.
    public func matches(_ other: [UInt8]) -> Bool {
        other.count == bytes.count && zip(bytes, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
