/* brake.c - the page in which processes count their connections, and how long a process with too many waits; see
 * brake.h.
 *
 * Owns:    the mapping, not the descriptor.
 * Threads: the lock is held everywhere; other processes change the page at any time. */
#include "uvio/brake.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <uv.h>

#include "core/balance.h"

void
pn_brake_init(struct pn_brake *b)
{
    memset(b, 0, sizeof(*b));
    b->own = &b->none;
}

/* Continues to count in another slot. */
static void
move(struct pn_brake *b, struct pn_slot *to)
{
    atomic_store(&to->connections, atomic_load(&b->own->connections));
    b->own = to;
}

void
pn_brake_unmap(struct pn_brake *b, int leave)
{
    struct pn_slot *old = b->own;
    if (b->page == NULL)
        return;
    if (old != &b->none) {
        move(b, &b->none);
        if (leave)
            pn_brake_clear(b, (size_t)(old - b->page));
    }
    (void)munmap(b->page, b->count * sizeof(struct pn_slot));
    b->page = NULL;
    b->count = 0;
}

int
pn_brake_map(struct pn_brake *b, int fd, int index, size_t count)
{
    struct stat st;
    size_t size = count * sizeof(struct pn_slot);
    if (fstat(fd, &st) < 0)
        return uv_translate_sys_error(errno);
    if (!S_ISREG(st.st_mode) || st.st_size < (off_t)size)
        return UV_EINVAL; /* a use of memory behind the end of the file would be a SIGBUS */
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        return uv_translate_sys_error(errno);
    pn_brake_unmap(b, 1);
    b->page = page;
    b->count = count;
    if (index >= 0) {
        move(b, &b->page[index]);
        atomic_store(&b->own->state, 1);
    }
    return 0;
}

void
pn_brake_clear(struct pn_brake *b, size_t index)
{
    atomic_store(&b->page[index].state, 0);
    atomic_store(&b->page[index].connections, 0);
}

void
pn_brake_gone(struct pn_brake *b)
{
    pn_brake_count(b, -1);
    if (b->page == NULL)
        return;
    uint64_t now = uv_hrtime();
    if (now - b->since > PN_BALANCE_SHORT_NS) {
        b->since = now;
        b->gone = 0;
    }
    b->gone++;
}

uint64_t
pn_brake_delay(const struct pn_brake *b)
{
    uint32_t own = atomic_load_explicit(&b->own->connections, memory_order_relaxed);
    uint32_t least = own;
    for (size_t i = 0; i < b->count && least > 0; i++) {
        const struct pn_slot *slot = &b->page[i];
        if (atomic_load_explicit(&slot->state, memory_order_relaxed) == 0)
            continue;
        uint32_t each = atomic_load_explicit(&slot->connections, memory_order_relaxed);
        least = each < least ? each : least;
    }
    if (own <= least + 1)
        return 0; /* without a look at the clock */
    bool just_now = b->gone > 0 && uv_hrtime() - b->since <= 2 * (uint64_t)PN_BALANCE_SHORT_NS;
    return pn_balance_delay(own, least, just_now ? b->gone : 0);
}
