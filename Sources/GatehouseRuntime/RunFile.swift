import Foundation
import GatehouseModel
import Glibc

/// `run.json` in the data folder: how the commands find a running daemon. It is there while the daemon takes
/// requests, and after a daemon that was killed.
public struct RunFile: Hashable, Sendable {
    public var pid: Int32
    public var version: String
    public var events: String
    public var requests: String
    /// Where devices that call in are heard; nil when that is off.
    public var adms: String?

    public init(pid: Int32, version: String, events: String, requests: String, adms: String? = nil) {
        self.pid = pid
        self.version = version
        self.events = events
        self.requests = requests
        self.adms = adms
    }

    /// Where it lies in a data folder.
    public static func path(in folder: String) -> String { "\(folder)/run.json" }

    /// Reads the file of a data folder; nil where there is none that can be read, or its process is no more.
    public init?(in folder: String) {
        guard let content = FileManager.default.contents(atPath: Self.path(in: folder)),
            let json = try? JSONValue(parsing: content), let pid = json["pid"]?.integer,
            let version = json["version"]?.text, let events = json["events"]?.text,
            let requests = json["requests"]?.text
        else { return nil }
        let process = Int32(truncatingIfNeeded: pid)
        guard kill(process, 0) == 0 || errno == EPERM else { return nil }
        self.init(pid: process, version: version, events: events, requests: requests, adms: json["adms"]?.text)
    }

    /// Writes it so that a reader sees the whole file or none.
    func write(in folder: String) throws {
        var members: [JSONValue.Member] = [
            .init("pid", .integer(pid)), .init("version", .string(version)), .init("events", .string(events)),
            .init("requests", .string(requests)),
        ]
        if let adms { members.append(.init("adms", .string(adms))) }
        try Data(JSONValue.object(members).bytes + [0x0A]).write(
            to: URL(filePath: Self.path(in: folder)), options: .atomic)
    }

    static func remove(from folder: String) {
        // Gone already is as good as removed.
        try? FileManager.default.removeItem(atPath: path(in: folder))
    }
}
