import GatehouseDriverKit
import GatehouseModel
import GatehouseRules
import Testing

@testable import GatehouseSite

@Suite("Devices that could be taken for each other")
struct DevicesApartTests {
    @Test("readers that share a line match the same port and differ in their address")
    func sharedLine() throws {
        #expect(try problems(of: line(1), line(2)) == [])
    }

    @Test("a site with a shared line is read out of the journal as it was written into it")
    func sharedLineInJournal() throws {
        let bench = Workbench()
        let rows = "devices: [\(line(1)), \(line(2).replacing("r%", with: "r2"))]\n".replacing("%", with: "1")
        try bench.write("site.yaml", Workbench.head + rows)
        let site = try #require(SiteReader.read(bench.path("site.yaml"), drivers: Self.families).site)
        #expect(SiteReader.read(json: site.json).site == site)
    }

    @Test("two readers with the same address on one line are a mistake")
    func sameAddress() throws {
        #expect(try problems(of: line(1), line(1)).joined().contains("same line with the same address"))
    }

    @Test("readers on one line have the same rate")
    func sameRate() throws {
        let fast = line(2).replacing("settings", with: "line: { rate: 38400 }, settings")
        #expect(try problems(of: line(1), fast).joined().contains("different settings"))
    }

    @Test("devices of families that do not share a line may not match the same port")
    func oneEach() throws {
        let scanner = #"{ id: s%, driver: line-scanner, match: { tty: /dev/ttyUSB0 } }"#
        #expect(try problems(of: scanner, scanner).joined().contains("match the same device"))
    }

    @Test("a clock that is asked and also calls is one entry")
    func oneSerial() throws {
        let asked = #"{ id: c%, driver: zkteco, match: { host: 10.0.0.9, serial: "A8N5" } }"#
        let calling = #"{ id: c%, driver: zkteco-push, match: { serial: "A8N5" } }"#
        #expect(try problems(of: asked, calling).joined().contains("have the same serial"))
    }

    @Test(
        "a device that dials in is waited for at a port",
        arguments: [("5010", "0.0.0.0:5010"), ("192.168.1.5:5010", "192.168.1.5:5010")])
    func listen(written: String, read: String) throws {
        let bench = Workbench()
        let entry = "devices: [{ id: c1, driver: anviz, match: { listen: \(written), host: 10.0.0.9 } }]\n"
        try bench.write("site.yaml", Workbench.head + entry)
        let site = try #require(SiteReader.read(bench.path("site.yaml"), drivers: Self.families).site)
        #expect(site.devices.first?.match.listen == read)
        #expect(SiteReader.read(json: site.json).site?.devices.first?.match.listen == read)
    }

    @Test(
        "what a family cannot find its device by is said",
        arguments: [
            (#"driver: anviz, match: { listen: 5010, host: clock.example }"#, "its host is no address"),
            (#"driver: anviz, match: { listen: 5010, host: "10.0.0.1:99" }"#, "its host is no address"),
            (#"driver: zkteco-push, match: { host: 10.0.0.9 }"#, "known by nothing"),
            (#"driver: line-scanner, match: { host: 10.0.0.9 }"#, "host without a port"),
        ])
    func outOfReach(entry: String, problem: String) throws {
        #expect(try problems(of: "{ id: c%, \(entry) }").joined().contains(problem))
    }

    @Test("what is no port to wait at is said", arguments: ["0", "70000", "clock", "/dev/ttyUSB0"])
    func badListen(written: String) throws {
        let entry = "{ id: c%, driver: anviz, match: { listen: \(written) } }"
        #expect(try problems(of: entry).joined().contains("port"))
    }

    private func line(_ address: Int) -> String {
        "{ id: r%, driver: anviz, match: { tty: /dev/ttyUSB0 }, settings: { id: \(address) } }"
    }

    /// The problems of a site with these devices; `%` in an id becomes the device's number.
    private func problems(of devices: String...) throws -> [String] {
        let bench = Workbench()
        let rows = devices.enumerated().map { "  - \($1.replacing("%", with: "\($0)"))\n" }
        try bench.write("site.yaml", Workbench.head + "devices:\n" + rows.joined())
        return SiteReader.read(bench.path("site.yaml"), drivers: Self.families).problems.map(\.text)
    }

    private static let families = [
        family("anviz", sharesLine: true), family("line-scanner"),
        family("zkteco", network: [NetworkDoor(.tcp, port: 4370)]),
        family(
            "zkteco-push", callers: CallerManners(alsoFor: ["zkteco"], serial: { $0["SN"] }) { _ in DeviceResponse() }),
    ]

    private static func family(
        _ name: String, network: [NetworkDoor] = [], sharesLine: Bool = false, callers: CallerManners? = nil
    ) -> DriverFamily {
        DriverFamily(
            name: name, hasMemory: false, network: network, sharesLine: sharesLine, callers: callers,
            settings: ["id": "its address"]
        ) { _ throws(SettingsProblem) in Silent() }
    }

    private struct Silent: DeviceDriver {
        mutating func handle(_ input: DriverInput, at now: Now) -> [DriverEffect] { [] }
    }
}
