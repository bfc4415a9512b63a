/* resolve_windows.c - threads, locks and the wake-up of the resolver on Windows; see resolve_os.h. */
#include "uvio/resolve_os.h"

#include <process.h>
#include <stdlib.h>

/* --- locks --- */

bool
pn_locks_init(pn_lock *lock, pn_cond *cond)
{
    InitializeSRWLock(lock);
    InitializeConditionVariable(cond);
    return true;
}

void
pn_locks_free(pn_lock *lock, pn_cond *cond)
{
    (void)lock;
    (void)cond;
}

void
pn_lock_take(pn_lock *lock)
{
    AcquireSRWLockExclusive(lock);
}

void
pn_lock_release(pn_lock *lock)
{
    ReleaseSRWLockExclusive(lock);
}

void
pn_cond_signal(pn_cond *cond)
{
    WakeConditionVariable(cond);
}

void
pn_cond_broadcast(pn_cond *cond)
{
    WakeAllConditionVariable(cond);
}

bool
pn_cond_wait(pn_cond *cond, pn_lock *lock, unsigned ms)
{
    return SleepConditionVariableSRW(cond, lock, ms, 0) != 0;
}

/* --- threads --- */

struct start {
    void (*main)(void *arg);
    void *arg;
};

static unsigned __stdcall
thread_main(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    start.main(start.arg);
    return 0;
}

bool
pn_thread_start(void (*main)(void *arg), void *arg)
{
    struct start *start = malloc(sizeof(*start));
    if (start == NULL)
        return false;
    *start = (struct start){main, arg};
    uintptr_t thread = _beginthreadex(NULL, 0, thread_main, start, 0, NULL);
    if (thread == 0) {
        free(start);
        return false;
    }
    CloseHandle((HANDLE)thread);
    return true;
}

/* --- the wake-up --- */

void
pn_resolver_os_init(struct pn_resolver_wake *w, pn_wake_target target)
{
    *w = (struct pn_resolver_wake){.target = target, .fd = -1};
}

int
pn_resolver_os_open(struct pn_resolver_wake *w)
{
    w->open = true;
    return 0;
}

void
pn_resolver_os_wake(const struct pn_resolver_wake *w)
{
    (void)uv_async_send(w->target);
}

void
pn_resolver_os_close(struct pn_resolver_wake *w)
{
    w->open = false;
}
