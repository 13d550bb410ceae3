import CFuzz
import Glibc

/// Hostile inputs for every wire and every driver, all of them decided by the seed.
///
///     gatehouse-fuzz                                  1,000,000 inputs for each, one process for each
///     gatehouse-fuzz --only NAME --from N --trace     the episode of an input again, each input printed
fuzz_print_lines()
do {
    let plan = try Plan(Array(CommandLine.arguments.dropFirst()))
    exit(plan.carryOut() ? 0 : 1)
} catch {
    print(error, Plan.usage, separator: "\n")
    exit(64)
}
