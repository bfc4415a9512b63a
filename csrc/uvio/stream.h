/* stream.h - a TCP or unix stream: connect, read, write, half-close, close, reset.
 *
 * A stream is allocated on its own and freed after `closed`, its last event. Until then its user may set `owner` to
 * NULL at any time: events are then dropped. Completions that libuv does not deliver itself, and those that a halted
 * turn must not deliver, are posted for the next turn. */
#ifndef PN_UVIO_STREAM_H
#define PN_UVIO_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "core/addr.h"
#include "core/links.h"
#include "uvio/iovec.h"
#include "uvio/loop.h"

struct pn_path_file; /* see bind.h */
struct pn_stream;

enum pn_stream_kind { PN_STREAM_TCP, PN_STREAM_PIPE };

/* Called on the driving thread with the lock held; each may close the stream. */
struct pn_stream_events {
    /* Returns the buffer of the next read, if `own_buffer` is set; a length of 0 reads nothing now. */
    void (*alloc)(struct pn_stream *s, char **base, size_t *len);
    /* Bytes at `base`; or `nread` is UV_EOF, an error, or 0 (no data: the buffer from alloc is free again). */
    void (*read)(struct pn_stream *s, ssize_t nread, char *base);
    /* There is something to read, and alloc has returned a buffer of length 0. */
    void (*readable)(struct pn_stream *s);
    void (*connected)(struct pn_stream *s, int status);
    /* The queued write is done, or failed (UV_ECANCELED if the stream was closed). */
    void (*written)(struct pn_stream *s, int status);
    void (*shutdown)(struct pn_stream *s, int status);
    void (*closed)(struct pn_stream *s);
    /* --- for all streams of the loop at once, see handles.h; not called without an owner --- */
    /* Sends what is queued, then ends; or leaves the stream as it is, since handlers work on it or with it. */
    void (*close_in_order)(struct pn_stream *s, bool handlers_work);
    bool (*destroy)(struct pn_stream *s); /* at once; false: it was destroyed before */
    void (*abandon)(struct pn_stream *s); /* at exit: closes without an event */
    bool (*has_unsent)(const struct pn_stream *s);
    size_t (*unsent)(const struct pn_stream *s);   /* bytes that the kernel has not taken, if it is connected */
    void (*before_close)(struct pn_stream *s);     /* of a stream that lingers: pn_stream_close() begins */
    bool (*is_held)(const struct pn_stream *s);    /* paused, with something to come after a resume() */
    bool (*is_handled)(const struct pn_stream *s); /* a handler works on it, and closes it when it returns */
};

/* Why a stream or listener keeps the loop alive. */
enum pn_work {
    PN_WORK_LISTENS = 1,
    PN_WORK_CONNECTS = 2,
    PN_WORK_READS = 4,
    PN_WORK_WRITES = 8,
    PN_WORK_ENDS = 16, /* its half-close is posted */
    PN_WORK_CLOSES = 32,
};

struct pn_stream {
    const struct pn_stream_events *events;
    struct pn_link group;    /* in a list of streams that belong together; pn_stream_close() removes it */
    void *owner;             /* borrowed; NULL: events are dropped */
    void *filter;            /* borrowed; the owner's: what stands between the stream and its user; NULL: nothing */
    struct pn_posted posted; /* in the list while `completions` is not 0 */
    struct pn_fd_recheck recheck;
    struct pn_stream_req *req; /* own: the connect or write in progress */
    union {
        struct pn_path_file *file; /* own: unlinked when the stream is closed; nearly always NULL */
        struct pn_linger *linger;  /* own: in its place while `lingering` */
    };
    uint64_t opened;     /* about when, by uv_hrtime() */
    struct pn_addr peer; /* family 0 if unknown or a unix socket */
    int16_t connect_status;
    int16_t write_status;
    int16_t late_status; /* of PN_POST_SHUT and PN_POST_ENDED */
    uint32_t tag;        /* the owner's, for `closed` */
    uint8_t kind;        /* enum pn_stream_kind */
    uint8_t completions; /* PN_POST_* bits */
    bool reading;
    bool closing;
    uint8_t read_class; /* the next read takes up to PN_READ_SIZE << read_class */
    bool read_big;      /* read_class may rise */
    bool own_buffer;    /* ask `alloc` for the buffer; else it is the loop's slab */
    bool unref : 1;
    bool block_again : 1; /* the descriptor is shared: clear O_NONBLOCK on close */
    bool has_fd : 1;      /* its descriptor is in loop->fds */
    bool lingering : 1;   /* pn_stream_linger() closes it soon */
    bool connecting : 1;  /* `req` is that of a connect */
    bool hung_up : 1;     /* libuv has reported an end that it did not read */
    bool direct : 1;      /* a thread reads the descriptor, and the loop does not watch it: stream_direct.c */
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } h;
};

/* Creates a stream without a descriptor. Returns NULL with `*status` set when out of memory or if libuv refuses. */
struct pn_stream *pn_stream_new(struct pn_loop *loop, enum pn_stream_kind kind, const struct pn_stream_events *events,
                                void *owner, int *status);
/* Creates a stream over a connected, non-blocking descriptor and takes it over (closes it on failure). */
struct pn_stream *pn_stream_open(struct pn_loop *loop, enum pn_stream_kind kind, int fd,
                                 const struct pn_stream_events *events, void *owner, int *status);

/* The stream that this is the `group` of. */
static inline struct pn_stream *
pn_stream_of_group(struct pn_link *group)
{
    return (struct pn_stream *)(void *)((char *)group - offsetof(struct pn_stream, group));
}

/* Calls `visit` for each stream of the list. It must not close any. */
static inline void
pn_stream_each(const struct pn_link *list, void (*visit)(struct pn_stream *s, void *arg), void *arg)
{
    for (struct pn_link *at = list->next; at != list; at = at->next)
        visit(pn_stream_of_group(at), arg);
}

/* Opens a descriptor of this family (AF_INET, ...) for a stream that has none, for options that must be set before it
 * connects. Returns 0, or a status. */
int pn_stream_open_fd(struct pn_stream *s, int family);
/* Gives a descriptor to a stream that has none, and takes it over (closes it on failure). Returns 0, or a status. */
int pn_stream_take_fd(struct pn_stream *s, int fd);
/* Moves the file of a bound path into the stream, which unlinks it when it is closed; `file` is empty then. Returns
 * false when out of memory, with nothing changed. */
bool pn_stream_own_file(struct pn_stream *s, struct pn_path_file *file);

/* Returns 0, and `connected` follows, or the status of a connect(2) that failed at once. */
int pn_stream_connect(struct pn_stream *s, const struct pn_addr *to);
/* Connects to a path or an abstract name. `connected` always reports the result. */
int pn_stream_connect_path(struct pn_stream *s, const char *path, size_t len);

int pn_stream_read_start(struct pn_stream *s);
void pn_stream_read_stop(struct pn_stream *s);
/* Sets whether reads may grow beyond PN_READ_SIZE when there is much to read. */
void pn_stream_read_big(struct pn_stream *s, bool big);

/* A thread reads the descriptor itself, by pn_stream_recv(): the loop does not watch it, and it counts as reading. The
 * loop reads on after pn_stream_direct_end(), which returns 0 or a status; after pn_stream_direct_forget() nothing
 * reads. */
void pn_stream_direct_begin(struct pn_loop *loop, struct pn_stream *s);
int pn_stream_direct_end(struct pn_loop *loop, struct pn_stream *s);
static inline void pn_stream_direct_forget(struct pn_loop *loop, struct pn_stream *s);
/* Reads what is there. Returns the bytes read, 0 at the peer's end, UV_EAGAIN, or an error. */
ssize_t pn_stream_recv(const struct pn_stream *s, void *base, size_t len);

/* Sends what the kernel accepts now. Returns the bytes sent, UV_EAGAIN, or an error. Must not be called while a
 * write is queued. Never raises SIGPIPE. */
ssize_t pn_stream_try_write(struct pn_stream *s, const struct iovec *iov, size_t count);
/* The same over a unix socket, with a descriptor, which stays open here. */
ssize_t pn_stream_try_write_fd(struct pn_loop *loop, const struct pn_stream *s, const struct iovec *iov, size_t count,
                               int fd);
/* Queues a write, with the descriptor `fd` (-1: none); `written` follows. The caller keeps the memory and the descriptor
 * until then. One write at a time. */
int pn_stream_write(struct pn_stream *s, const struct iovec *iov, size_t count, int fd);

/* The descriptors that one read can bring: the kernel's limit for one message, SCM_MAX_FD. */
#define PN_MAX_FDS 253
struct pn_fds {
    int fd[PN_MAX_FDS]; /* own */
    size_t count;
    bool lost; /* some have not arrived: this process may open no more */
};
/* As pn_stream_recv(), with the descriptors that come with the bytes; they are close-on-exec. */
ssize_t pn_stream_recv_fds(const struct pn_stream *s, void *base, size_t len, struct pn_fds *fds);

/* Half-closes after the poll of this turn, or when the next one begins, and `shutdown` follows at once; not if the
 * stream is closed before. Must not be called while a write is queued. */
void pn_stream_shutdown(struct pn_stream *s);
/* Closes the stream: `written` with UV_ECANCELED (if a write is queued) and `closed` follow; other completions are
 * dropped. */
void pn_stream_close(struct pn_stream *s);
/* Closes the stream later: reads and drops what comes, up to `bytes` and until the peer's end, for at most `ns`
 * nanoseconds. Of the events only `closed` follows. Closes it at once when out of memory. */
void pn_stream_linger(struct pn_loop *loop, struct pn_stream *s, size_t bytes, uint64_t ns);
/* Returns whether there is input that has not been read from the kernel. */
bool pn_stream_has_input(const struct pn_stream *s);
/* Makes the next pn_stream_close() send a reset. */
void pn_stream_set_reset(struct pn_stream *s);

/* Returns the bytes that libuv has queued and the kernel has not accepted. */
size_t pn_stream_write_queue_size(const struct pn_stream *s);

void pn_stream_ref(struct pn_stream *s, bool referenced);
/* Returns why it keeps the loop alive: PN_WORK_* bits, 0 if it does not. */
unsigned pn_stream_work(const struct pn_stream *s);
/* Returns -1 if there is none. */
int pn_stream_fd(const struct pn_stream *s);
/* Return false if it is not connected, or a unix socket. */
bool pn_stream_local(const struct pn_stream *s, struct pn_addr *out);
bool pn_stream_peer(const struct pn_stream *s, struct pn_addr *out);

/* setsockopt() and getsockopt(); the second sets `*len` to the length of the value. Return 0, or a status. */
int pn_stream_set_option(struct pn_stream *s, int level, int name, const void *value, size_t len);
int pn_stream_get_option(const struct pn_stream *s, int level, int name, void *value, size_t *len);
/* The process at the other end of a unix socket. Returns false if there is none. */
struct pn_credentials {
    long pid; /* -1: not known */
    unsigned long uid, gid;
};
bool pn_stream_peer_credentials(const struct pn_stream *s, struct pn_credentials *out);
int pn_stream_set_no_delay(struct pn_stream *s, bool on);
/* `idle` is in seconds; 0 keeps the times of the system. */
int pn_stream_set_keep_alive(struct pn_stream *s, bool on, unsigned idle);
/* The same with the seconds between probes and their count; 0 means 1 second and 10 probes, as in Node. */
int pn_stream_set_keep_alive_probes(struct pn_stream *s, bool on, unsigned idle, unsigned interval, unsigned count);
/* Sets IP_TOS or IPV6_TCLASS, on TCP only. */
int pn_stream_set_tos(struct pn_stream *s, unsigned tos);
/* Returns the value, or a negative status. */
int pn_stream_get_tos(const struct pn_stream *s);

/* For the child of a fork: the file is the parent's. */
void pn_stream_forget_file(struct pn_stream *s);

/* Returns the stream of a handle of the loop, or NULL if it is not a stream or is closing. */
struct pn_stream *pn_stream_of_handle(uv_handle_t *handle);

static inline void
pn_stream_direct_forget(struct pn_loop *loop, struct pn_stream *s)
{
    if (!s->direct)
        return;
    s->direct = s->reading = false;
    if (!s->unref)
        loop->direct--;
}

#endif
