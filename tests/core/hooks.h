/* hooks.h - allocations and threads that fail on demand, for tests with `hooks` in their needs line.
 *
 * The runner renames malloc(), calloc(), realloc(), free() and pthread_create() to the functions of hooks.c in every
 * file of such a program; allocations inside the C library are not affected. */
#ifndef PN_TEST_HOOKS_H
#define PN_TEST_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the `n`-th allocation from now (0: the next) fail, and all later ones too if `for_ever`. -1: none fails. */
void hook_fail_alloc(long n, bool for_ever);
/* Returns whether an allocation has failed since hook_fail_alloc(). */
bool hook_alloc_failed(void);
/* Return the allocations made since the program started, and those not freed yet. */
size_t hook_alloc_count(void);
size_t hook_alloc_live(void);

/* Makes pthread_create() fail while `fail`. */
void hook_fail_threads(bool fail);

#endif
