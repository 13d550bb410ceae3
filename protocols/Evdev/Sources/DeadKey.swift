/// Accents that wait for the next key, and what becomes of both, as on Windows.
enum DeadKey {
    /// The accents that keys of the six layouts make.
    static let accents: Set<Unicode.Scalar> = ["^", "´", "`", "¨", "~"]

    /// The letters that take an accent, and what they become; in the same order.
    private static let letters: [Unicode.Scalar: (plain: String, accented: String)] = [
        "^": ("aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
        "´": ("aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ"),
        "`": ("aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
        "¨": ("aeiouyAEIOU", "äëïöüÿÄËÏÖÜ"),
        "~": ("anoANO", "ãñõÃÑÕ"),
    ]

    /// Letter and accent as one character; nil where there is none.
    static func compose(_ accent: Unicode.Scalar, _ letter: Unicode.Scalar) -> Unicode.Scalar? {
        guard let pair = letters[accent] else { return nil }
        return zip(pair.plain.unicodeScalars, pair.accented.unicodeScalars).first { $0.0 == letter }?.1
    }
}
