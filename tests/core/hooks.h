/* hooks.h - allocations and threads that fail on demand, for tests with the word `hooks` in their needs line.
 *
 * The runner renames malloc(), calloc(), realloc(), free() and pthread_create() to the functions of hooks.c in every
 * file of such a program; what the C library does inside itself is not fds_to_recheck. */
#ifndef PN_TEST_HOOKS_H
#define PN_TEST_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

/* The `n`-th allocation from now (0: the next) fails, and each one after it when `for_ever`. -1: none fails. */
void hook_fail_alloc(long n, bool for_ever);
/* An allocation has failed since hook_fail_alloc(). */
bool hook_alloc_failed(void);
/* Allocations made since the program began, and those not freed yet. */
size_t hook_alloc_count(void);
size_t hook_alloc_live(void);

/* pthread_create() fails while `fail`. */
void hook_fail_threads(bool fail);

#endif
