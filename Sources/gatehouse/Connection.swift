import ArgumentParser
import GatehouseBus
import GatehouseClient
import GatehouseRuntime

/// How a command finds the running daemon.
struct Connection: ParsableArguments {
    @Option(help: "The data folder of the daemon: its run.json says where it listens.")
    var data: String?

    @Option(help: "The daemon's request address, for example tcp://127.0.0.1:7781.")
    var requests: String?

    @Option(help: "The daemon's event address, where --requests is given.")
    var events: String?

    @Option(help: "A client key file made by `gatehouse keys new`; the daemon's own operator key is found by itself.")
    var keys: String?

    var folder: String { data ?? DataFolder.standard }

    /// A client of the daemon that was named, or that the data folder tells of.
    func client(patience: Duration = .seconds(10)) throws -> GatehouseClient {
        do throws(BusError) {
            let file = RunFile(in: folder)
            guard let requests = requests ?? file?.requests else {
                throw BusError(
                    "no daemon runs on \(folder): start `gatehouse run`, or name it with --data DIR or --requests ADDR")
            }
            return try GatehouseClient(
                events: events ?? file?.events ?? "tcp://127.0.0.1:7780", requests: requests, keys: try clientKeys(),
                patience: patience)
        } catch {
            throw Failure(.unreachable, error.message)
        }
    }

    /// Whether a daemon has the data folder.
    var hasDaemon: Bool { requests != nil || RunFile(in: folder) != nil }

    private func clientKeys() throws(BusError) -> ClientKeyFile? {
        if let keys { return try ClientKeyFile(path: keys) }
        let store = KeyStore(path: "\(folder)/keys")
        guard RunFile(in: folder) != nil, try store.existingServer() != nil else { return nil }
        return try store.localOperator()
    }
}

extension ClientError {
    /// The same as a command's end.
    var failure: Failure {
        switch self {
        case .unreachable, .closed, .incomprehensible: Failure(.unreachable, "\(self)")
        case .refused: Failure(.refused, "\(self)")
        }
    }
}
