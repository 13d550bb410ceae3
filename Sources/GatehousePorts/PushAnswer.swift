import GatehouseDriverKit
import NIOHTTP1

/// An answer as it goes out: plain text with its length, and no field that a simple device could stumble over.
struct PushAnswer {
    var head: HTTPResponseHead
    var body: [UInt8]

    /// - Parameter now: Seconds since 1970, for an answer that tells the time.
    init(_ response: DeviceResponse, keepsAlive: Bool, version: HTTPVersion, now: Int) {
        // Anything else is no final answer, and the device would wait for another.
        let status = (200...599).contains(response.status) ? response.status : 500
        let isBare = status == 204 || status == 304
        body = isBare ? [] : response.body
        var headers = HTTPHeaders()
        if response.tellsTime { headers.add(name: "Date", value: httpDate(now)) }
        if !isBare {
            headers.add(name: "Content-Type", value: "text/plain")
            headers.add(name: "Content-Length", value: "\(body.count)")
        }
        if !keepsAlive {
            headers.add(name: "Connection", value: "close")
        } else if version.minor == 0 {
            headers.add(name: "Connection", value: "keep-alive")
        }
        head = HTTPResponseHead(version: version, status: HTTPResponseStatus(statusCode: status), headers: headers)
    }

    /// The gateway's own refusal, after which the connection closes.
    init(refusing status: HTTPResponseStatus) {
        self.init(
            DeviceResponse(status: Int(status.code)), keepsAlive: false, version: .http1_1, now: 0)
        if status == .methodNotAllowed { head.headers.add(name: "Allow", value: "GET, POST") }
    }
}
