/* stream.c - connects, reads, writes, half-closes, closes and resets a libuv stream. Chooses the size of the next read,
 * and delivers completions in the next turn; see stream.h.
 *
 * Owns:    its memory, from pn_stream_new() to the end of the `closed` event.
 * Threads: the lock is held everywhere. */
#include "uvio/stream.h"

#include <stddef.h>
#include <stdlib.h>

#include "uvio/fd.h"
#include "uvio/listener.h"
#include "uvio/net.h"
#include "uvio/path_file.h"
#include "uvio/ready.h"
#include "uvio/sockaddr.h"
#include "uvio/stream_os.h"
#include "uvio/uv_internals.h"

/* PN_POST_ENDED: Windows only, where libuv reports an end once; PN_POST_SHUT: a half-close that has taken time. */
enum {
    PN_POST_CONNECT = 1,
    PN_POST_WRITTEN = 2,
    PN_POST_SHUTDOWN = 4,
    PN_POST_CLOSED = 8,
    PN_POST_SHUT = 16,
    PN_POST_ENDED = 32,
};

static void on_bad_descriptor(struct pn_fd_recheck *t);
static void recheck_fd(struct pn_stream *s);
static void recheck_owner(struct pn_loop *loop, int fd);
static void on_uv_close(uv_handle_t *handle);
static void on_uv_shutdown(uv_shutdown_t *req, int status);

static inline struct pn_loop *
loop_of(const struct pn_stream *s)
{
    return pn_loop_of_handle(&s->h.handle);
}

/* --- posted completions --- */

static void
post(struct pn_stream *s, uint8_t bit)
{
    s->completions |= bit;
    pn_loop_post(loop_of(s), &s->posted);
}

/* Only now, as uv_shutdown(): a stream that was closed meanwhile has sent no end, so that unread input still makes the
 * kernel send a reset. */
static void
shut_down(struct pn_stream *s)
{
    int status = pn_stream_os_shutdown(s, on_uv_shutdown);
    if (status != PN_STREAM_LATER)
        s->events->shutdown(s, status);
}

/* An end that came in a halted turn, on Windows. It waits for the owner to read. */
static void
ended(struct pn_stream *s)
{
    if (s->reading)
        s->events->read(s, s->late_status, NULL);
    else
        s->completions |= PN_POST_ENDED;
}

/* Delivers `bits`, lowest first; posts again, at the front, what a halted turn leaves. */
static void
deliver(struct pn_stream *s, uint8_t bits)
{
    while (bits != 0) {
        uint8_t bit = bits & (uint8_t)-bits;
        if (loop_of(s)->halted || loop_of(s)->dead) {
            s->completions |= bits;
            pn_loop_post_first(loop_of(s), &s->posted);
            return;
        }
        bits &= (uint8_t)~bit;
        if (bit == PN_POST_CLOSED) {
            on_uv_close(&s->h.handle);
            return;
        }
        if (s->owner == NULL)
            continue;
        if (bit == PN_POST_WRITTEN)
            s->events->written(s, s->write_status);
        else if (s->closing)
            continue;
        else if (bit == PN_POST_CONNECT)
            s->events->connected(s, pn_stream_os_connect_outcome(s));
        else if (bit == PN_POST_SHUT)
            s->events->shutdown(s, s->late_status);
        else if (bit == PN_POST_ENDED)
            ended(s);
        else
            shut_down(s);
    }
}

static void
deliver_posted(struct pn_posted *p)
{
    struct pn_stream *s = (struct pn_stream *)(void *)((char *)p - offsetof(struct pn_stream, posted));
    uint8_t bits = s->completions;
    s->completions = 0;
    deliver(s, bits);
}

/* --- creating and closing --- */

struct pn_stream *
pn_stream_new(struct pn_loop *loop, enum pn_stream_kind kind, const struct pn_stream_events *events, void *owner,
              int *status)
{
    struct pn_stream *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        *status = UV_ENOMEM;
        return NULL;
    }
    s->events = events;
    s->owner = owner;
    s->kind = (uint8_t)kind;
    s->opened = pn_loop_about_now(loop);
    loop->deliver = deliver_posted;
    loop->bad_stream_fd = on_bad_descriptor;
    loop->recheck_fd = recheck_owner;
    *status = kind == PN_STREAM_TCP ? uv_tcp_init(&loop->uv, &s->h.tcp) : uv_pipe_init(&loop->uv, &s->h.pipe, 0);
    if (*status != 0) {
        free(s);
        return NULL;
    }
    s->h.handle.data = s;
    loop->counts.streams++;
    loop->opened++;
    return s;
}

static void
recheck_if_it_has(uv_handle_t *handle, void *fd)
{
    struct pn_stream *s = pn_stream_of_handle(handle);
    struct pn_listener *l = pn_listener_of_handle(handle);
    if (s != NULL && s->has_fd && pn_stream_fd(s) == *(int *)fd)
        recheck_fd(s);
    else if (l != NULL && l->fd == *(int *)fd)
        pn_loop_recheck_fd(l->loop, &l->recheck, l->fd);
}

static void
recheck_owner(struct pn_loop *loop, int fd)
{
    uv_walk(&loop->uv, recheck_if_it_has, &fd);
}

/* A new descriptor has the number of another stream or listener, whose own was closed by code outside pynet. libuv would
 * mix up the events of both: the new one cannot be used, and the old one is looked at in the next turn. */
PN_COLD static int
taken(struct pn_stream *s, int fd)
{
    recheck_owner(loop_of(s), fd);
    pn_loop_wake_slow(loop_of(s)); /* the loop may be dispatching: libuv knows nothing of that turn */
    return UV_EEXIST;
}

static void
note_fd(struct pn_stream *s, int fd)
{
    if (s->has_fd || fd < 0)
        return;
    s->has_fd = true;
    pn_fd_table_add(&loop_of(s)->fds, fd);
    pn_ready_add(loop_of(s), s, fd);
}

static int
adopt(struct pn_stream *s, int fd)
{
    if (pn_fd_table_has(&loop_of(s)->fds, fd))
        return taken(s, fd);
    int status = pn_stream_os_open(s, fd);
    if (status == 0)
        note_fd(s, fd);
    return status;
}

struct pn_stream *
pn_stream_open(struct pn_loop *loop, enum pn_stream_kind kind, int fd, const struct pn_stream_events *events,
               void *owner, int *status)
{
    struct pn_stream *s = pn_stream_new(loop, kind, events, owner, status);
    if (s != NULL && (*status = adopt(s, fd)) != 0) {
        s->owner = NULL;
        pn_stream_close(s);
        s = NULL;
    }
    if (s == NULL)
        pn_fd_close(fd);
    return s;
}

int
pn_stream_open_fd(struct pn_stream *s, int family)
{
    int fd = pn_stream_os_socket(family);
    return fd < 0 ? fd : pn_stream_take_fd(s, fd);
}

int
pn_stream_take_fd(struct pn_stream *s, int fd)
{
    int status = adopt(s, fd);
    if (status != 0)
        pn_fd_close(fd);
    return status;
}

bool
pn_stream_own_file(struct pn_stream *s, struct pn_path_file *file)
{
    if (file->path == NULL)
        return true;
    s->file = malloc(sizeof(*s->file));
    if (s->file == NULL)
        return false;
    *s->file = *file;
    file->path = NULL;
    return true;
}

static void
free_request(struct pn_stream *s)
{
    if (s->req == NULL)
        return;
    free(s->req);
    s->req = NULL;
    loop_of(s)->counts.requests--;
}

/* With memory behind it for the handle that libuv sends. */
static struct pn_stream_req *
new_request(struct pn_stream *s, bool sends_fd)
{
    s->req = malloc(sizeof(*s->req) + (sends_fd ? sizeof(uv_pipe_t) : 0));
    if (s->req != NULL)
        loop_of(s)->counts.requests++;
    return s->req;
}

static void
on_uv_close(uv_handle_t *handle)
{
    struct pn_stream *s = handle->data;
    struct pn_loop *loop = loop_of(s);
    if (loop->dead)
        return;
    if (loop->halted && s->owner != NULL) {
        post(s, PN_POST_CLOSED);
        return;
    }
    pn_loop_unpost(loop, &s->posted);
    pn_link_remove(&s->group);
    if (s->owner != NULL)
        s->events->closed(s);
    free_request(s);
    loop->counts.streams--;
    free(s);
    for (struct pn_stream *held; (held = pn_stream_os_take_held(loop)) != NULL;)
        post(held, PN_POST_CONNECT);
}

void
pn_stream_forget_file(struct pn_stream *s)
{
    if (s->lingering || s->file == NULL)
        return;
    pn_path_file_forget(s->file);
    free(s->file);
    s->file = NULL;
}

void
pn_stream_close(struct pn_stream *s)
{
    if (s->closing)
        return;
    if (s->lingering)
        s->events->before_close(s);
    pn_stream_direct_forget(loop_of(s), s);
    s->closing = true;
    if (s->file != NULL) {
        pn_path_file_unlink(s->file);
        pn_stream_forget_file(s);
    }
    s->reading = false;
    s->completions &= PN_POST_WRITTEN | PN_POST_CLOSED;
    if (s->completions == 0)
        pn_loop_unpost(loop_of(s), &s->posted);
    pn_loop_forget_fd(&s->recheck);
    pn_link_remove(&s->group);
    if (s->unref)
        uv_ref(&s->h.handle); /* `closed` must come even if the user has called unref() */
    int fd = pn_stream_fd(s);
    if (s->has_fd) {
        pn_fd_table_remove(&loop_of(s)->fds, fd);
        pn_ready_remove(loop_of(s), fd);
    }
    pn_stream_os_close(s, fd, on_uv_close);
    pn_loop_wake(loop_of(s));
}

void
pn_stream_set_reset(struct pn_stream *s)
{
    struct linger off = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(pn_sock(pn_stream_fd(s)), SOL_SOCKET, SO_LINGER, pn_opt(&off), sizeof(off));
}

static void
on_bad_descriptor(struct pn_fd_recheck *t)
{
    struct pn_stream *s = (struct pn_stream *)(void *)((char *)t - offsetof(struct pn_stream, recheck));
    if (s->closing)
        return;
    /* Runs before the backend sees the descriptor: closes the handle at once and reports the error to the owner. */
    bool reading = s->owner != NULL;
    pn_stream_close(s);
    if (reading)
        s->events->read(s, UV_EBADF, NULL);
}

static void
recheck_fd(struct pn_stream *s)
{
    if (s->closing)
        return;
    pn_loop_recheck_fd(loop_of(s), &s->recheck, pn_stream_fd(s));
    pn_loop_wake(loop_of(s));
}

/* --- connecting --- */

static void
on_uv_connect(uv_connect_t *req, int status)
{
    struct pn_stream *s = req->data;
    free_request(s);
    s->connecting = false;
    if (loop_of(s)->dead || s->closing)
        return;
    s->connect_status = (int16_t)status;
    if (status == 0 && s->peer.family == 0) /* after a reset the kernel does not know it any more */
        (void)pn_stream_peer(s, &s->peer);
    if (pn_stream_os_holds(s))
        return; /* on_uv_close() posts it */
    if (loop_of(s)->halted) {
        post(s, PN_POST_CONNECT);
        return;
    }
    if (s->owner != NULL)
        s->events->connected(s, status);
}

int
pn_stream_connect(struct pn_stream *s, const struct pn_addr *to)
{
    struct sockaddr_storage sa;
    (void)pn_addr_to_sockaddr(to, &sa);
    struct pn_stream_req *req = new_request(s, false);
    if (req == NULL)
        return UV_ENOMEM;
    req->u.connect.data = s;
    s->connecting = true;
    int status = uv_tcp_connect(&req->u.connect, &s->h.tcp, (const struct sockaddr *)&sa, on_uv_connect);
    if (status == 0 && !s->has_fd && pn_fd_table_has(&loop_of(s)->fds, pn_stream_fd(s)))
        return taken(s, pn_stream_fd(s)); /* the request ends when the stream is closed */
    note_fd(s, pn_stream_fd(s));
    if (status != 0) {
        free_request(s);
        s->connecting = false;
        return status;
    }
    /* Otherwise ask the kernel later: a connection to 0.0.0.0 has the peer 127.0.0.1. */
    if (to->scope == 0 && !pn_addr_is_unspecified(to))
        s->peer = *to;
    recheck_fd(s);
    return 0;
}

#ifdef _WIN32

int
pn_stream_connect_path(struct pn_stream *s, const char *path, size_t len)
{
    struct pn_stream_req *req = new_request(s, false);
    if (req == NULL)
        return UV_ENOMEM;
    req->u.connect.data = s;
    s->connecting = true;
    int status = pn_stream_os_connect_pipe(s, &req->u.connect, path, len, on_uv_connect);
    if (status != 0) {
        free_request(s);
        s->connecting = false;
        s->connect_status = (int16_t)status;
        s->completions |= PN_POST_CONNECT;
        pn_loop_post_pending(loop_of(s), &s->posted);
    }
    pn_loop_wake(loop_of(s));
    return 0;
}

#else

static int
connect_path(struct pn_stream *s, const char *path, size_t len)
{
    int bound = pn_stream_fd(s), fd = bound;
    int status = pn_stream_os_connect_path(&fd, path, len);
    return status == 0 && bound < 0 ? pn_stream_take_fd(s, fd) : status;
}

int
pn_stream_connect_path(struct pn_stream *s, const char *path, size_t len)
{
    int status = connect_path(s, path, len);
    s->connect_status = (int16_t)status;
    s->completions |= PN_POST_CONNECT;
    if (status == 0)
        pn_loop_post(loop_of(s), &s->posted);
    else
        pn_loop_post_pending(loop_of(s), &s->posted); /* as libuv: only a connection is reported by the poll */
    return 0;
}

#endif

/* --- reading --- */

static void
on_uv_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct pn_stream *s = handle->data;
    struct pn_loop *loop = loop_of(s);
    (void)suggested;
    char *base = loop->slab;
    size_t len = (size_t)PN_READ_SIZE << s->read_class;
    if ((loop->halted | loop->dead) != 0 || s->owner == NULL)
        len = 0;
    else if (s->own_buffer)
        s->events->alloc(s, &base, &len);
    buf->base = base;
    buf->len = (pn_buf_len)len;
}

/* A read that filled its buffer makes the next one bigger; a read that filled less than a quarter makes it smaller. */
static void
choose_class(struct pn_stream *s, size_t nread)
{
    size_t capacity = (size_t)PN_READ_SIZE << s->read_class;
    int biggest = s->kind == PN_STREAM_TCP ? PN_READ_CLASSES - 1 : 1; /* measured: unix sockets are slower with more */
    if (nread >= capacity && s->read_big && s->read_class < biggest)
        s->read_class++;
    else if (nread * 4 < capacity && s->read_class > 0)
        s->read_class--;
}

/* libuv has read nothing, for want of a buffer: the owner may read itself. */
PN_COLD static void
not_read(struct pn_stream *s)
{
    if (!loop_of(s)->dead && s->owner != NULL && !loop_of(s)->halted && s->own_buffer)
        s->events->readable(s);
}

/* libuv reports an end or an error. Returns what the owner hears of now; 0: nothing. */
#ifdef _WIN32

/* libuv never reports it again. */
PN_COLD static ssize_t
end_of(struct pn_stream *s, ssize_t nread, const uv_buf_t *buf)
{
    (void)buf;
    if (!loop_of(s)->halted)
        return nread;
    s->late_status = (int16_t)nread;
    post(s, PN_POST_ENDED);
    return 0;
}

#else

static void on_uv_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf);

PN_COLD static ssize_t
end_of(struct pn_stream *s, ssize_t nread, const uv_buf_t *buf)
{
    if (s->req != NULL)
        recheck_fd(s); /* it still waits, for the write only */
    /* libuv takes a hang-up behind a short read for the end, without a read: it misses a reset, and ends in the turn
     * of the data. Reading again tells; but libuv 1.52 never reads after a hang-up without data. */
    bool unread = nread == UV_EOF && buf->base == NULL;
    if (unread && s->hung_up && !loop_of(s)->halted)
        nread = pn_stream_os_end_status(s);
    if (!loop_of(s)->halted && (!unread || s->hung_up) && nread != 0)
        return nread;
    s->hung_up = unread;
    (void)uv_read_start(&s->h.stream, on_uv_alloc, on_uv_read);
    recheck_fd(s);
    return 0;
}

#endif

static void
on_uv_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
    struct pn_stream *s = stream->data;
    if (loop_of(s)->dead || s->owner == NULL || (nread == UV_ENOBUFS && buf->len == 0)) {
        not_read(s);
        return;
    }
    if (nread < 0 && (nread = end_of(s, nread, buf)) == 0)
        return;
    if (nread >= PN_READ_SIZE || (s->read_class > 0 && nread > 0))
        choose_class(s, (size_t)nread);
    s->events->read(s, nread, buf->base);
}

void
pn_stream_read_big(struct pn_stream *s, bool big)
{
    s->read_big = big;
    if (!big)
        s->read_class = 0;
}

int
pn_stream_read_start(struct pn_stream *s)
{
    if (s->reading || s->closing)
        return 0;
#ifdef _WIN32
    if (s->completions & PN_POST_ENDED) {
        s->reading = true;
        pn_loop_post(loop_of(s), &s->posted);
        return 0;
    }
#endif
    int status = uv_read_start(&s->h.stream, on_uv_alloc, on_uv_read);
    if (status != 0)
        return status;
    s->reading = true;
    recheck_fd(s);
    return 0;
}

void
pn_stream_read_stop(struct pn_stream *s)
{
    if (!s->reading || s->closing)
        return;
    pn_stream_direct_forget(loop_of(s), s);
    s->reading = false;
    (void)uv_read_stop(&s->h.stream);
    if (s->req != NULL)
        recheck_fd(s);
    pn_loop_wake(loop_of(s));
}

/* --- writing --- */

static void
on_uv_write(uv_write_t *req, int status)
{
    struct pn_stream *s = req->data;
    struct pn_loop *loop = loop_of(s);
    free_request(s);
    if (loop->dead)
        return;
    loop->writing--;
    recheck_fd(s); /* libuv stops waiting for POLLOUT */
    s->write_status = (int16_t)status;
    if (loop->halted) {
        post(s, PN_POST_WRITTEN);
        return;
    }
    if (s->owner != NULL)
        s->events->written(s, status);
}

int
pn_stream_write(struct pn_stream *s, const struct iovec *iov, size_t count, int fd)
{
    struct pn_stream_req *req = new_request(s, fd >= 0);
    if (req == NULL)
        return UV_ENOMEM;
    req->u.write.data = s;
    unsigned active = pn_uv_active_requests(&loop_of(s)->uv);
    int status = pn_stream_os_write(s, &req->u.write, iov, count, fd, on_uv_write);
    if (status != 0) {
        pn_uv_set_active_requests(&loop_of(s)->uv, active); /* libuv counts a request even if it has no memory for it */
        free_request(s);
        return status;
    }
    loop_of(s)->writing++;
    recheck_fd(s);
    return 0;
}

/* The end of a half-close that has taken time. */
static void
on_uv_shutdown(uv_shutdown_t *req, int status)
{
    struct pn_stream *s = req->data;
    loop_of(s)->counts.requests--;
    free(req);
    if (loop_of(s)->dead || s->closing || s->owner == NULL)
        return;
    s->late_status = (int16_t)status;
    if (loop_of(s)->halted)
        post(s, PN_POST_SHUT);
    else
        s->events->shutdown(s, status);
}

void
pn_stream_shutdown(struct pn_stream *s)
{
    s->completions |= PN_POST_SHUTDOWN;
    pn_loop_post_pending(loop_of(s), &s->posted);
}

/* --- state --- */

size_t
pn_stream_write_queue_size(const struct pn_stream *s)
{
    return uv_stream_get_write_queue_size(&s->h.stream);
}

void
pn_stream_ref(struct pn_stream *s, bool referenced)
{
    if (s->direct && s->unref == referenced)
        loop_of(s)->direct += referenced ? 1 : (size_t)-1;
    s->unref = !referenced;
    if (s->closing)
        return;
    if (referenced)
        uv_ref(&s->h.handle);
    else
        uv_unref(&s->h.handle);
    pn_loop_wake(loop_of(s));
}

unsigned
pn_stream_work(const struct pn_stream *s)
{
    unsigned work = s->req == NULL ? 0 : s->connecting ? PN_WORK_CONNECTS : PN_WORK_WRITES;
    if ((uv_is_active(&s->h.handle) || s->direct) && uv_has_ref(&s->h.handle))
        work |= PN_WORK_READS;
    if (s->completions & PN_POST_CONNECT)
        work |= PN_WORK_CONNECTS;
    if (s->completions & PN_POST_WRITTEN)
        work |= PN_WORK_WRITES;
    if (s->completions & PN_POST_SHUTDOWN)
        work |= PN_WORK_ENDS;
    return s->closing || (s->lingering && work != 0) ? PN_WORK_CLOSES : work;
}

struct pn_stream *
pn_stream_of_handle(uv_handle_t *handle)
{
    if (handle->type != UV_TCP && handle->type != UV_NAMED_PIPE)
        return NULL;
    return uv_is_closing(handle) ? NULL : handle->data;
}
