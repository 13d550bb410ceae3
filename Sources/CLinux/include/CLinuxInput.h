#ifndef GATEHOUSE_CLINUX_INPUT_H
#define GATEHOUSE_CLINUX_INPUT_H

/// Keyboards (`/dev/input/event*`) and HID devices (`/dev/hidraw*`): the ioctls that Swift cannot name because
/// they are macros over structures.

/// The longest report descriptor that the kernel takes.
enum { GATEHOUSE_HID_DESCRIPTOR_SIZE = 4096 };
/// The longest report that the kernel takes or gives, its number included.
enum { GATEHOUSE_HID_REPORT_SIZE = 16384 };

/// Which step of opening failed, for a message that names the next move.
typedef enum {
    GATEHOUSE_DEVICE_OPENING = 0,
    GATEHOUSE_DEVICE_WRONG_KIND = 1, // something else is at the path
    GATEHOUSE_DEVICE_LOCKING = 2, // somebody else has it
    GATEHOUSE_DEVICE_ASKING = 3 // it does not say what it is
} gatehouse_device_step;

/// Opens an input device read-only and non-blocking, waits at most `patience` milliseconds until no key is
/// pressed, and grabs it, so that nothing else is typed into. Keys that are down at the grab would stay down
/// for everybody else; a key that never comes up is no reason to lose scans, so it is grabbed then all the
/// same. Returns the descriptor or the negated errno, and the step that failed in `step`.
int gatehouse_keyboard_open(const char *path, int patience, gatehouse_device_step *step);

/// Opens a HID device for reading and writing, non-blocking and locked against another daemon of ours.
/// `descriptor` receives up to GATEHOUSE_HID_DESCRIPTOR_SIZE bytes of its report descriptor and `length` their
/// number. Returns the descriptor of the file or the negated errno.
int gatehouse_hid_open(const char *path, unsigned char *descriptor, int *length, gatehouse_device_step *step);

/// A second descriptor of the same open file, closed on exec; or the negated errno. (Swift has no variadic fcntl
/// with this command.)
int gatehouse_hid_duplicate(int fd);

/// Writes one output report beginning with its number (0 where the device has no numbers). Waits for the device
/// as long as the kernel's driver does, up to 5 seconds, whatever O_NONBLOCK says. 0 or the negated errno.
int gatehouse_hid_send_output(int fd, const unsigned char *report, int length);

/// The same for a feature report.
int gatehouse_hid_send_feature(int fd, const unsigned char *report, int length);

#endif
