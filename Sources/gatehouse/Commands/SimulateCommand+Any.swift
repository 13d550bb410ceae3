import ArgumentParser
import GatehouseDriverKit
import GatehouseModel
import GatehouseRules
import GatehouseSimulation
import GatehouseSite

extension SimulateCommand {
    /// A device of any family that has one, with the values that the family explains.
    struct AnyDevice: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "device", abstract: "A device of any family: gatehouse simulate KIND.",
            discussion: """
                Example: gatehouse simulate \(kinds.first ?? "KIND") --listen tcp://127.0.0.1:0 --set serial=A1

                \(explained)
                """)

        @Argument(help: "The family: \(SimulateCommand.AnyDevice.kinds.joined(separator: ", ")).")
        var kind: String

        @OptionGroup var place: Place

        @Option(name: .customLong("set"), help: "A value of the device, KEY=VALUE; may be given several times.")
        var settings: [String] = []

        @Option(help: "Its time zone, for example Asia/Shanghai; without it, the system's.")
        var zone: String?

        func validate() throws {
            guard Self.benches[kind] != nil else {
                throw ValidationError(
                    "\(kind) is no simulated device; there are \(SimulateCommand.kinds.joined(separator: ", "))")
            }
            if let wrong = settings.first(where: { !$0.dropFirst().contains("=") }) {
                throw ValidationError("--set takes KEY=VALUE, not \(wrong)")
            }
        }

        func run() async throws {
            guard let bench = Self.benches[kind] else { return }
            let values = settings.compactMap { text in
                text.firstIndex(of: "=").map { (String(text[..<$0]), String(text[text.index(after: $0)...])) }
            }
            let setup = SimulatedSetup(values: values, zone: try Clock.zone(zone), seed: place.seed)
            let device: any SimulatedDevice
            do throws(SettingsProblem) {
                device = try bench.device(setup)
            } catch {
                throw Failure(.usage, "--set \(error.key): \(error.reason)")
            }
            try await place.run(device, kind: kind)
        }

        private static var benches: [String: SimulatedBench] {
            Dictionary(
                DriverCatalogue.simulated.compactMap { family in family.bench.map { (family.name, $0) } },
                uniquingKeysWith: { first, _ in first })
        }

        /// The families that can be made so, in order.
        static var kinds: [String] { benches.keys.sorted() }

        /// Every family's values, for the help.
        private static var explained: String {
            kinds.map { kind in
                let keys = (benches[kind]?.explanations ?? [:]).sorted { $0.key < $1.key }
                return "\(kind) --set:\n" + keys.map { "  \($0.key): \($0.value)" }.joined(separator: "\n")
            }.joined(separator: "\n\n")
        }
    }

    /// Everything that can be simulated: what has a command of its own, and the rest.
    static var kinds: [String] {
        (["line-scanner", "zkteco"] + AnyDevice.kinds).sorted()
    }
}
