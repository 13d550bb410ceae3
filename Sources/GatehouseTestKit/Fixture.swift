import Foundation

/// Files that tests read: vectors beside a protocol, recordings beside a driver, the samples in the documentation.
public enum Fixture {
    /// Where the file is that lies at `path` below the folder of the calling test or any folder above it; the nearest
    /// one wins. `Recordings/session.txt` is beside the test, `protocols/ZKTeco/Vectors/zkteco.json` works from
    /// everywhere.
    public static func path(_ path: String, near file: String = #filePath) throws(FixtureMissing) -> String {
        var folder = URL(fileURLWithPath: file).deletingLastPathComponent()
        while true {
            let candidate = folder.appendingPathComponent(path)
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate.path }
            guard folder.path != "/" else { throw FixtureMissing(path: path, near: file) }
            folder.deleteLastPathComponent()
        }
    }

    /// The bytes of such a file.
    public static func bytes(_ path: String, near file: String = #filePath) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: Self.path(path, near: file))))
    }

    /// The text of such a file.
    public static func text(_ path: String, near file: String = #filePath) throws -> String {
        String(decoding: try bytes(path, near: file), as: UTF8.self)
    }
}

/// No folder above the test holds the file.
public struct FixtureMissing: Error, Hashable, Sendable {
    public var path: String
    /// The test that asked.
    public var near: String
}
