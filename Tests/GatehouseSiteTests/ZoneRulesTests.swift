import GatehouseModel
import GatehouseRules
import Testing

@testable import GatehouseSite

@Suite("Time zones from the system's database")
struct ZoneRulesTests {
    /// Instants and offsets from the published zone database.
    @Test(
        "offsets through the years",
        arguments: [
            ("Asia/Shanghai", 1_793_577_600, 28_800),
            // Summer 1990 and 1991 had daylight saving in China; 1992 did not.
            ("Asia/Shanghai", 646_790_400, 32_400),
            ("Asia/Shanghai", 678_326_400, 32_400),
            ("Asia/Shanghai", 709_948_800, 28_800),
            ("Europe/Berlin", 1_774_746_000, 7200),
            ("Europe/Berlin", 1_774_745_999, 3600),
            ("America/New_York", 1_793_512_799, -14_400),
            ("America/New_York", 1_793_512_800, -18_000),
            // Moscow left summer time for good in 2011, and moved to winter time for good in 2014.
            ("Europe/Moscow", 1_400_000_000, 14_400),
            ("Europe/Moscow", 1_420_000_000, 10_800),
            // North Korea's own half hour, 2015 to 2018: no daylight saving, a change of the standard.
            ("Asia/Pyongyang", 1_450_000_000, 30_600),
            ("Asia/Pyongyang", 1_530_000_000, 32_400),
            ("Asia/Kathmandu", 1_793_577_600, 20_700),
            ("Australia/Lord_Howe", 1_767_225_600, 39_600),
            ("Europe/Berlin", 2_540_000_000, 7200),
        ])
    func offsets(name: String, seconds: Int, offset: Int) throws {
        let zone = try #require(ZoneRules.zone(named: name))
        #expect(zone.offsetSeconds(at: Moment(seconds: Int64(seconds))) == offset)
    }

    @Test(
        "names that are none, with the nearest that is one",
        arguments: [("Asia/Shangai", "Asia/Shanghai"), ("Europe/Berln", "Europe/Berlin")])
    func nearest(name: String, meant: String) throws {
        let bench = Workbench()
        try bench.write("site.yaml", "site: a\ntimezone: \(name)\n")
        #expect(bench.problems() == ["site.yaml:2:11: \"\(name)\" is not a time zone; did you mean \"\(meant)\"?"])
    }

    @Test(
        "nothing outside the database is a zone", arguments: ["", "Nowhere/Else", "../etc/passwd", "GMT+8", "+08:00"])
    func unknown(name: String) {
        #expect(ZoneRules.zone(named: name) == nil)
    }
}
