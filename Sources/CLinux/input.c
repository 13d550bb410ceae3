#define _GNU_SOURCE
#include "CLinuxInput.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/hidraw.h>
#include <linux/input.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// Opening something else (a tape, a watchdog) could do harm, so its kind is looked at first.
static int open_device(const char *path, int flags, gatehouse_device_step *step) {
    struct stat status;
    *step = GATEHOUSE_DEVICE_OPENING;
    if (stat(path, &status) != 0) return -errno;
    *step = GATEHOUSE_DEVICE_WRONG_KIND;
    if (!S_ISCHR(status.st_mode)) return -ENOTTY;
    *step = GATEHOUSE_DEVICE_OPENING;
    int fd = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return fd >= 0 ? fd : -errno;
}

static int is_any_key_pressed(int fd) {
    unsigned char keys[KEY_MAX / 8 + 1] = {0};
    // A device that cannot tell is taken to be at rest.
    if (ioctl(fd, EVIOCGKEY(sizeof keys), keys) < 0) return 0;
    for (size_t i = 0; i < sizeof keys; i++) {
        if (keys[i] != 0) return 1;
    }
    return 0;
}

static void wait_for_rest(int fd, int patience) {
    const int pause = 10;
    const struct timespec time = {.tv_nsec = pause * 1000000L};
    for (int waited = 0; waited < patience && is_any_key_pressed(fd); waited += pause) {
        (void)nanosleep(&time, NULL);
    }
}

int gatehouse_keyboard_open(const char *path, int patience, gatehouse_device_step *step) {
    int fd = open_device(path, O_RDONLY, step);
    if (fd < 0) return fd;

    int version = 0;
    int result = 0;
    *step = GATEHOUSE_DEVICE_WRONG_KIND;
    if (ioctl(fd, EVIOCGVERSION, &version) != 0) {
        result = -errno;
    } else {
        /* A wall clock that is set within a scan must not look like a pause. Old kernels cannot do it and go on. */
        int clock = CLOCK_MONOTONIC;
        (void)ioctl(fd, EVIOCSCLOCKID, &clock);
        wait_for_rest(fd, patience);
        *step = GATEHOUSE_DEVICE_LOCKING;
        if (ioctl(fd, EVIOCGRAB, 1) != 0) result = -errno;
    }
    if (result == 0) return fd;
    close(fd);
    return result;
}

static int read_descriptor(int fd, unsigned char *descriptor, int *length) {
    int size = 0;
    struct hidraw_report_descriptor report;
    if (ioctl(fd, HIDIOCGRDESCSIZE, &size) < 0) return -errno;
    if (size < 0 || size > GATEHOUSE_HID_DESCRIPTOR_SIZE) return -EMSGSIZE;
    memset(&report, 0, sizeof report);
    report.size = (unsigned int)size;
    if (ioctl(fd, HIDIOCGRDESC, &report) < 0) return -errno;
    memcpy(descriptor, report.value, (size_t)size);
    *length = size;
    return 0;
}

int gatehouse_hid_open(const char *path, unsigned char *descriptor, int *length, gatehouse_device_step *step) {
    int fd = open_device(path, O_RDWR, step);
    if (fd < 0) return fd;

    *step = GATEHOUSE_DEVICE_WRONG_KIND;
    int result = read_descriptor(fd, descriptor, length);
    if (result == 0) {
        *step = GATEHOUSE_DEVICE_LOCKING;
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) result = errno == EWOULDBLOCK ? -EBUSY : -errno;
    }
    if (result == 0) return fd;
    close(fd);
    return result;
}

int gatehouse_hid_duplicate(int fd) {
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return copy >= 0 ? copy : -errno;
}

int gatehouse_hid_send_output(int fd, const unsigned char *report, int length) {
    if (length < 1 || length > GATEHOUSE_HID_REPORT_SIZE) return -EMSGSIZE;
    ssize_t count = write(fd, report, (size_t)length);
    if (count < 0) return -errno;
    return count == length ? 0 : -EIO;
}

int gatehouse_hid_send_feature(int fd, const unsigned char *report, int length) {
    if (length < 1 || length > GATEHOUSE_HID_REPORT_SIZE) return -EMSGSIZE;
    // The request writes back into what it is given.
    unsigned char copy[GATEHOUSE_HID_REPORT_SIZE];
    memcpy(copy, report, (size_t)length);
    return ioctl(fd, HIDIOCSFEATURE(length), copy) < 0 ? -errno : 0;
}
