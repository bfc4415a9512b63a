/* loop_windows.c - the system's part of the loop on Windows: waits for libuv's completion port; see loop_os.h.
 *
 * The wait takes a packet from the port, without the lock, and libuv gets it when the turn runs, before all others: what
 * comes first is handled first. What wakes the wait is an async handle of libuv, since its port must carry packets of
 * libuv only. */
#include "uvio/loop_os.h"

#include <stddef.h>

#include "uvio/net.h"
#include "uvio/uv_internals.h"

/* --- opening and closing --- */

static void
on_wake(uv_async_t *wake)
{
    (void)wake; /* the turn that calls this was the purpose */
}

int
pn_loop_os_open(struct pn_loop *loop)
{
    loop->wake_read = loop->wake_write = loop->backend = loop->reserve_fd = -1;
    pn_links_init(&loop->closing);
    pn_links_init(&loop->held);
    int status = uv_loop_init(&loop->uv);
    if (status != 0)
        return status;
    status = uv_async_init(&loop->uv, &loop->wake, on_wake);
    if (status != 0) {
        (void)uv_loop_close(&loop->uv);
        return status;
    }
    uv_unref((uv_handle_t *)&loop->wake);
    return 0;
}

void
pn_loop_os_start(struct pn_loop *loop)
{
    (void)loop;
}

/* Gives libuv what the wait has taken. */
static void
hand_over(struct pn_loop *loop)
{
    OVERLAPPED *packet = loop->packet;
    loop->packet = NULL;
    if (packet != NULL)
        pn_uv_take_packet(&loop->uv, packet);
}

void
pn_loop_os_stop(struct pn_loop *loop)
{
    hand_over(loop);
    uv_close((uv_handle_t *)&loop->wake, NULL);
}

void
pn_loop_os_close(struct pn_loop *loop)
{
    (void)loop;
}

struct pn_resolver *
pn_loop_os_resolver(struct pn_loop *loop)
{
    return pn_resolver_new(&loop->wake);
}

/* --- the wait --- */

void
pn_loop_wake_slow(struct pn_loop *loop)
{
    loop->woken = 1;
    (void)uv_async_send(&loop->wake);
}

void
pn_loop_drain(struct pn_loop *loop)
{
    (void)loop;
}

bool
pn_loop_can_run(struct pn_loop *loop)
{
    hand_over(loop); /* else closing would wait for its request */
    return true;
}

int
pn_loop_wait(struct pn_loop *loop, int64_t timeout_ns)
{
    DWORD bytes, ms = INFINITE;
    ULONG_PTR key;
    OVERLAPPED *packet = NULL;
    if (loop->packet != NULL)
        return 0; /* no turn has run since */
    if (timeout_ns >= 0)
        ms = (DWORD)((timeout_ns + 999999) / 1000000);
    /* A packet of a failed operation comes with FALSE, and libuv reads its status from it. */
    (void)GetQueuedCompletionStatus(loop->uv.iocp, &bytes, &key, &packet, ms);
    loop->packet = packet;
    return 0;
}

/* --- descriptors --- */

/* The port refuses no handle, so that there is nothing to check. */
void
pn_loop_recheck_fd(struct pn_loop *loop, struct pn_fd_recheck *t, int fd)
{
    (void)loop;
    (void)t;
    (void)fd;
}

void
pn_loop_forget_fd(struct pn_fd_recheck *t)
{
    (void)t;
}

void
pn_loop_os_run(struct pn_loop *loop)
{
    hand_over(loop);
    (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
}
