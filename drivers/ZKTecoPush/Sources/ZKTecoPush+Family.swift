public import GatehouseDriverKit
import IClockWire

extension ZKTecoPush {
    /// The catalogue's entry.
    public static let family = DriverFamily(
        name: "zkteco-push", hasMemory: true,
        callers: CallerManners(
            alsoFor: ["zkteco"],
            serial: { IClockRequest($0)?.serial },
            stranger: { request in
                let (status, text) = IClockStranger.answer(to: IClockRequest(request))
                return DeviceResponse(status: status, body: Array(text.utf8))
            }),
        settings: ZKTecoPushSettings.explained,
        make: { context throws(SettingsProblem) in try ZKTecoPush(context) })
}

extension IClockRequest {
    /// The protocol's view of what the gateway's door has read.
    init?(_ request: DeviceRequest) {
        self.init(
            method: request.method, path: request.path, query: request.query.map { ($0.name, $0.value) })
    }
}
