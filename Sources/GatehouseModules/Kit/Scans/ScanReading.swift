import GatehouseModel
import GatehouseRules

/// What a scanned code means here.
public enum ScanReading: Hashable, Sendable {
    case checkpoint(String)
    case condition(String)
    case person(String)
    /// A code of Gatehouse's own with a wrong tag.
    case forged
    case unknown
}

/// Reads codes by the rules of one site.
///
/// Whether one of Gatehouse's own codes carries the right tag was judged when the scan was stored, with a key that no
/// module knows; what such a code stands for is its own text. Every other code means what the site in force says.
public struct ScanCodes: Sendable {
    private let index: SiteIndex
    private let codes: [String: ScanReading]

    public init(_ index: SiteIndex) {
        self.index = index
        var codes: [String: ScanReading] = [:]
        // The first of checkpoint, condition and person wins.
        for (badge, person) in index.badges { codes[badge] = .person(person) }
        for condition in index.site.conditions.reversed() {
            if let code = condition.code { codes[code] = .condition(condition.id) }
        }
        for checkpoint in index.site.checkpoints.reversed() {
            if let code = checkpoint.code { codes[code] = .checkpoint(checkpoint.id) }
        }
        self.codes = codes
    }

    /// What the scan says. A right code of something that the site no longer has is unknown.
    public func reading(of scan: Fact.Scan) -> ScanReading {
        if scan.authentic == "forged" { return .forged }
        if scan.authentic == "signed", let own = Self.ownCode(scan.code) { return known(kind: own.kind, own.id) }
        if let registered = codes[scan.code] { return registered }
        guard scan.authentic == "registered" || scan.authentic == "signed", let value = scan.value else {
            return .unknown
        }
        return known(kind: scan.kind, value)
    }

    private func known(kind: String, _ id: String) -> ScanReading {
        switch kind {
        case "C", "checkpoint": index.checkpoints[id] == nil ? .unknown : .checkpoint(id)
        case "N", "condition": index.conditions[id] == nil ? .unknown : .condition(id)
        case "P", "person": index.people[id] == nil ? .unknown : .person(id)
        default: .unknown
        }
    }

    /// `GH1.<kind>.<id>.<tag>`, where the id may have points of its own.
    private static func ownCode(_ code: String) -> (kind: String, id: String)? {
        let parts = code.utf8.split(separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("GH1".utf8), let kind = String(parts[1]),
            let end = parts[2].lastIndex(of: UInt8(ascii: ".")), let id = String(parts[2][..<end])
        else { return nil }
        return (kind, id)
    }
}
