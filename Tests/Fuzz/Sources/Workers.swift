import CFuzz
import Glibc

/// A process for each entry, a few at a time: one that traps takes no other with it.
struct Workers {
    let seed: UInt64
    let inputs: Int
    let jobs: Int

    /// Whether every one of them ended well.
    func run(_ names: [String]) -> Bool {
        var waiting = names[...]
        var running: [pid_t: String] = [:]
        var isWell = true
        while !waiting.isEmpty || !running.isEmpty {
            while running.count < jobs, let name = waiting.popFirst() {
                guard let process = start(name) else { return false }
                running[process] = name
            }
            var status: Int32 = 0
            let ended = waitpid(-1, &status, 0)
            guard let name = running.removeValue(forKey: ended) else { continue }
            if status != 0 {
                isWell = false
                print("FAIL \(name): status \(status >> 8 & 0xFF), signal \(status & 0x7F)")
            }
        }
        return isWell
    }

    private func start(_ name: String) -> pid_t? {
        let words = ["gatehouse-fuzz", "--only", name, "--seed", "\(seed)", "--inputs", "\(inputs)"]
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let failure = posix_spawn(&process, "/proc/self/exe", nil, nil, &arguments, fuzz_environment())
        guard failure == 0 else {
            print("FAIL \(name): cannot be started, errno \(failure)")
            return nil
        }
        return process
    }
}
