import GatehouseDriverKit
import GatehouseEngine
import GatehouseModel

/// Devices that call in over HTTP: the door between their bytes and the gateway's requests.
extension World {
    /// Takes what a calling device sent, and hands its requests over.
    mutating func call(_ bytes: [UInt8], on link: OpenLink, _ index: Int) throws(BrokenInvariant) {
        stations[index].session?.link?.calls.receive(bytes)
        while let outcome = stations[index].session?.link?.calls.next() {
            guard case .request(let request) = outcome else { return try lose(index, link.serial, "that is no HTTP") }
            lastRequest += 1
            stations[index].session?.link?.unanswered.insert(RequestID(lastRequest))
            try handle(.requested(link.number, request, RequestID(lastRequest)), index)
            guard stations[index].session?.link?.serial == link.serial else { return }
        }
    }

    /// Sends the answer to a request of this link, which it must not have had before.
    mutating func respond(
        _ number: LinkNumber, _ id: RequestID, _ response: DeviceResponse, _ index: Int
    ) throws(BrokenInvariant) {
        guard let link = stations[index].session?.link, link.number == number else {
            throw broken(.noStaleSends, "\(name(index)) answers request \(id.number) on link \(number.number)")
        }
        guard stations[index].session?.link?.unanswered.remove(id) != nil else {
            throw broken(.answeredOnce, "\(name(index)) answers request \(id.number) again, or one of another link")
        }
        carry(HTTPStream.bytes(response, at: now.wall), .toDevice, index)
    }
}
