import Foundation
import GatehouseDriverKit
import GatehouseModel

import GatehouseRules
@testable import GatehouseSite

/// A folder of its own for one test's files, gone when the test is.
final class Workbench {
    let folder: URL

    init() {
        folder = FileManager.default.temporaryDirectory.appending(path: "gatehouse-site-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String {
        folder.appending(path: name).path
    }

    func write(_ name: String, _ text: String) throws {
        try write(name, bytes: Array(text.utf8))
    }

    func write(_ name: String, bytes: [UInt8], permissions: Int = 0o600) throws {
        try Data(bytes).write(to: folder.appending(path: name))
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path(name))
    }

    func read(_ name: String = "site.yaml") -> SiteReading {
        SiteReader.read(path(name), drivers: Self.families)
    }

    /// The problems' texts without the folder in front of the file names.
    func problems(_ name: String = "site.yaml") -> [String] {
        read(name).problems.map { $0.text.replacing(folder.path + "/", with: "") }
    }

    /// The problems of a site file, given a head that is in order; the text begins at line 3.
    func problems(after text: String) throws -> [String] {
        try write("site.yaml", Self.head + text)
        return problems()
    }

    static let head = "site: t1\ntimezone: Asia/Shanghai\n"

    /// Families of every kind that the sample sites name; two of them with settings.
    static let families = [
        DriverFamily(
            name: "zkteco", hasMemory: true, network: [NetworkDoor(.tcp, port: 4370)],
            settings: ["port": "where it listens", "password": "its key"]
        ) {
            _ throws(SettingsProblem) in Mute()
        },
        DriverFamily(name: "line-scanner", hasMemory: false) { _ throws(SettingsProblem) in Mute() },
        DriverFamily(
            name: "anviz", hasMemory: true, network: [NetworkDoor(.tcp, port: 5010)], settings: ["poll": "how often"]
        ) {
            _ throws(SettingsProblem) in Mute()
        },
        DriverFamily(name: "memory-scanner", hasMemory: true) { _ throws(SettingsProblem) in Mute() },
    ]

    /// The folder of sample sites beside the tests.
    static func sample(_ name: String, file: String = #filePath) -> URL {
        URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "Sites/\(name)")
    }

    /// A copy of a sample site, its files readable by their owner only.
    static func copy(of sample: URL) throws -> Workbench {
        let bench = Workbench()
        for name in try FileManager.default.contentsOfDirectory(atPath: sample.path) {
            try bench.write(name, bytes: Array(Data(contentsOf: sample.appending(path: name))))
        }
        return bench
    }
}

/// A driver that does nothing.
private struct Mute: DeviceDriver {
    mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] { [] }
}
