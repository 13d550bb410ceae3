#include "CLinuxMemory.h"

#include <malloc.h>

void gatehouse_give_back_memory(void) { malloc_trim(0); }
