import Glibc

/// A pretended `/sys` with its own events, made by umockdev where the tests run under `umockdev-wrapper`.
/// The library is looked up while the test runs, so that nobody needs it to build.
final class MockMachine {
    private typealias Make = @convention(c) () -> OpaquePointer?
    private typealias AddFromString =
        @convention(c) (OpaquePointer, UnsafePointer<CChar>, UnsafeMutableRawPointer?) -> Int32
    private typealias Event = @convention(c) (OpaquePointer, UnsafePointer<CChar>, UnsafePointer<CChar>) -> Void
    private typealias LoadAnswers =
        @convention(c) (
            OpaquePointer, UnsafePointer<CChar>?, UnsafePointer<CChar>, UnsafeMutableRawPointer?
        ) -> Int32
    private typealias Descriptor = @convention(c) (OpaquePointer, UnsafePointer<CChar>) -> Int32
    private typealias Remove = @convention(c) (OpaquePointer, UnsafePointer<CChar>) -> Void

    /// Whether the preloaded half of umockdev, which redirects this process, is there.
    static var isOffered: Bool {
        getenv("LD_PRELOAD").map { String(cString: $0).contains("umockdev") } ?? false
    }

    private let library: UnsafeMutableRawPointer
    private let bed: OpaquePointer

    init() throws {
        guard let library = dlopen("libumockdev.so.0", RTLD_NOW),
            let make = dlsym(library, "umockdev_testbed_new"),
            let bed = unsafeBitCast(make, to: Make.self)()
        else { throw SystemFailure(code: ENOENT) }
        self.library = library
        self.bed = bed
    }

    /// Plugs in what a description in umockdev's format says; umockdev tells of it by itself.
    func plugIn(_ description: String) throws {
        guard let add = dlsym(library, "umockdev_testbed_add_from_string"),
            unsafeBitCast(add, to: AddFromString.self)(bed, description, nil) != 0
        else { throw SystemFailure(code: EINVAL) }
    }

    /// What the device at this node answers to ioctls, in umockdev's format.
    func answer(_ answers: String, at node: String) throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/file"
        let descriptor = creat(file, 0o600)
        _ = answers.withCString { write(descriptor, $0, strlen($0)) }
        close(descriptor)
        guard let load = dlsym(library, "umockdev_testbed_load_ioctl"),
            unsafeBitCast(load, to: LoadAnswers.self)(bed, node, file, nil) != 0
        else { throw SystemFailure(code: EINVAL) }
    }

    /// The device's end of its node.
    func device(at node: String) throws -> Int32 {
        guard let get = dlsym(library, "umockdev_testbed_get_dev_fd") else { throw SystemFailure(code: ENOENT) }
        return unsafeBitCast(get, to: Descriptor.self)(bed, node)
    }

    func unplug(_ systemPath: String) throws {
        guard let event = dlsym(library, "umockdev_testbed_uevent"),
            let remove = dlsym(library, "umockdev_testbed_remove_device")
        else { throw SystemFailure(code: ENOENT) }
        unsafeBitCast(event, to: Event.self)(bed, systemPath, "remove")
        unsafeBitCast(remove, to: Remove.self)(bed, systemPath)
    }
}
