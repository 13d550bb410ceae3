/// What a device hears whose serial number the site does not know: enough that it goes on calling, so that a person can
/// see it, and never that its records were taken.
public enum IClockStranger {
    /// The HTTP status and the body.
    public static func answer(to request: IClockRequest?) -> (status: Int, text: String) {
        switch request?.call {
        // Not of this protocol, or without a serial number that can be.
        case nil: (404, "")
        case .handshake, .poll, .ping, .results, .time, .lookup, .other: (200, "OK")
        // The access flavour enrols itself with what this answers: not yet.
        case .registry, .options: (200, "OK")
        case .upload, .queried: (503, "")
        case .exchange: (501, "")
        case .file: (404, "")
        }
    }
}
