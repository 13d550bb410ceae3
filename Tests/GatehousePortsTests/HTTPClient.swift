import GatehousePorts

/// An answer as it came over the wire.
struct HTTPAnswer: Equatable {
    var status: Int
    /// In the order in which they came.
    var fields: [String]
    var body: [UInt8]

    /// The value of a field of that name.
    subscript(name: String) -> String? {
        fields.first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }.map {
            String($0.dropFirst(name.count + 2))
        }
    }
}

/// A device's side of HTTP, written out by hand.
struct HTTPClient {
    let connection: Connection

    init(_ port: UInt16) async throws {
        connection = try await Connection.calling(port)
    }

    func say(_ text: String) async {
        await connection.write(Array(text.utf8))
    }

    /// The next answer; nil when the connection ends before it is complete, or nothing comes for 5 seconds.
    func answer() async -> HTTPAnswer? {
        var head: [UInt8] = []
        while !head.ends(with: [13, 10, 13, 10]) {
            let byte = await connection.read(1)
            guard !byte.isEmpty else { return nil }
            head += byte
        }
        let lines = String(decoding: head.dropLast(4), as: UTF8.self).split(separator: "\r\n").map(String.init)
        let parts = lines[0].split(separator: " ")
        guard parts.count >= 2, let status = Int(parts[1]) else { return nil }
        var answer = HTTPAnswer(status: status, fields: Array(lines.dropFirst()), body: [])
        let length = answer["Content-Length"].flatMap { Int($0) } ?? 0
        answer.body = await connection.read(length)
        return answer.body.count == length ? answer : nil
    }

    /// Asks and reads the answer.
    func ask(_ text: String) async -> HTTPAnswer? {
        await say(text)
        return await answer()
    }
}

extension [UInt8] {
    func ends(with bytes: [UInt8]) -> Bool {
        suffix(bytes.count).elementsEqual(bytes)
    }
}
