/// The scanner's numbers for symbologies.
public enum OPNSymbology {
    private static let names: [UInt8: String] = [
        0x01: "Code 39", 0x02: "Codabar", 0x03: "Code 128", 0x04: "Discrete 2 of 5", 0x05: "IATA", 0x06: "ITF",
        0x07: "Code 93", 0x08: "UPC-A", 0x09: "UPC-E", 0x0A: "EAN-8", 0x0B: "EAN-13", 0x0C: "Code 11", 0x0E: "MSI",
        0x0F: "EAN-128", 0x10: "UPC-E1", 0x11: "PDF417", 0x13: "Code 39 Full ASCII", 0x15: "Trioptic Code 39",
        0x16: "Bookland", 0x17: "Coupon", 0x19: "ISBT-128", 0x1B: "Data Matrix", 0x1C: "QR", 0x1D: "Composite",
        0x20: "Code 32", 0x30: "RSS-14", 0x31: "RSS Limited", 0x32: "RSS Expanded", 0x48: "UPC-A+2", 0x49: "UPC-E+2",
        0x4A: "EAN-8+2", 0x4B: "EAN-13+2", 0x88: "UPC-A+5", 0x89: "UPC-E+5", 0x8A: "EAN-8+5", 0x8B: "EAN-13+5",
    ]

    /// The usual name; nil for a number that is not known.
    public static func name(of number: UInt8) -> String? { names[number] }
}
