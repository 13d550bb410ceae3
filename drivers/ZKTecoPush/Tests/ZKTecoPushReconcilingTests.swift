import GatehouseDriverKit
import GatehouseModel
import Testing
import ZKTecoPushDriver

@Suite("ZKTeco push reconciliation")
struct ZKTecoPushReconcilingTests {
    /// A punch a minute before the bench's clock in Shanghai, and older ones.
    private func punches(_ numbers: Range<Int>) -> String {
        numbers.map { "\(100 + $0)\t2026-11-22 08:00:0\($0)\t0\t1\t0\t0\t0\n" }.joined()
    }

    /// Polls until a command of that kind is handed out.
    private func order(_ words: String, _ bench: inout PushBench) throws -> (id: String, text: String) {
        for _ in 0..<400 {
            bench.pass(.seconds(10))
            if let found = bench.get("getrequest?SN=A1")?.commands.first(where: { $0.text.hasPrefix(words) }) {
                return found
            }
        }
        throw NoCommand(words: words)
    }

    struct NoCommand: Error {
        var words: String
    }

    @Test("the first round asks for everything since the newest punch, counts, and vouches for it")
    func firstRound() throws {
        var bench = try PushBench(PushBench.context(last: ["deviceTime": "2026-11-22T08:00:00", "native": [:]]))
        let query = try order("DATA QUERY ATTLOG", &bench)
        #expect(query.text.hasPrefix("DATA QUERY ATTLOG StartTime=2026-11-21 08:00:00\tEndTime="))
        #expect(bench.post("cdata?SN=A1&table=ATTLOG&Stamp=9999", punches(0..<5))?.text == "OK:5")
        bench.post("devicecmd?SN=A1", "ID=\(query.id)&Return=0&CMD=DATA")
        #expect(bench.synced.isEmpty)
        let count = try order("VERIFY SUM ATTLOG", &bench)
        bench.post("devicecmd?SN=A1", "ID=\(count.id)&Return=0&CMD=VERIFY SUM&AttlogSum=5")
        #expect(bench.synced.count == 1)
        #expect(bench.synced[0] < bench.now.wall && bench.synced[0] > bench.now.wall - .seconds(200))
        #expect(bench.faults == [])
    }

    /// A bench whose first round has brought five punches.
    private func founded() throws -> PushBench {
        var bench = try PushBench(PushBench.context(last: ["deviceTime": "2026-11-22T07:00:00", "native": [:]]))
        let query = try order("DATA QUERY ATTLOG", &bench)
        bench.post("cdata?SN=A1&table=ATTLOG&Stamp=9999", punches(0..<5))
        bench.post("devicecmd?SN=A1", "ID=\(query.id)&Return=0&CMD=DATA")
        let count = try order("VERIFY SUM ATTLOG", &bench)
        bench.post("devicecmd?SN=A1", "ID=\(count.id)&Return=0&CMD=VERIFY SUM&AttlogSum=5")
        #expect(bench.synced.count == 1)
        return bench
    }

    @Test("later rounds only count, and vouch again where the count agrees")
    func laterRound() throws {
        var bench = try founded()
        bench.post("cdata?SN=A1&table=ATTLOG&Stamp=9999", punches(5..<6))
        let count = try order("VERIFY SUM ATTLOG", &bench)
        bench.post("devicecmd?SN=A1", "ID=\(count.id)&Return=0&CMD=VERIFY SUM&AttlogSum=6")
        #expect(bench.synced.count == 2)
    }

    @Test("of a clock that is ahead the count goes as far as its clock")
    func ahead() throws {
        var bench = try founded()
        let future = LocalTime(secondsSince1970: bench.now.wall.seconds + 28_800 + 86_400)
        let text = future.text.split(separator: "T").joined(separator: " ")
        bench.post("cdata?SN=A1&table=ATTLOG&Stamp=9999", "7\t\(text)\t0\t1\n")
        let count = try order("VERIFY SUM ATTLOG", &bench)
        #expect(count.text.contains("EndTime=2026-11-23"))
        bench.post("devicecmd?SN=A1", "ID=\(count.id)&Return=0&CMD=VERIFY SUM&AttlogSum=6")
        #expect(bench.synced.count == 2)
    }

    @Test("fewer on the device than here is no loss: somebody cleared its log")
    func cleared() throws {
        var bench = try founded()
        let count = try order("VERIFY SUM ATTLOG", &bench)
        bench.post("devicecmd?SN=A1", "ID=\(count.id)&Return=0&CMD=VERIFY SUM&AttlogSum=2")
        #expect(bench.synced.count == 2)
    }

    @Test("a punch that never came is missed by the count and fetched")
    func missing() throws {
        var bench = try founded()
        let count = try order("VERIFY SUM ATTLOG", &bench)
        bench.post("devicecmd?SN=A1", "ID=\(count.id)&Return=0&CMD=VERIFY SUM&AttlogSum=7")
        #expect(bench.synced.count == 1)
        let query = try order("DATA QUERY ATTLOG", &bench)
        bench.post("cdata?SN=A1&table=ATTLOG&Stamp=9999", punches(0..<7))
        bench.post("devicecmd?SN=A1", "ID=\(query.id)&Return=7&CMD=DATA")
        let again = try order("VERIFY SUM ATTLOG", &bench)
        bench.post("devicecmd?SN=A1", "ID=\(again.id)&Return=0&CMD=VERIFY SUM&AttlogSum=7")
        #expect(bench.synced.count == 2)
        #expect(bench.journal.count == 7)
        #expect(bench.faults == [])
    }

    @Test("two records of a person in one second are one event here, two there, and no reason to ask for ever")
    func twins() throws {
        var bench = try founded()
        bench.post("cdata?SN=A1&table=ATTLOG&Stamp=9999", punches(4..<5))
        let count = try order("VERIFY SUM ATTLOG", &bench)
        bench.post("devicecmd?SN=A1", "ID=\(count.id)&Return=0&CMD=VERIFY SUM&AttlogSum=6")
        let query = try order("DATA QUERY ATTLOG", &bench)
        bench.post("cdata?SN=A1&table=ATTLOG&Stamp=9999", punches(0..<5) + punches(4..<5))
        bench.post("devicecmd?SN=A1", "ID=\(query.id)&Return=0&CMD=DATA")
        let again = try order("VERIFY SUM ATTLOG", &bench)
        bench.post("devicecmd?SN=A1", "ID=\(again.id)&Return=0&CMD=VERIFY SUM&AttlogSum=6")
        #expect(bench.synced.count == 2)
        let later = try order("VERIFY SUM ATTLOG", &bench)
        bench.post("devicecmd?SN=A1", "ID=\(later.id)&Return=0&CMD=VERIFY SUM&AttlogSum=6")
        #expect(bench.synced.count == 3)
    }

    @Test("a device that counts more than it sends is told of, and nothing is vouched for")
    func mismatch() throws {
        var bench = try founded()
        let count = try order("VERIFY SUM ATTLOG", &bench)
        bench.post("devicecmd?SN=A1", "ID=\(count.id)&Return=0&CMD=VERIFY SUM&AttlogSum=9")
        for _ in 0..<2 {
            let query = try order("DATA QUERY ATTLOG", &bench)
            bench.post("cdata?SN=A1&table=ATTLOG&Stamp=9999", punches(0..<5))
            bench.post("devicecmd?SN=A1", "ID=\(query.id)&Return=0&CMD=DATA")
            let again = try order("VERIFY SUM ATTLOG", &bench)
            bench.post("devicecmd?SN=A1", "ID=\(again.id)&Return=0&CMD=VERIFY SUM&AttlogSum=9")
        }
        #expect(bench.synced.count == 1)
        #expect(bench.faults.map(\.code) == ["count-mismatch"])
        #expect(bench.faults[0].message.contains("counts 9 punches"))
    }

    @Test("a device that cannot count is asked for its last days each time")
    func cannotCount() throws {
        var bench = try PushBench()
        for round in 1...2 {
            let query = try order("DATA QUERY ATTLOG", &bench)
            bench.post("cdata?SN=A1&table=ATTLOG&Stamp=9999", punches(0..<5))
            bench.post("devicecmd?SN=A1", "ID=\(query.id)&Return=0&CMD=DATA")
            if round == 1 {
                let count = try order("VERIFY SUM ATTLOG", &bench)
                bench.post("devicecmd?SN=A1", "ID=\(count.id)&Return=-1002&CMD=VERIFY SUM")
            } else {
                bench.get("getrequest?SN=A1")
            }
            #expect(bench.synced.count == round)
        }
    }

    @Test("a device that refuses queries is never vouched for, and that is told")
    func refusesQueries() throws {
        var bench = try PushBench()
        let query = try order("DATA QUERY ATTLOG", &bench)
        bench.post("devicecmd?SN=A1", "ID=\(query.id)&Return=-1002&CMD=DATA")
        #expect(bench.faults.map(\.code) == ["query-refused"])
        #expect(bench.synced.isEmpty)
        #expect(bench.post("cdata?SN=A1&table=ATTLOG", punches(0..<1))?.text == "OK:1")
    }

    @Test("read-log asks for everything that the device has, and says how much came")
    func readLog() throws {
        var bench = try founded()
        bench.play(.command(.readLog, CommandID(9)))
        let query = try order("DATA QUERY ATTLOG", &bench)
        #expect(query.text.contains("StartTime=2000-01-01 00:00:00\t"))
        bench.post("cdata?SN=A1&table=ATTLOG&Stamp=9999", punches(0..<6))
        bench.post("devicecmd?SN=A1", "ID=\(query.id)&Return=0&CMD=DATA")
        let count = try order("VERIFY SUM ATTLOG", &bench)
        bench.post("devicecmd?SN=A1", "ID=\(count.id)&Return=0&CMD=VERIFY SUM&AttlogSum=6")
        #expect(bench.answers == [.done(["records": 6])])
    }

    @Test("a link that ends answers whoever waits, and the next one begins anew")
    func linkEnds() throws {
        var bench = try founded()
        bench.play(.command(.readLog, CommandID(9)))
        let query = try order("DATA QUERY ATTLOG", &bench)
        bench.play(.linkClosed)
        #expect(bench.answers.count == 1)
        bench.play(.linkOpened(.push))
        bench.post("devicecmd?SN=A1", "ID=\(query.id)&Return=0&CMD=DATA")
        #expect(bench.synced.count == 1)
        _ = try order("VERIFY SUM ATTLOG", &bench)
    }

    @Test("a command without a result is handed out three times, and then given up")
    func lostCommand() throws {
        var bench = try PushBench()
        var handed: [String] = []
        for _ in 0..<100 {
            bench.pass(.seconds(10))
            handed += bench.get("getrequest?SN=A1")?.commands.filter { $0.text.hasPrefix("DATA") }.map(\.id) ?? []
        }
        #expect(handed.count == 3)
        #expect(Set(handed).count == 1)
        #expect(bench.faults.map(\.code) == ["query-refused"])
    }

    @Test("verify_every: never asks nothing by itself, and read-log works all the same")
    func never() throws {
        var bench = try PushBench(PushBench.context(settings: ["verify_every": "never"]))
        for _ in 0..<100 {
            bench.pass(.seconds(10))
            #expect(bench.get("getrequest?SN=A1")?.commands.contains { $0.text.hasPrefix("DATA") } == false)
        }
        bench.play(.command(.readLog, CommandID(9)))
        _ = try order("DATA QUERY ATTLOG", &bench)
    }

    @Test(
        "results that nobody asked for mean nothing",
        arguments: [
            "ID=1&Return=0&CMD=DATA", "ID=zz&Return=0&CMD=VERIFY SUM&AttlogSum=3", "", "Return=0", "\0\0\0",
        ])
    func strays(body: String) throws {
        var bench = try PushBench()
        #expect(bench.post("devicecmd?SN=A1", body)?.text == "OK")
        #expect(bench.synced.isEmpty && bench.faults.isEmpty)
    }
}
