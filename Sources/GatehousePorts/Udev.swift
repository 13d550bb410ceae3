import CUdev
import Glibc

/// libudev's context. Noncopyable and not Sendable: libudev is not thread-safe, so it is made, used and
/// released on one thread.
struct Udev: ~Copyable {
    fileprivate let context: OpaquePointer

    init() throws(HotPlugError) {
        guard let context = udev_new() else { throw HotPlugError(errno) }
        self.context = context
    }

    deinit { udev_unref(context) }

    /// Every device of a subsystem that is there now.
    func devices(of subsystem: String) throws(HotPlugError) -> [DeviceRecord] {
        guard let enumeration = udev_enumerate_new(context) else { throw HotPlugError(errno) }
        defer { udev_enumerate_unref(enumeration) }
        udev_enumerate_add_match_subsystem(enumeration, subsystem)
        let result = udev_enumerate_scan_devices(enumeration)
        guard result >= 0 else { throw HotPlugError(-result) }

        var records: [DeviceRecord] = []
        var entry = udev_enumerate_get_list_entry(enumeration)
        while let current = entry {
            // Nil when it was unplugged between the listing and now.
            if let device = udev_device_new_from_syspath(context, udev_list_entry_get_name(current)) {
                records.append(DeviceRecord(device))
                udev_device_unref(device)
            }
            entry = udev_list_entry_get_next(current)
        }
        return records
    }
}

/// What the kernel (or udevd, once its rules have run) tells of comings and goings.
struct UdevMonitor: ~Copyable {
    enum Action: Equatable {
        case add, remove, change, other
    }

    private let monitor: OpaquePointer
    /// Readable when something happened.
    let descriptor: Int32

    /// - Parameter afterRules: Wait for udevd, which gives a node its group before it tells. Only where
    ///   udevd runs.
    init(_ udev: borrowing Udev, subsystems: [String], afterRules: Bool) throws(HotPlugError) {
        guard let monitor = udev_monitor_new_from_netlink(udev.context, afterRules ? "udev" : "kernel") else {
            throw HotPlugError(errno)
        }
        for subsystem in subsystems {
            udev_monitor_filter_add_match_subsystem_devtype(monitor, subsystem, nil)
        }
        // 1 MiB: a hub with its devices makes a burst. More than the system's limit is allowed to root
        // only.
        udev_monitor_set_receive_buffer_size(monitor, 1_048_576)
        let result = udev_monitor_enable_receiving(monitor)
        guard result >= 0 else {
            udev_monitor_unref(monitor)
            throw HotPlugError(-result)
        }
        self.monitor = monitor
        descriptor = udev_monitor_get_fd(monitor)
    }

    deinit { udev_monitor_unref(monitor) }

    /// The next event; nil when there is none now.
    /// - Throws: ENOBUFS when the kernel had to drop some.
    func next() throws(HotPlugError) -> (action: Action, record: DeviceRecord)? {
        errno = 0
        guard let device = udev_monitor_receive_device(monitor) else {
            guard errno == ENOBUFS else { return nil }
            throw HotPlugError(ENOBUFS)
        }
        defer { udev_device_unref(device) }
        let action: Action =
            switch udev_device_get_action(device).map({ String(cString: $0) }) {
            case "add": .add
            case "remove": .remove
            case "change": .change
            default: .other
            }
        return (action, DeviceRecord(device))
    }
}

/// Why the machine's devices cannot be listed or watched.
public struct HotPlugError: Error, Hashable, Sendable, CustomStringConvertible {
    public var code: Int32

    init(_ code: Int32) {
        self.code = code
    }

    public var description: String {
        "devices cannot be watched: \(systemText(code)) (errno \(code)); is /sys mounted?"
    }
}

extension DeviceRecord {
    init(_ device: OpaquePointer) {
        self.init(
            subsystem: text(udev_device_get_subsystem(device)) ?? "", devicePath: text(udev_device_get_devnode(device)),
            systemPath: text(udev_device_get_syspath(device)) ?? "", properties: Self.properties(of: device),
            attributes: Self.attributes(of: device))
        // Parents belong to the device and are released with it.
        var parent = udev_device_get_parent(device)
        while let current = parent, ancestors.count < 64 {
            ancestors.append(
                Ancestor(
                    subsystem: text(udev_device_get_subsystem(current)) ?? "",
                    name: text(udev_device_get_sysname(current)) ?? "",
                    kind: text(udev_device_get_devtype(current)), driver: text(udev_device_get_driver(current)),
                    attributes: Self.attributes(of: current)))
            parent = udev_device_get_parent(current)
        }
        // Not through libudev, to which an attribute is text that ends at its first zero. `device` is the link to
        // the HID device.
        if subsystem == "hidraw" {
            reportDescriptor = readFile("\(systemPath)/device/report_descriptor", atMost: 4096) ?? []
        }
    }

    private static func properties(of device: OpaquePointer) -> [String: String] {
        var properties: [String: String] = [:]
        var entry = udev_device_get_properties_list_entry(device)
        while let current = entry, properties.count < 256 {
            if let name = text(udev_list_entry_get_name(current)) {
                properties[name] = text(udev_list_entry_get_value(current))
            }
            entry = udev_list_entry_get_next(current)
        }
        return properties
    }

    private static func attributes(of device: OpaquePointer) -> [String: String] {
        var attributes: [String: String] = [:]
        for name in attributeNames {
            attributes[name] = text(udev_device_get_sysattr_value(device, name))
        }
        return attributes
    }
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String? {
    pointer.map { String(cString: $0) }
}
