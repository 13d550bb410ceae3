import GatehouseDriverKit
import GatehouseModel
import HanvonWire

/// The items of one record as they come in, in pull and push alike.
struct HanvonRecord: Hashable, Sendable {
    /// The most items of a record that are kept; the rest says nothing that an event needs.
    private static let itemLimit = 24
    /// Who the person is called and looks like is none of an event's business, and in an encoding that varies.
    private static let passedOver: Set = ["name", "photo", "face_data"]

    private(set) var items: [HanvonMessage.Item] = []

    var isEmpty: Bool { items.isEmpty }

    /// Takes an item; of two with the same key the first counts.
    mutating func take(_ item: HanvonMessage.Item) {
        guard items.count < Self.itemLimit, !Self.passedOver.contains(item.key) else { return }
        items.append(item)
    }

    /// The first value of that key, where it is plain text.
    subscript(key: String) -> String? {
        items.first { $0.key == key }?.value.plainText
    }

    /// Who and when; nil where the record does not say so understandably.
    var time: LocalTime? {
        items.first { $0.key == "time" }.flatMap { LocalTime(device: $0.value) }
    }

    /// The record as text, to be shown where it is not understood.
    var bytes: [UInt8] { HanvonMessage("Record", items).bytes }

    /// The event's id, `120/2026-11-22T08:30:00/1`: id, time, status; `-` stands for a status that is not there.
    static func identity(id: String, time: LocalTime, status: String?) -> String {
        "\(id)/\(time.text)/\(status ?? "-")"
    }

    /// Nil where id or time are missing or no plain text and date.
    func observation(_ settings: HanvonSettings, road: String) -> Observation? {
        guard let id = self["id"], let time else { return nil }
        var native: [JSONValue.Member] = []
        for item in items {
            guard let text = item.value.plainText, !native.contains(where: { $0.name == item.key }) else { continue }
            let same = items.filter { $0.key == item.key }.compactMap(\.value.plainText)
            native.append(.init(item.key, .string(same.count > 1 ? same.joined(separator: "&") : text)))
        }
        native.append(.init("road", .string(road)))
        return .punch(
            PunchReading(
                identity: Self.identity(id: id, time: time, status: self["status"]), badge: id,
                direction: direction(settings), method: settings.method, deviceTime: time, native: .object(native)))
    }

    private func direction(_ settings: HanvonSettings) -> PunchReading.Direction {
        switch (settings.direction, self["card_type"], self["status"]) {
        case (.cardType, "cardtype_on", _): .in
        case (.cardType, "cardtype_off", _): .out
        case (.cardType, "cardtype_addon", _): .overtimeIn
        case (.cardType, "cardtype_addoff", _): .overtimeOut
        case (.cardType, "cardtype_out", _): .breakOut
        case (.cardType, "cardtype_back", _): .breakIn
        case (.status, _, "0"): .in
        case (.status, _, "1"): .out
        default: .unknown
        }
    }
}

extension LocalTime {
    /// The device's way to write a time; nil for a date that does not exist.
    init?(device value: [UInt8]) {
        guard let time = HanvonTime(value) else { return nil }
        self.init(
            year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
            second: time.second)
    }

    /// `2026-11-22 08:30:00`.
    var deviceText: String {
        String(text.map { $0 == "T" ? " " : $0 })
    }
}
