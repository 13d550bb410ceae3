import GatehouseDriverKit
import GatehouseRules

/// Two devices that answer to the same description could be taken for each other.
struct DevicesApart {
    let families: [DriverFamily]

    func check(_ devices: [Device], at mark: Mark, in context: ReadingContext) {
        var matches: [Device.Match: Device] = [:]
        var serials: [String: Device] = [:]
        for device in devices where device.match != Device.Match() {
            checkReach(of: device, at: mark, in: context)
            if let other = matches.updateValue(device, forKey: device.match) {
                compare(device, with: other, at: mark, in: context)
            }
            guard let serial = device.match.serial, calls(device) else { continue }
            if let other = serials.updateValue(device, forKey: serial), other.match != device.match {
                context.report(
                    at: mark, "\(other.id) and \(device.id) have the same serial",
                    hint: "one clock is one entry, whether it is asked, calls, or both: keep the one with the host")
            }
        }
    }

    /// What a family needs in order to find its devices.
    private func checkReach(of device: Device, at mark: Mark, in context: ReadingContext) {
        guard let family = families.first(where: { $0.name == device.driver }) else { return }
        let match = device.match
        if family.callers != nil, match.serial == nil {
            context.report(
                at: mark, "\(device.id) calls and is known by nothing",
                hint: "add its serial number to match: it is what the device says when it calls")
        }
        guard let host = match.host else { return }
        if match.listen != nil, !Address.isNumeric(host) {
            context.report(
                at: mark, "\(device.id) calls, and its host is no address",
                hint: "write the IP address it calls from, without a port, or leave host out")
        } else if match.listen == nil, family.callers == nil, family.network.isEmpty, Address.hostAndPort(host) == nil {
            context.report(
                at: mark, "\(device.id) has a host without a port",
                hint: "add the port: a \(family.name) has none of its own")
        }
    }

    /// Devices that match the same port are in order only on a line that their family shares.
    private func compare(_ device: Device, with other: Device, at mark: Mark, in context: ReadingContext) {
        let names = "\(other.id) and \(device.id)"
        guard sharesLine(device), sharesLine(other), device.match.host == nil, device.match.listen == nil else {
            return context.report(
                at: mark, "\(names) match the same device", hint: "add a serial or a tty that tells them apart")
        }
        if device.driver != other.driver {
            context.report(
                at: mark, "\(names) are on the same line and speak different protocols",
                hint: "give each protocol a line of its own")
        } else if device.line != other.line {
            context.report(
                at: mark, "\(names) are on the same line with different settings", hint: "give both the same line:")
        } else if device.settings == other.settings {
            context.report(
                at: mark, "\(names) are on the same line with the same address",
                hint: "give each its own address in settings:")
        }
    }

    /// Of a driver that is not known here it is taken on trust: a site out of a journal is read without the drivers,
    /// and was in order when it was a file.
    private func sharesLine(_ device: Device) -> Bool {
        families.first { $0.name == device.driver }?.sharesLine ?? (device.driver != DriverNames.auto)
    }

    private func calls(_ device: Device) -> Bool {
        families.contains { family in
            guard let callers = family.callers else { return false }
            return family.name == device.driver || callers.alsoFor.contains(device.driver)
        }
    }
}
