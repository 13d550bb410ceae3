#include "CLinuxEventFD.h"

#include <sys/eventfd.h>

int gatehouse_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
