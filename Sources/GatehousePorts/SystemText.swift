import Glibc

/// The operating system's sentence for an error number. (glibc's `strerror` answers from the calling
/// thread's own storage.)
func systemText(_ code: Int32) -> String {
    strerror(code).map { String(cString: $0) } ?? "unknown error"
}
