import Foundation

/// The repository as the house rules see it.
struct SourceTree {
    let root: URL

    /// The repository that this file is part of.
    static let own = SourceTree(
        root: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent())

    /// A Swift file and where it lies, relative to the root.
    struct File: CustomStringConvertible {
        var path: String
        var lines: [String]

        /// The modules it imports.
        var imports: [String] {
            lines.compactMap { line in
                guard
                    let match = line.firstMatch(
                        of: /^(?:@\w+\s+)?(?:public |internal |package )?import (?:struct |enum |class |func )?(\w+)/)
                else { return nil }
                return String(match.1)
            }
        }

        var description: String { path }
    }

    /// Every Swift file below a folder.
    func swiftFiles(under folder: String) -> [File] {
        paths(under: folder).filter { $0.hasSuffix(".swift") }.map { path in
            File(path: path, lines: text(of: path).components(separatedBy: "\n"))
        }
    }

    /// Every file below a folder, relative to the root.
    func paths(under folder: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
        return (names?.compactMap { $0 as? String } ?? []).map { "\(folder)/\($0)" }.sorted()
    }

    /// What lies right in a folder.
    func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []).sorted()
    }

    /// The folders right in a folder.
    func folders(in folder: String) -> [String] {
        names(in: folder).filter { isFolder("\(folder)/\($0)") }
    }

    func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    func text(of path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }
}
