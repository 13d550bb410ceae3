#ifndef CLINUX_MEMORY_H
#define CLINUX_MEMORY_H

/* Gives memory that was freed, and that the C library keeps for later, back to the system. */
void gatehouse_give_back_memory(void);

#endif
