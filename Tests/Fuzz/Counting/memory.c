// The C library's allocator with a few words before each block that say how large it is and who made it, so that what
// the value under test holds can be told from what the harness and the simulated device hold. Replacing malloc in this
// way is what the C library's manual describes ("Replacing malloc"). For one thread.
#include "fuzz_counting.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>

extern void *__libc_malloc(size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

struct head {
    size_t size;
    // How far before the block the C library's own begins.
    uint32_t distance;
    uint32_t is_owned;
};

static int owning;
static size_t owned, most;

static struct head *head_of(void *block) { return (struct head *)block - 1; }

// What a block is counted as: with its head, about what the C library itself spends on it.
static size_t weight(const struct head *head) { return head->size + sizeof *head; }

static void *made(unsigned char *whole, size_t size, size_t distance) {
    if (!whole) return NULL;
    struct head *head = head_of(whole + distance);
    *head = (struct head){size, (uint32_t)distance, (uint32_t)owning};
    if (owning) {
        owned += weight(head);
        if (owned > most) most = owned;
    }
    return whole + distance;
}

void *malloc(size_t size) {
    if (size > PTRDIFF_MAX - sizeof(struct head)) return NULL;
    return made(__libc_malloc(size + sizeof(struct head)), size, sizeof(struct head));
}

void free(void *block) {
    if (!block) return;
    struct head *head = head_of(block);
    if (head->is_owned) owned -= weight(head);
    __libc_free((unsigned char *)block - head->distance);
}

void *calloc(size_t count, size_t size) {
    size_t all;
    if (__builtin_mul_overflow(count, size, &all)) return NULL;
    void *block = malloc(all);
    return block ? memset(block, 0, all) : NULL;
}

void *realloc(void *block, size_t size) {
    if (!block) return malloc(size);
    if (size == 0) {
        free(block);
        return NULL;
    }
    void *other = malloc(size);
    if (!other) return NULL;
    size_t kept = head_of(block)->size;
    memcpy(other, block, kept < size ? kept : size);
    free(block);
    return other;
}

void *memalign(size_t alignment, size_t size) {
    size_t distance = alignment < sizeof(struct head) ? sizeof(struct head) : alignment;
    if (size > PTRDIFF_MAX - distance || distance > UINT32_MAX) return NULL;
    return made(__libc_memalign(alignment, size + distance), size, distance);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **place, size_t alignment, size_t size) {
    void *block = memalign(alignment, size);
    if (!block) return ENOMEM;
    *place = block;
    return 0;
}

size_t malloc_usable_size(void *block) { return block ? head_of(block)->size : 0; }

void fuzz_own(int is_owned) { owning = is_owned; }
size_t fuzz_owned(void) { return owned; }
size_t fuzz_owned_most(void) { return most; }
void fuzz_forget_most(void) { most = owned; }
