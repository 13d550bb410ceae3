#ifndef GATEHOUSE_CLINUX_EVENTFD_H
#define GATEHOUSE_CLINUX_EVENTFD_H

/// Opens an eventfd(2) that starts at zero, non-blocking and closed on exec. Returns -1 and sets errno on failure.
/// The call is not in Swift's Glibc module.
int gatehouse_eventfd(void);

#endif
