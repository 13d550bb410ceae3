import GatehouseModel
import GatehouseRules

/// Addresses on which the gateway listens.
enum Address {
    /// Whether the text can be a host: a name, an IPv4 address, or an IPv6 address in brackets.
    static func isHost(_ text: some StringProtocol) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        if text.hasPrefix("["), text.hasSuffix("]") {
            return text.count > 3 && text.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        let isNumeric = text.allSatisfy { ("0"..."9").contains($0) || $0 == "." }
        if isNumeric {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
        }
        return text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
        }
    }

    /// Whether the text is an IP address, without a port.
    static func isNumeric(_ text: String) -> Bool {
        let inner = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        if inner.count(where: { $0 == ":" }) > 1 { return inner.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." } }
        return inner.split(separator: ".").count == 4 && inner.allSatisfy { $0.isNumber || $0 == "." } && isHost(inner)
    }

    /// Host and port of `127.0.0.1:8080`; `*` and `0.0.0.0` are every interface. Port 0 takes a free one.
    static func hostAndPort(_ text: some StringProtocol) -> (host: String, port: UInt16)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let (host, digits) = (text[..<colon], text[text.index(after: colon)...])
        guard host == "*" || isHost(host), digits.allSatisfy({ ("0"..."9").contains($0) }), let port = UInt16(digits)
        else {
            return nil
        }
        return (String(host), port)
    }

    /// Whether only this machine can reach the host.
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "[::1]"
            || (host.hasPrefix("127.") && isHost(host) && host.last?.isNumber == true)
    }

    /// Whether a ZeroMQ address may be plain: `ipc://`, or TCP that only this machine can reach.
    static func mayBePlain(_ address: String) -> Bool {
        guard address.hasPrefix("tcp://") else { return true }
        return hostAndPort(address.dropFirst(6)).map { isLoopback($0.host) } ?? false
    }
}

extension Form where Value == String {
    /// A ZeroMQ address.
    static var busAddress: Form {
        word(
            "a bus address", hint: "write tcp://127.0.0.1:7780 or ipc:///run/gatehouse/events", encode: { .string($0) }
        ) { text, _ in
            if text.hasPrefix("tcp://") { return Address.hostAndPort(text.dropFirst(6)) == nil ? nil : text }
            // A Unix socket's path has room for 107 bytes.
            return text.hasPrefix("ipc://") && (7...113).contains(text.utf8.count) ? text : nil
        }
    }

    /// The path of a folder.
    static var folder: Form {
        word("a folder", hint: "write its full path: /var/lib/gatehouse", encode: { .string($0) }) { text, _ in
            text.hasPrefix("/") && text.utf8.count <= 1024 ? text : nil
        }
    }
}

extension Form where Value == String? {
    /// `host:port`, or `off`.
    static var doorAddress: Form {
        word(
            "an address or off", hint: "write host:port, for example 127.0.0.1:8080, or off",
            encode: { .string($0 ?? "off") }
        ) { text, _ in
            if Form<Bool>.value(of: text) == false { return .some(nil) }
            return Address.hostAndPort(text) == nil ? nil : .some(text)
        }
    }
}

extension Form where Value == GatewaySettings {
    /// Reports a bus that others could reach without keys; the rest is left to the daemon.
    static var gateway: Form {
        map("gateway") { reader in
            let standard = GatewaySettings.standard
            let settings = GatewaySettings(
                data: reader.read("data", .folder),
                events: reader.read("events", .busAddress, default: standard.events),
                requests: reader.read("requests", .busAddress, default: standard.requests),
                http: reader.read("http", .doorAddress, default: standard.http),
                adms: reader.read("adms", .doorAddress, default: standard.adms),
                curve: reader.read("curve", .onOff, default: standard.curve),
                retention: reader.read("retention", .retention) ?? standard.retention,
                identify: reader.read("identify", .onOff) ?? standard.identify,
                usbStick: reader.read("usb_stick", .choice("what is done with a stick")) ?? standard.usbStick,
                stickFolders: reader.read("stick_folders", .list(of: .folder)) ?? standard.stickFolders)
            for (key, address) in [("events", settings.events), ("requests", settings.requests)]
            where !settings.curve && !Address.mayBePlain(address) {
                reader.context.report(
                    at: reader.mark(of: key), "\(address) can be reached from outside while curve is off",
                    hint: "add curve: on, or listen at tcp://127.0.0.1 only")
            }
            return settings
        }
    }
}

extension Form where Value == GatewaySettings.Retention {
    static var retention: Form {
        map("retention") { reader in
            .init(age: reader.read("age", .span), size: reader.read("size", .size))
        }
    }
}
