import GatehouseDriverKit
import GatehouseEngine
import GatehouseJournal
import GatehouseModel
import GatehouseRules
import GatehouseSite
import Logging

extension StickDesk.Surroundings {
    /// The devices as the gateway has them: a serial number counts whether the site file gives it or the device has
    /// said it.
    init(gateway: Gateway, writer: JournalWriter, timekeeper: Timekeeper, logger: Logger) {
        self.init(
            writer: writer, timekeeper: timekeeper, logger: logger,
            candidates: { families in
                let rows = await gateway.snapshots()
                let said = Dictionary(
                    rows.map { ($0.device, $0.facts.serial) }, uniquingKeysWith: { first, _ in first })
                return await gateway.devices.filter { families.contains($0.driver) }.map { device in
                    let number = device.settings["device_number"]
                    return StickOwner.Candidate(
                        device: device.id, serial: device.match.serial ?? said[device.id] ?? nil,
                        number: number?.text ?? number?.integer.map(String.init), settings: device.settings)
                }
            }, profile: { await gateway.profile(of: $0) })
    }
}
