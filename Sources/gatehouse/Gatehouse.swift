import ArgumentParser
import Glibc

/// The command line: one daemon, and the commands around it.
@main
struct Gatehouse: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "gatehouse",
        abstract: "Attendance and patrol gateway: time clocks and scanners in, durable events out.",
        discussion: """
            Exit codes: 0 done, 1 the thing asked about is not in order, 2 wrong usage, 3 the daemon cannot be \
            reached, 4 refused.
            """,
        subcommands: [
            RunCommand.self, DemoCommand.self, CheckCommand.self, EvaluateCommand.self, DevicesCommand.self,
            IdentifyCommand.self,
            TailCommand.self, ModuleCommand.self, ReportCommand.self, RollcallCommand.self, HazardsCommand.self,
            IncentivesCommand.self, ExplainCommand.self,
            AppendCommand.self, ExportCommand.self, ImportCommand.self, VerifyCommand.self, BackupCommand.self,
            KeysCommand.self, QRCommand.self, ConsumersCommand.self, CommandCommand.self, ReloadCommand.self,
            SimulateCommand.self, VersionCommand.self,
        ])

    static func main() async {
        // Who reads our output may go away in the middle of it; that is an error to return, not to die of.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            Console.error(failure.message)
            Glibc.exit(failure.kind.rawValue)
        } catch {
            leave(because: error)
        }
    }

    private static func leave(because error: any Error) -> Never {
        guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
        Console.error(fullMessage(for: error))
        Glibc.exit(Failure.Kind.usage.rawValue)
    }
}

/// Why a command ends without having done what it was asked for.
struct Failure: Error {
    /// What scripts may rely on: the exit codes.
    enum Kind: Int32 {
        case notInOrder = 1
        case usage = 2
        case unreachable = 3
        case refused = 4
    }

    var kind: Kind
    /// What happened, and what to do next. Empty where it has been said already.
    var message: String

    init(_ kind: Kind, _ message: String = "") {
        self.kind = kind
        self.message = message
    }
}
