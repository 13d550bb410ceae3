import GatehouseDriverKit
import GatehouseModel
import GatehouseSimulation

/// The little of HTTP that lies between a simulated device that calls in and the driver, where the gateway's own server
/// would be.
enum PushText {
    /// The request that a device wrote; nil for what is none.
    static func request(_ bytes: [UInt8]) -> DeviceRequest? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let first = text.split(separator: "\r\n", maxSplits: 1).first else { return nil }
        let words = first.split(separator: " ")
        guard words.count == 3, words[2].hasPrefix("HTTP/") else { return nil }
        let target = words[1].split(separator: "?", maxSplits: 1)
        let query = (target.count > 1 ? target[1] : "").split(separator: "&").map { field in
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return DeviceRequest.QueryField(String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        return DeviceRequest(
            method: String(words[0]), path: target.first.map { String($0) } ?? "/", query: query, body: body(bytes))
    }

    /// What stands behind the empty line.
    private static func body(_ bytes: [UInt8]) -> [UInt8] {
        let end = Array("\r\n\r\n".utf8)
        guard bytes.count >= 4 else { return [] }
        for place in 0...bytes.count - 4 where bytes[place..<place + 4].elementsEqual(end) {
            return Array(bytes[(place + 4)...])
        }
        return []
    }

    /// The gateway's answer as a device reads it.
    static func response(_ response: DeviceResponse) -> [UInt8] {
        let head =
            "HTTP/1.1 \(response.status) OK\r\nContent-Length: \(response.body.count)\r\n\r\n"
        return Array(head.utf8) + response.body
    }

    /// A request with true words in the wrong places.
    static func odd(_ body: [UInt8], _ random: inout SplitMix64) -> DeviceRequest {
        let paths = [
            "/iclock/cdata", "/iclock/getrequest", "/iclock/devicecmd", "/iclock/ping", "/iclock/exchange", "/", "",
        ]
        let names = ["SN", "table", "Stamp", "OpStamp", "options", "pushver", "INFO", "sn", "TABLE", "\u{0}"]
        let values = [
            "SIM1", "ATTLOG", "OPERLOG", "ATTPHOTO", "all", "0", "9999999999999999999", "-1", "", "2.4.1", "~",
        ]
        let query = (0..<random.number(in: 0...4)).map { _ in
            DeviceRequest.QueryField(random.pick(names), random.pick(values))
        }
        return DeviceRequest(
            method: random.pick(["GET", "POST", "PUT", ""]), path: random.pick(paths), query: query, body: body)
    }
}
