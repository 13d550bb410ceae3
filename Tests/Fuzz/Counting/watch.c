// A trap or an endless loop leaves no time for anything but a handler: it says which input it was.
#include "fuzz_counting.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

extern char **environ;

static volatile uint64_t input, first;
static uint64_t seen;
static int still, patience;
static char words[256];
static char stack[65536];

static char *number(char *end, uint64_t value) {
    *--end = 0;
    do *--end = (char)('0' + value % 10);
    while (value /= 10);
    return end;
}

static void say(const char *text) {
    ssize_t ignored = write(2, text, strlen(text));
    (void)ignored;
}

static void tell(const char *what) {
    char digits[24];
    say(what);
    say(" at input ");
    say(number(digits + sizeof digits, input));
    say("; again: ");
    say(words);
    say(number(digits + sizeof digits, first));
    say(" --trace\n");
}

static const int traps[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
static struct sigaction before[sizeof traps / sizeof *traps];

// What would have happened without this handler happens afterwards: the trap strikes again.
static void trapped(int signal_number) {
    tell(signal_number == SIGSEGV || signal_number == SIGBUS ? "bad memory access" : "trap");
    for (size_t i = 0; i < sizeof traps / sizeof *traps; i++) sigaction(traps[i], &before[i], NULL);
}

static void ticked(int signal_number) {
    (void)signal_number;
    still = seen == input ? still + 1 : 0;
    seen = input;
    if (still <= patience) return;
    tell("hang");
    _exit(70);
}

void fuzz_watch(const char *name, uint64_t seed, int seconds) {
    char digits[24];
    snprintf(words, sizeof words, "gatehouse-fuzz --seed %s --only %s --from ", number(digits + sizeof digits, seed),
             name);
    patience = seconds;
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternative, NULL);
    struct sigaction action = {.sa_handler = trapped, .sa_flags = SA_ONSTACK};
    for (size_t i = 0; i < sizeof traps / sizeof *traps; i++) sigaction(traps[i], &action, &before[i]);
    struct sigaction tick = {.sa_handler = ticked, .sa_flags = SA_ONSTACK | SA_RESTART};
    sigaction(SIGPROF, &tick, NULL);
    struct itimerval every = {{1, 0}, {1, 0}};
    setitimer(ITIMER_PROF, &every, NULL);
}

void fuzz_at(uint64_t number_of_input, uint64_t first_of_episode) {
    input = number_of_input;
    first = first_of_episode;
}

void fuzz_print_lines(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

char *const *fuzz_environment(void) { return environ; }
