import GatehouseModel
import GatehouseSimulation

/// Who works in the demo's plant, what hangs on its walls, and what people do in front of devices.
enum DemoPeople {
    /// The badge is what a clock knows somebody by; the card shows the same number, and the plant's.
    static let all = [
        (id: "E1001", name: "王建国", badge: "10001"), (id: "E1002", name: "李秀英", badge: "10002"),
        (id: "E1003", name: "张伟", badge: "10003"), (id: "E1004", name: "刘洋", badge: "10004"),
    ]
    static let checkpoints = [
        (id: "CP01", name: "1号消防栓", code: "XF-0001"), (id: "CP02", name: "配电房", code: "XF-0002"),
        (id: "CP03", name: "东侧疏散通道", code: "XF-0003"),
    ]
    private static let plant = 17

    static func card(of badge: String) -> String { "\(plant)-\(badge)" }

    /// Somebody at a clock.
    @Sendable
    static func punch(_ random: inout SplitMix64) -> JSONValue {
        ["punch": ["badge": .string(somebody(&random))]]
    }

    /// Somebody at one of the two readers of a line.
    @Sendable
    static func card(_ random: inout SplitMix64) -> JSONValue {
        ["punch": ["badge": .string(card(of: somebody(&random))), "address": .integer(random.number(in: 0...1))]]
    }

    /// A guard at a checkpoint.
    @Sendable
    static func scan(_ random: inout SplitMix64) -> JSONValue {
        ["scan": .string(checkpoints[random.number(in: 0...checkpoints.count - 1)].code)]
    }

    private static func somebody(_ random: inout SplitMix64) -> String {
        all[random.number(in: 0...all.count - 1)].badge
    }
}
