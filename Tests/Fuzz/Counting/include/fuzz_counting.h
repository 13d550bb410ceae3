#ifndef FUZZ_COUNTING_H
#define FUZZ_COUNTING_H

#include <stddef.h>
#include <stdint.h>

// Memory: every block of the process carries a mark of who made it.

/// Whether blocks that are made from now on are those of the value under test.
void fuzz_own(int owned);
/// Bytes that the value under test has now.
size_t fuzz_owned(void);
/// The most that it had since the last call of `fuzz_forget_most`.
size_t fuzz_owned_most(void);
void fuzz_forget_most(void);

// What ends the process in the middle of an input, by a trap or by not ending.

/// From now on a trap, or an input that takes more than so many seconds of processor time, is told on standard error
/// with the words that play it again, and ends the process.
void fuzz_watch(const char *name, uint64_t seed, int seconds);
/// The input that comes next, and the first one of its episode.
void fuzz_at(uint64_t input, uint64_t first);

// Two variables of the C library that Swift does not take for safe.

/// From now on each line is printed when it is whole, so that none is lost with a process that traps.
void fuzz_print_lines(void);
/// The environment, for processes to be started.
char *const *fuzz_environment(void);

#endif
