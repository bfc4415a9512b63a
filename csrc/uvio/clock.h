/* clock.h - the clock of uv_hrtime(), read with fewer instructions: each turn of the loop reads it twice. */
#ifndef PN_UVIO_CLOCK_H
#define PN_UVIO_CLOCK_H

#include <stdint.h>
#include <time.h>
#include <uv.h>

/* On Linux uv_hrtime() is CLOCK_MONOTONIC, which every kernel has. */
static inline uint64_t
pn_clock(void)
{
#ifdef __linux__
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
#else
    return uv_hrtime();
#endif
}

#endif
