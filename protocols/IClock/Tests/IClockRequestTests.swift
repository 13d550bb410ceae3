import IClockWire
import Testing

@Suite("iclock requests")
struct IClockRequestTests {
    private func call(_ method: String, _ target: String) -> IClockRequest.Call? {
        request(method, target)?.call
    }

    private func request(_ method: String, _ target: String) -> IClockRequest? {
        let halves = target.split(separator: "?", maxSplits: 1)
        let query: [IClockRequest.Field] = (halves.count > 1 ? halves[1].split(separator: "&") : []).map { field in
            let parts = field.split(separator: "=", maxSplits: 1).map(String.init)
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
        return IClockRequest(method: method, path: String(halves[0]), query: query)
    }

    @Test("the handshake of the maker's document is read whole")
    func handshake() throws {
        let words = try IClockVector("adms-handshake-req").text.split(separator: " ")
        let request = try #require(self.request(String(words[0]), String(words[1])))
        #expect(request.serial == "0316144680030")
        #expect(request.call == .handshake(.init(version: "2.2.14", language: "83")))
    }

    @Test(
        "a path is the same in any case, with .aspx and with a slash at the end",
        arguments: [
            "/iclock/getrequest", "/iclock/getrequest/", "/iclock/getrequest.aspx", "/ICLOCK/GetRequest",
            "/iClock/getrequest.ASPX/", "//iclock//getrequest",
        ])
    func paths(path: String) {
        #expect(call("GET", path + "?SN=A1") == .poll(nil))
    }

    @Test("each documented endpoint is what it is for", arguments: IClockRequestTests.documented)
    func endpoints(method: String, target: String, expected: IClockRequest.Call) {
        #expect(call(method, "/iclock/" + target) == expected)
    }

    static let documented: [(String, String, IClockRequest.Call)] = [
        ("GET", "cdata?SN=A1&options=all", .handshake(.init())),
        ("GET", "cdata?SN=A1", .handshake(.init())),
        (
            "GET", "cdata?SN=A1&options=all&pushver=3.1.2&DeviceType=ACC&pushcommkey=k",
            .handshake(.init(version: "3.1.2", deviceType: "acc", key: "k"))
        ),
        ("POST", "cdata?SN=A1&table=ATTLOG&Stamp=9999", .upload(.attendance, stamp: "9999")),
        ("POST", "cdata?SN=A1&table=attlog", .upload(.attendance, stamp: nil)),
        ("POST", "cdata?SN=A1&table=OPERLOG&OpStamp=12", .upload(.operations, stamp: "12")),
        ("POST", "cdata?SN=A1&table=ATTPHOTO&Stamp=1", .upload(.photo, stamp: "1")),
        ("POST", "fdata?SN=A1&table=ATTPHOTO", .upload(.photo, stamp: nil)),
        ("POST", "cdata?SN=A1&table=options", .upload(.options, stamp: nil)),
        ("POST", "cdata?SN=A1&table=BIODATA&Stamp=3", .upload(.other("biodata"), stamp: "3")),
        ("POST", "cdata?SN=A1&table=rtlog", .upload(.accessEvents, stamp: nil)),
        ("POST", "cdata?SN=A1&table=rtstate", .upload(.accessState, stamp: nil)),
        (
            "POST", "cdata?SN=A1&table=tabledata&tablename=Transaction&count=2",
            .upload(.rows("transaction", count: 2), stamp: nil)
        ),
        ("GET", "getrequest?SN=A1", .poll(nil)),
        ("POST", "devicecmd?SN=A1", .results),
        ("GET", "ping?SN=A1", .ping),
        ("POST", "exchange?SN=A1&type=publickey", .exchange),
        ("GET", "cdata?SN=A1&table=RemoteAtt&PIN=7", .lookup),
        ("POST", "cdata?SN=A1&type=PostVerifyData", .lookup),
        ("GET", "file?SN=A1&url=x", .file),
        ("POST", "registry?SN=A1", .registry),
        ("POST", "push?SN=A1", .options),
        ("GET", "rtdata?SN=A1&type=time", .time),
        ("POST", "querydata?SN=A1&type=tabledata&tablename=user", .queried(table: "user")),
        ("GET", "something?SN=A1", .other),
    ]

    @Test(
        "a serial number is strict, and the only one",
        arguments: [
            ("SN=A8N5204560001", "A8N5204560001"), ("sn=a_b-C9", "a_b-C9"), ("SN=A&SN=A", "A"), ("SN=A&SN=B", nil),
            ("SN=", nil), ("SN=../etc", nil), ("SN=A B", nil), ("SN=" + String(repeating: "9", count: 65), nil),
            ("X=1", nil),
        ] as [(String, String?)])
    func serials(query: String, expected: String?) {
        #expect(request("GET", "/iclock/ping?" + query)?.serial == expected)
    }

    @Test("what is not below /iclock/ is not of this protocol", arguments: ["/", "/admin?SN=A", "/iclocks/ping?SN=A"])
    func elsewhere(target: String) {
        #expect(call("GET", target) == nil)
    }

    @Test("a stamp that would break its line, and a table that would break the answer, are not taken over")
    func harmless() {
        let query: [IClockRequest.Field] = [
            ("SN", "A"), ("table", "tabledata"), ("tablename", "user\nC:1:REBOOT"), ("Stamp", "1\n2"),
        ]
        let request = IClockRequest(method: "POST", path: "/iclock/cdata", query: query)
        #expect(request?.call == .upload(.rows("userc1reboot", count: nil), stamp: nil))
    }

    @Test(
        "a stranger is kept calling, and its records are not taken",
        arguments: [
            ("GET", "cdata?SN=A&options=all", 200), ("GET", "getrequest?SN=A", 200), ("GET", "ping?SN=A", 200),
            ("POST", "cdata?SN=A&table=ATTLOG", 503), ("POST", "cdata?SN=A&table=OPERLOG", 503),
            ("POST", "cdata?SN=A&table=ATTPHOTO", 503), ("POST", "cdata?SN=A&table=rtlog", 503),
            ("POST", "querydata?SN=A", 503), ("POST", "exchange?SN=A", 501), ("GET", "file?SN=A", 404),
            ("GET", "cdata", 404),
            ("POST", "registry?SN=A", 200), ("POST", "devicecmd?SN=A", 200),
        ])
    func strangers(method: String, target: String, status: Int) {
        let answer = IClockStranger.answer(to: request(method, "/iclock/" + target))
        #expect(answer.status == status)
        #expect(answer.text == (status == 200 ? "OK" : ""))
    }
}
