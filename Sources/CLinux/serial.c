#define _GNU_SOURCE
#include "CLinuxSerial.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <linux/tty_flags.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// Pseudo-terminal slaves have the majors 136 to 143 (Documentation/admin-guide/devices.txt).
static int is_pseudo_terminal(int fd) {
    struct stat status;
    if (fstat(fd, &status) != 0) return 0;
    unsigned int kind = major(status.st_rdev);
    return kind >= 136 && kind <= 143;
}

// flock keeps out another daemon of ours even when both are root, whom TIOCEXCL does not stop. A
// pseudo-terminal gets no TIOCEXCL: the mark would outlive a killed process for as long as the other end is
// open, and lock us out ourselves.
static int take_for_ourselves(int fd) {
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) return errno == EWOULDBLOCK ? -EBUSY : -errno;
    if (!is_pseudo_terminal(fd)) (void)ioctl(fd, TIOCEXCL);
    return 0;
}

static tcflag_t framing_flags(const gatehouse_serial_line *line) {
    static const tcflag_t sizes[] = {CS5, CS6, CS7, CS8};
    tcflag_t flags = sizes[line->data_bits - 5];
    if (line->parity != 0) flags |= PARENB;
    if (line->parity == 1) flags |= PARODD;
    if (line->stop_bits == 2) flags |= CSTOPB;
    return flags;
}

static const tcflag_t framing_mask = CSIZE | PARENB | PARODD | CSTOPB;

// Breaks are ignored: plugging a cable makes them. A character with wrong parity reads as NUL rather than
// vanishing, so that a damaged scan cannot pass for a shorter one.
static int set_line(int fd, const gatehouse_serial_line *line) {
    struct termios2 settings;
    if (ioctl(fd, TCGETS2, &settings) != 0) return -errno;

    settings.c_iflag = IGNBRK | (line->parity != 0 ? INPCK : 0);
    settings.c_oflag = 0;
    settings.c_lflag = 0;
    settings.c_cflag &= ~(framing_mask | CMSPAR | CRTSCTS | CBAUD | (CBAUD << IBSHIFT));
    settings.c_cflag |= framing_flags(line) | CLOCAL | CREAD | BOTHER;
    settings.c_ispeed = (speed_t)line->rate;
    settings.c_ospeed = (speed_t)line->rate;
    // With 0 a read that finds nothing would look like the end of the line.
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    return ioctl(fd, TCSETS2, &settings) == 0 ? 0 : -errno;
}

// Drivers that cannot do what was asked change it in silence, so it is read back.
static int check_line(int fd, const gatehouse_serial_line *line, gatehouse_serial_step *step) {
    struct termios2 settings;
    if (ioctl(fd, TCGETS2, &settings) != 0) return -errno;

    *step = GATEHOUSE_SERIAL_FRAMING;
    if ((settings.c_cflag & framing_mask) != framing_flags(line)) return -EINVAL;

    *step = GATEHOUSE_SERIAL_RATE;
    long long error = llabs((long long)settings.c_ospeed - line->rate);
    return error * 100 <= (long long)line->rate * 3 ? 0 : -EINVAL;
}

static int switch_direction(int fd) {
    struct serial_rs485 mode = {.flags = SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND};
    return ioctl(fd, TIOCSRS485, &mode) == 0 ? 0 : -errno;
}

// Comforts: an adapter without them works too, and some are for root only.
static void ask_for_low_latency(int fd) {
    struct serial_struct info;
    if (ioctl(fd, TIOCGSERIAL, &info) != 0) return;
    info.flags |= ASYNC_LOW_LATENCY;
    if (ioctl(fd, TIOCSSERIAL, &info) != 0) return;
    info.closing_wait = ASYNC_CLOSING_WAIT_NONE;
    (void)ioctl(fd, TIOCSSERIAL, &info);
}

static int configure(int fd, const gatehouse_serial_line *line, gatehouse_serial_step *step) {
    int pseudo = is_pseudo_terminal(fd);

    *step = GATEHOUSE_SERIAL_LOCKING;
    int result = take_for_ourselves(fd);
    if (result != 0) return result;

    *step = GATEHOUSE_SERIAL_FRAMING;
    result = set_line(fd, line);
    // A pseudo-terminal has no wire: it keeps 8 bits and no parity whatever is asked.
    if (result == 0 && !pseudo) result = check_line(fd, line, step);
    if (result != 0) return result;

    int raised = TIOCM_DTR | (line->rs485 ? 0 : TIOCM_RTS);
    (void)ioctl(fd, TIOCMBIS, &raised);

    *step = GATEHOUSE_SERIAL_RS485;
    if (line->rs485 && !pseudo) result = switch_direction(fd);
    if (result == 0) ask_for_low_latency(fd);
    return result;
}

int gatehouse_serial_open(const char *path, const gatehouse_serial_line *line, gatehouse_serial_step *step) {
    *step = GATEHOUSE_SERIAL_FRAMING;
    if (line->data_bits < 5 || line->data_bits > 8 || line->stop_bits < 1 || line->stop_bits > 2) return -EINVAL;
    *step = GATEHOUSE_SERIAL_RATE;
    if (line->rate < 1) return -EINVAL;

    // Opening something else for writing (a disk, a pipe) could do harm, so its kind is looked at first.
    struct stat status;
    *step = GATEHOUSE_SERIAL_OPENING;
    if (stat(path, &status) != 0) return -errno;
    *step = GATEHOUSE_SERIAL_NOT_A_TERMINAL;
    if (!S_ISCHR(status.st_mode)) return -ENOTTY;

    *step = GATEHOUSE_SERIAL_OPENING;
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return -errno;

    *step = GATEHOUSE_SERIAL_NOT_A_TERMINAL;
    int result = isatty(fd) ? configure(fd, line, step) : -ENOTTY;
    if (result == 0) return fd;
    // Before the lock was ours, somebody else's output and claim are none of our business.
    if (*step > GATEHOUSE_SERIAL_LOCKING) gatehouse_serial_release(fd);
    close(fd);
    return result;
}

void gatehouse_serial_release(int fd) {
    (void)ioctl(fd, TCFLSH, TCOFLUSH);
    (void)ioctl(fd, TIOCNXCL);
}

int gatehouse_serial_rate(int fd) {
    struct termios2 settings;
    return ioctl(fd, TCGETS2, &settings) == 0 ? (int)settings.c_ospeed : -errno;
}

int gatehouse_pseudo_terminal_open(char *path, int size) {
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return -errno;
    if (grantpt(fd) == 0 && unlockpt(fd) == 0) {
        int result = ptsname_r(fd, path, (size_t)size);
        if (result == 0) return fd;
        errno = result;
    }
    int result = -errno;
    close(fd);
    return result;
}
