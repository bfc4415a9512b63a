/* brake.h - the processes of a cluster count their open connections in one page of shared memory. A process that has more
 * than the others waits before it accepts on a shared listener.
 *
 * Nothing is asked and nothing is sent. The wait is short and bounded, so that a process that stands still holds up none
 * of the others. core/balance.h decides how long it is.
 *
 * The page is the memory of a file (memfd), an array of slots of PN_SLOT_SIZE bytes, one for each process:
 *
 *   offset 0   uint32, atomic: 0: unused, 1: live
 *   offset 4   uint32, atomic: the open connections that the servers of the process have accepted
 *   the rest   zero
 *
 * A process writes only to its own slot. Another one clears the slot when the process has died. */
#ifndef PN_UVIO_BRAKE_H
#define PN_UVIO_BRAKE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define PN_SLOT_SIZE  64 /* a cache line, so that one process does not slow the others */
#define PN_SLOTS_MOST 4096

struct pn_slot {
    _Atomic uint32_t state;
    _Atomic uint32_t connections;
    uint32_t unused[PN_SLOT_SIZE / 4 - 2];
};

struct pn_brake {
    struct pn_slot *page; /* own: mapped; NULL: none */
    size_t count;         /* of slots */
    struct pn_slot *own;  /* in the page, or `none` */
    struct pn_slot none;  /* counts while there is no page */
    uint64_t since;       /* uv_hrtime() when the count of `gone` began */
    uint32_t gone;        /* connections that have closed since */
};

void pn_brake_init(struct pn_brake *b);
/* Maps the file, and lives in the slot `index`, or in none (-1). In place of an earlier page. 0, or a status: UV_EINVAL for
 * a file that is too small. */
int pn_brake_map(struct pn_brake *b, int fd, int index, size_t count);
/* Unmaps the page, and counts alone. `leave`: clears the own slot; the child of a fork does not, since it is the
 * parent's. */
void pn_brake_unmap(struct pn_brake *b, int leave);
/* The process of the slot has died. */
void pn_brake_clear(struct pn_brake *b, size_t index);
/* A connection has closed: counts it, and remembers the time. */
void pn_brake_gone(struct pn_brake *b);
/* How long to wait before the next accept, in nanoseconds; 0: not at all. */
uint64_t pn_brake_delay(const struct pn_brake *b);

/* The process has `more` open connections: 1 or -1. Only this process writes to its slot, and under a lock. */
static inline void
pn_brake_count(struct pn_brake *b, int more)
{
    uint32_t now = atomic_load_explicit(&b->own->connections, memory_order_relaxed);
    atomic_store_explicit(&b->own->connections, now + (uint32_t)more, memory_order_relaxed);
}

#endif
