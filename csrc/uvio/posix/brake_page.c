/* brake_page.c - maps the page in which the processes of a cluster count their connections (declared in brake.h).
 *
 * Owns:    the mapping, not the descriptor.
 * Threads: the lock is held everywhere; other processes change the page at any time. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <uv.h>

#include "uvio/brake.h"

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
