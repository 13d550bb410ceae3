/// The country for which a scanner is set up: which character each key gives, as Windows has it, since that is what
/// scanners type for.
public enum KeyboardLayout: String, Hashable, Sendable, CaseIterable {
    case us, de, fr, es, it, uk

    var table: KeyTable {
        switch self {
        case .us: Self.usTable
        case .de: Self.deTable
        case .fr: Self.frTable
        case .es: Self.esTable
        case .it: Self.itTable
        case .uk: Self.ukTable
        }
    }

    /// Every character that has a key of its own in this layout, or waits for one as an accent.
    public var characters: [Unicode.Scalar] {
        table.positions.map(\.symbol.scalar)
    }

    private static let usTable = KeyTable([
        .init(2, "1234567890-=", "!@#$%^&*()_+"),
        .init(16, "qwertyuiop[]", "QWERTYUIOP{}"),
        .init(30, "asdfghjkl;'`", "ASDFGHJKL:\"~"),
        .init(43, #"\zxcvbnm,./"#, "|ZXCVBNM<>?"),
        .init(86, #"\"#, "|"),
    ])

    private static let deTable = KeyTable(
        [
            .init(2, "1234567890ß´", "!\"§$%&/()=?`", #" ²³   {[]}\"#),
            .init(16, "qwertzuiopü+", "QWERTZUIOPÜ*", "@ €        ~"),
            .init(30, "asdfghjklöä^", "ASDFGHJKLÖÄ°"),
            .init(43, "#yxcvbnm,.-", "'YXCVBNM;:_", "       µ"),
            .init(86, "<", ">", "|"),
        ], dead: [13, 41], decimalPoint: ",")

    private static let frTable = KeyTable(
        [
            .init(2, "&é\"'(-è_çà)=", "1234567890°+", #" ~#{[|`\^@]}"#),
            .init(16, "azertyuiop^$", "AZERTYUIOP¨£", "  €        ¤"),
            .init(30, "qsdfghjklmù²", "QSDFGHJKLM% "),
            .init(43, "*wxcvbn,;:!", "µWXCVBN?./§"),
            .init(86, "<", ">"),
        ], dead: [3, 8, 26])

    private static let esTable = KeyTable(
        [
            .init(2, "1234567890'¡", "!\"·$%&/()=?¿", "|@#~€¬"),
            .init(16, "qwertyuiop`+", "QWERTYUIOP^*", "  €       []"),
            .init(30, "asdfghjklñ´º", "ASDFGHJKLÑ¨ª", #"          {\"#),
            .init(43, "çzxcvbnm,.-", "ÇZXCVBNM;:_", "}"),
            .init(86, "<", ">"),
        ], dead: [5, 26, 40])

    private static let itTable = KeyTable([
        .init(2, "1234567890'ì", "!\"£$%&/()=?^", "    €"),
        .init(16, "qwertyuiopè+", "QWERTYUIOPé*", "  €       []", "          {}"),
        .init(30, "asdfghjklòà\\", "ASDFGHJKLç°|", "         @#"),
        .init(43, "ùzxcvbnm,.-", "§ZXCVBNM;:_"),
        .init(86, "<", ">"),
    ])

    private static let ukTable = KeyTable([
        .init(2, "1234567890-=", "!\"£$%^&*()_+", "   €"),
        .init(16, "qwertyuiop[]", "QWERTYUIOP{}", "  é   úíó", "  É   ÚÍÓ"),
        .init(30, "asdfghjkl;'`", "ASDFGHJKL:@¬", "á          ¦", "Á"),
        .init(43, "#zxcvbnm,./", "~ZXCVBNM<>?"),
        .init(86, #"\"#, "|"),
    ])
}
