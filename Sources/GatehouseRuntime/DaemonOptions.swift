public import GatehouseDriverKit
import GatehouseRules
import GatehouseSite
import Glibc

/// What `gatehouse run` was asked for. A flag overrides the site file's `gateway:` section.
public struct DaemonOptions: Sendable {
    /// The site file; without one the gateway finds devices, stores and publishes.
    public var site: String?
    public var data: String?
    public var events: String?
    public var requests: String?
    /// Where devices that call in over HTTP are heard, `host:port`; `off` turns it off.
    public var adms: String?
    public var version: String
    /// The device families that this build speaks to.
    public var families: [DriverFamily]
    /// The files on USB sticks that this build reads.
    public var sticks: [StickFormat]
    /// The modules that run in processes of their own, and so not here.
    public var modulesApart: Set<String>
    /// Reads the clocks. Only `gatehouse demo` gives one whose day goes fast; a gateway with real devices
    /// lives by the machine's clock.
    public var timekeeper: Timekeeper

    public init(
        site: String? = nil, data: String? = nil, events: String? = nil, requests: String? = nil, adms: String? = nil,
        version: String, families: [DriverFamily], sticks: [StickFormat] = [],
        modulesApart: Set<String> = [], timekeeper: Timekeeper = Timekeeper()
    ) {
        self.site = site
        self.data = data
        self.events = events
        self.requests = requests
        self.adms = adms
        self.version = version
        self.families = families
        self.sticks = sticks
        self.modulesApart = modulesApart
        self.timekeeper = timekeeper
    }
}

/// Where the gateway keeps its journal and keys.
public enum DataFolder {
    /// What holds when neither a flag nor the site file says otherwise: `$STATE_DIRECTORY` (systemd's), else
    /// `$XDG_STATE_HOME/gatehouse`, else `~/.local/state/gatehouse`.
    public static var standard: String {
        // systemd may name several; the first is ours.
        if let state = variable("STATE_DIRECTORY") { return String(state.prefix { $0 != ":" }) }
        let home = variable("XDG_STATE_HOME") ?? "\(variable("HOME") ?? ".")/.local/state"
        return "\(home)/gatehouse"
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }
}

/// Why the daemon does not start: everything that is wrong, each with what to do next.
public struct StartProblem: Error, Sendable, CustomStringConvertible {
    public var reasons: [String]

    public init(_ reasons: [String]) {
        self.reasons = reasons
    }

    public var description: String { reasons.joined(separator: "\n") }
}
