/* hooks.c - see hooks.h. This file needs the real functions. */
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef pthread_create

#include "hooks.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_long until_failure = -1;
static atomic_bool fail_for_ever, has_failed, threads_fail;
static atomic_size_t made, live;

void *hook_malloc(size_t size);
void *hook_calloc(size_t count, size_t size);
void *hook_realloc(void *old, size_t size);
void hook_free(void *p);
int hook_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg);

void
hook_fail_alloc(long n, bool for_ever)
{
    atomic_store(&has_failed, false);
    atomic_store(&fail_for_ever, for_ever);
    atomic_store(&until_failure, n);
}

bool
hook_alloc_failed(void)
{
    return atomic_load(&has_failed);
}

size_t
hook_alloc_count(void)
{
    return atomic_load(&made);
}

size_t
hook_alloc_live(void)
{
    return atomic_load(&live);
}

void
hook_fail_threads(bool fail)
{
    atomic_store(&threads_fail, fail);
}

static bool
fails_now(void)
{
    long left = atomic_load(&until_failure);
    if (left < 0)
        return false;
    if (left == 0) {
        atomic_store(&has_failed, true);
        if (!atomic_load(&fail_for_ever))
            atomic_store(&until_failure, -1);
        return true;
    }
    atomic_store(&until_failure, left - 1);
    return false;
}

static void *
counted(void *p)
{
    if (p != NULL) {
        atomic_fetch_add(&made, 1);
        atomic_fetch_add(&live, 1);
    }
    return p;
}

void *
hook_malloc(size_t size)
{
    return fails_now() ? NULL : counted(malloc(size));
}

void *
hook_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : counted(calloc(count, size));
}

void *
hook_realloc(void *old, size_t size)
{
    if (fails_now())
        return NULL;
    void *p = realloc(old, size);
    if (old != NULL && p != NULL)
        atomic_fetch_add(&made, 1);
    return old == NULL ? counted(p) : p;
}

void
hook_free(void *p)
{
    if (p != NULL)
        atomic_fetch_sub(&live, 1);
    free(p);
}

int
hook_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
    return atomic_load(&threads_fail) ? EAGAIN : pthread_create(thread, attr, run, arg);
}
