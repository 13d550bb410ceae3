#ifndef GATEHOUSE_CLINUX_SERIAL_H
#define GATEHOUSE_CLINUX_SERIAL_H

/// Serial lines as Linux offers them: any rate through termios2, which the C library's own header hides,
/// and the ioctls that Swift cannot name because they are macros over structures.

/// What a line shall be.
typedef struct {
    int rate; // bits a second
    int data_bits; // 5 to 8
    int parity; // 0 none, 1 odd, 2 even
    int stop_bits; // 1 or 2
    int rs485; // 1: the adapter's driver switches the direction
} gatehouse_serial_line;

/// Which step of opening failed, for a message that names the next move.
typedef enum {
    GATEHOUSE_SERIAL_OPENING = 0,
    GATEHOUSE_SERIAL_NOT_A_TERMINAL = 1,
    GATEHOUSE_SERIAL_LOCKING = 2,
    GATEHOUSE_SERIAL_FRAMING = 3, // the adapter refused, or quietly chose, other bits, parity or stop bits
    GATEHOUSE_SERIAL_RATE = 4, // the adapter cannot make the rate within 3 %
    GATEHOUSE_SERIAL_RS485 = 5
} gatehouse_serial_step;

/// Opens a terminal for ourselves alone, raw, non-blocking, DTR and RTS set, and returns its descriptor; or
/// the negated errno, and the step that failed in `step`. Bytes that already wait are kept: they may be
/// readings.
int gatehouse_serial_open(const char *path, const gatehouse_serial_line *line, gatehouse_serial_step *step);

/// To be called just before the descriptor is closed by our own wish: gives the terminal free for others
/// and throws away what was not yet sent, because close() would otherwise wait for it, up to 30 seconds on
/// a line that is stuck.
void gatehouse_serial_release(int fd);

/// The rate that the driver really made, in bits a second, or the negated errno.
int gatehouse_serial_rate(int fd);

/// Opens a new pseudo-terminal and returns the end that plays the device; `path` receives where the other
/// end is opened. Returns the negated errno on failure, ERANGE when `path` is too small. The calls are not
/// in Swift's Glibc module.
int gatehouse_pseudo_terminal_open(char *path, int size);

#endif
