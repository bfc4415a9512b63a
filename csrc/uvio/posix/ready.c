/* ready.c - reads the streams that have input, without uv_run(), on Linux; see ready.h.
 *
 * uv_run() needs three system calls before it reads a message: ppoll() waits, epoll_ctl() makes sure that libuv will not
 * abort (see pn_loop_can_run()), and libuv's epoll_wait() asks again. Here one epoll_wait() does it all. It applies when
 * the only news are streams with input, and libuv has nothing to do besides: a server or client at work. What it must
 * know of libuv is that `data.fd` of an event is the descriptor, that uv__read() calls alloc_cb and read_cb, and that
 * nothing else depends on a read. In all other turns uv_run() runs as ever, and nothing has been taken from it: epoll
 * reports the same events again.
 *
 * Owns:    loop->ready.
 * Threads: pn_ready_wait() is called by the driving thread without the lock; nothing else uses the events meanwhile. */
#ifdef __linux__

#include "uvio/ready.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "uvio/grow.h"
#include "uvio/loop_os.h"
#include "uvio/signal_mask.h"
#include "uvio/stream.h"
#include "uvio/uv_internals.h"

/* Events for one turn; libuv takes up to 1024. */
#define MAX_EVENTS 256
/* A wait that is shorter lets the next one be an epoll_wait(), for this long. It would not notice that another file has
 * the number of the backend by now; ppoll(), which follows, has the wake pipe besides. */
#define SHORT_MS   10
#define SHORT_NS   ((int64_t)SHORT_MS * 1000000)
/* The wake pipe among the events. libuv ignores this number: it marks events that are not valid any more by it. */
#define WAKE_MARK  (-1)
/* As in uv__read(): one stream does not keep the others waiting. */
#define MAX_READS  32

struct pn_ready {
    struct pn_stream **streams; /* own; by descriptor, borrowed */
    size_t size;
    int count; /* events that the wait has brought */
    int left;  /* events of this turn, while they are dispatched */
    bool busy; /* events have come, after a short wait */
    struct pn_uv_skipped skipped;
    struct epoll_event events[MAX_EVENTS];
};

void
pn_ready_open(struct pn_loop *loop)
{
    loop->ready = calloc(1, sizeof(*loop->ready));
}

void
pn_ready_close(struct pn_loop *loop)
{
    if (loop->ready == NULL)
        return;
    free(loop->ready->streams);
    free(loop->ready);
}

static bool
reserve(struct pn_ready *r, size_t size)
{
    struct pn_stream **streams = pn_grow_zeroed(r->streams, &r->size, size, sizeof(struct pn_stream *));
    if (streams != NULL)
        r->streams = streams;
    return streams != NULL;
}

void
pn_ready_add(struct pn_loop *loop, struct pn_stream *s, int fd)
{
    struct pn_ready *r = loop->ready;
    if (r != NULL && fd >= 0 && reserve(r, (size_t)fd + 1))
        r->streams[fd] = s;
}

/* An event of this turn is not for the next stream with that number. */
void
pn_ready_remove(struct pn_loop *loop, int fd)
{
    struct pn_ready *r = loop->ready;
    if (r == NULL || fd < 0 || (size_t)fd >= r->size)
        return;
    r->streams[fd] = NULL;
    for (int i = 0; i < r->left; i++) {
        if (r->events[i].data.fd == fd)
            r->events[i].data.fd = WAKE_MARK;
    }
}

/* --- the wait --- */

int
pn_ready_mark(struct pn_loop *loop, bool again)
{
    struct epoll_event mark = {.events = EPOLLIN, .data.fd = WAKE_MARK};
    int op = again ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    return epoll_ctl(loop->backend, op, loop->wake_read, &mark) == 0 ? 0 : uv_translate_sys_error(errno);
}

/* Returns whether the wake pipe is among the events, and takes it out. */
static bool
take_wake_mark(struct pn_ready *r, int *count)
{
    for (int i = 0; i < *count; i++) {
        if (r->events[i].data.fd == WAKE_MARK) {
            r->events[i] = r->events[--*count];
            return true;
        }
    }
    return false;
}

int
pn_ready_wait(struct pn_loop *loop, int64_t *timeout_ns, bool *woken)
{
    struct pn_ready *r = loop->ready;
    if (r == NULL)
        return 0;
    r->count = 0;
    if (!r->busy || *timeout_ns == 0)
        return 0;
    bool short_enough = *timeout_ns > 0 && *timeout_ns < SHORT_NS;
    int ms = short_enough ? (int)(*timeout_ns / 1000000) : SHORT_MS;
    if (ms == 0)
        return 0;
    int count = epoll_wait(loop->backend, r->events, MAX_EVENTS, ms);
    if (count < 0)
        return errno == EINTR ? 1 : UV_EBADF;
    if (count > 0) {
        *woken = take_wake_mark(r, &count);
        r->count = count;
        return 1;
    }
    r->busy = false;
    if (*timeout_ns > 0)
        *timeout_ns -= (int64_t)ms * 1000000;
    return 0;
}

/* --- reading --- */

static struct pn_stream *
stream_of(const struct pn_ready *r, const struct epoll_event *event)
{
    size_t fd = (size_t)event->data.fd;
    return fd < r->size ? r->streams[fd] : NULL;
}

/* Returns whether nothing has happened but that streams which read have got input. */
static bool
only_input(const struct pn_ready *r, int count)
{
    for (int i = 0; i < count; i++) {
        const struct epoll_event *event = &r->events[i];
        if (event->data.fd == WAKE_MARK)
            continue;
        const struct pn_stream *s = stream_of(r, event);
        if (s == NULL || event->events != EPOLLIN || !s->reading || !pn_uv_is_reading(&s->h.stream))
            return false;
    }
    return true;
}

/* What uv__read() does. Returns whether there was anything to read. */
static bool
read_stream(struct pn_stream *s)
{
    uv_stream_t *stream = &s->h.stream;
    for (int i = 0; i < MAX_READS && s->reading && pn_uv_is_reading(stream); i++) {
        uv_read_cb deliver = pn_uv_read_cb(stream);
        uv_buf_t buf = uv_buf_init(NULL, 0);
        ssize_t n;
        pn_uv_alloc_cb(stream)(&s->h.handle, PN_READ_SIZE, &buf);
        if (buf.base == NULL || buf.len == 0) {
            deliver(stream, UV_ENOBUFS, &buf);
            return true;
        }
        do
            n = read(pn_uv_stream_fd(stream), buf.base, buf.len);
        while (n < 0 && errno == EINTR);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            deliver(stream, 0, &buf);
            return i > 0;
        }
        if (n <= 0) {
            int status = n == 0 ? UV_EOF : uv_translate_sys_error(errno);
            (void)uv_read_stop(stream);
            deliver(stream, status, &buf);
            return true;
        }
        deliver(stream, n, &buf);
        if ((size_t)n < buf.len)
            return true;
    }
    return true;
}

bool
pn_loop_os_dispatch(struct pn_loop *loop)
{
    struct pn_ready *r = loop->ready;
    if (r == NULL)
        return false;
    int count = r->count;
    r->count = 0;
    /* Also 0 if libuv has to tell epoll of new descriptors. */
    if (!pn_links_empty(&loop->fds_to_recheck) || uv_backend_timeout(&loop->uv) == 0)
        return false;
    if (count == 0)
        count = epoll_wait(loop->backend, r->events, MAX_EVENTS, 0);
    r->busy = count > 0 && loop->times.last_wait < (uint64_t)SHORT_NS; /* the driver has read the clock */
    if (count < 0 || !only_input(r, count))
        return false;
    /* The wake pipe says nothing to a backend that is another epoll by now: that has no events, or others. */
    if (count == 0 && pn_ready_mark(loop, true) != 0)
        return false;
    bool any = count == 0;
    r->left = count;
    for (int i = 0; i < count && !loop->halted && !loop->dead; i++) {
        struct pn_stream *s = stream_of(r, &r->events[i]);
        if (s != NULL && read_stream(s))
            any = true;
    }
    r->left = 0;
    return any;
}

/* --- the rest of the turn --- */

bool
pn_loop_os_has_more(struct pn_loop *loop)
{
    return pn_uv_has_pending(&loop->uv) || pn_uv_has_closing(&loop->uv);
}

static void
skip_poll(uv_prepare_t *prepare)
{
    struct pn_loop *loop = prepare->data;
    if (pn_uv_has_pending(&loop->uv)) /* it would be called back between the poll and the check phase */
        longjmp(*loop->leave, 1);
    pn_uv_skip_poll(&loop->uv, &loop->ready->skipped);
}

void
pn_loop_os_polled(struct pn_loop *loop)
{
    if (loop->ready != NULL)
        pn_uv_end_skip(&loop->uv, &loop->ready->skipped);
}

/* As in uv_run(), callbacks that make others pending do not go on for ever. */
void
pn_loop_os_finish(struct pn_loop *loop)
{
    jmp_buf leave;
    pn_signal_mask old;
    volatile int rounds = 0;
    volatile bool blocked = loop->writing > 0 && pn_sigpipe_block(&old);
    loop->leave = &leave;
    (void)uv_prepare_start(&loop->prepare, skip_poll);
    if (setjmp(leave) == 0 || ++rounds < 8)
        (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    (void)uv_prepare_stop(&loop->prepare);
    loop->leave = NULL;
    if (blocked)
        pn_sigpipe_restore(&old);
}

#endif
