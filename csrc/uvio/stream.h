/* stream.h - a TCP or unix stream: connect, read, write, half-close, close, reset.
 *
 * A stream lives in its own heap block and is freed after `closed`, its last event; until then `owner` may be
 * set to NULL at any time: the events are then swallowed. Completions that libuv does not deliver itself, and those
 * that a halted turn must not deliver, are posted for the next turn. */
#ifndef PN_UVIO_STREAM_H
#define PN_UVIO_STREAM_H

#include <stdbool.h>
#include <sys/uio.h>
#include <uv.h>

#include "core/addr.h"
#include "uvio/loop.h"

struct pn_path_file; /* see bind.h */
struct pn_stream;

enum pn_stream_kind { PN_STREAM_TCP, PN_STREAM_PIPE };

/* Called on the driving thread with the lock held; each may close the stream. */
struct pn_stream_events {
    /* Where the next bytes go, asked while `own_buffer` is set; a length of 0 reads nothing now. */
    void (*alloc)(struct pn_stream *s, char **base, size_t *len);
    /* Bytes at `base`; or `nread` is UV_EOF, 0 (nothing came; what alloc gave is free again), or an error. */
    void (*read)(struct pn_stream *s, ssize_t nread, char *base);
    void (*connected)(struct pn_stream *s, int status);
    /* The queued write has left, or failed (UV_ECANCELED when the stream was closed). */
    void (*written)(struct pn_stream *s, int status);
    void (*shutdown)(struct pn_stream *s, int status);
    void (*closed)(struct pn_stream *s);
    /* --- for all streams of the loop at once, see handles.h; not called when there is no owner --- */
    void (*close_in_order)(struct pn_stream *s); /* what is queued leaves, then it ends */
    void (*abandon)(struct pn_stream *s);        /* at exit: closed without an event */
    bool (*has_unsent)(const struct pn_stream *s);
};

struct pn_stream {
    const struct pn_stream_events *events;
    void *owner;             /* borrowed; NULL: nobody listens any more */
    struct pn_posted posted; /* while `completions` is not 0 */
    struct pn_fd_recheck recheck;
    struct pn_stream_req *req; /* own: the connect or write under way */
    struct pn_path_file *file; /* own: unlinked when the stream is closed; NULL nearly always */
    struct pn_addr peer;       /* family 0 when not known or a unix socket */
    int16_t connect_status;
    int16_t write_status;
    int16_t shutdown_status;
    uint8_t kind;        /* enum pn_stream_kind */
    uint8_t completions; /* PN_POST_* bits */
    bool reading;
    bool closing;
    bool unref;
    uint8_t read_class; /* the next read takes up to PN_READ_SIZE << read_class */
    bool read_big;      /* read_class may rise */
    bool own_buffer;    /* ask `alloc` where to read to; else it is the loop's slab */
    bool block_again;   /* others have the descriptor too: O_NONBLOCK goes when we do */
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } h;
};

/* Without a descriptor yet. NULL when out of memory or libuv refuses (`*status`). */
struct pn_stream *pn_stream_new(struct pn_loop *loop, enum pn_stream_kind kind, const struct pn_stream_events *events,
                                void *owner, int *status);
/* Over a connected, non-blocking descriptor, which is taken over (closed on failure). */
struct pn_stream *pn_stream_open(struct pn_loop *loop, enum pn_stream_kind kind, int fd,
                                 const struct pn_stream_events *events, void *owner, int *status);

/* A descriptor for a stream that has none, taken over (closed on failure). 0, or a status. */
int pn_stream_take_fd(struct pn_stream *s, int fd);
/* The file of a bound path becomes the stream's, which unlinks it when it is closed; `file` is empty then. false: out of
 * memory, nothing has changed. */
bool pn_stream_own_file(struct pn_stream *s, struct pn_path_file *file);

/* 0: `connected` follows. Else the status of a connect(2) that failed at once. */
int pn_stream_connect(struct pn_stream *s, const struct pn_addr *to);
/* A path or an abstract name. The outcome always comes by `connected`. */
int pn_stream_connect_path(struct pn_stream *s, const char *path, size_t len);

int pn_stream_read_start(struct pn_stream *s);
void pn_stream_read_stop(struct pn_stream *s);
/* Whether reads may get bigger than PN_READ_SIZE when there is much to read. */
void pn_stream_read_big(struct pn_stream *s, bool big);

/* Sends what the kernel takes now; the bytes sent, UV_EAGAIN, or an error. Not while a write is queued. Never raises
 * SIGPIPE. */
ssize_t pn_stream_try_write(struct pn_stream *s, const struct iovec *iov, size_t count);
/* Queues; `written` follows. The memory stays the caller's and must live until then. One at a time. */
int pn_stream_write(struct pn_stream *s, const struct iovec *iov, size_t count);

/* Half-closes at once; `shut` follows in the next turn. Not while a write is queued. */
void pn_stream_shutdown(struct pn_stream *s);
/* `written` with UV_ECANCELED (if a write is queued) and `closed` follow; other completions are dropped. */
void pn_stream_close(struct pn_stream *s);
/* The next pn_stream_close() sends a reset. */
void pn_stream_set_reset(struct pn_stream *s);

/* Bytes that libuv has queued and the kernel has not taken. */
size_t pn_stream_write_queue_size(const struct pn_stream *s);

void pn_stream_ref(struct pn_stream *s, bool referenced);
/* -1 when there is none. */
int pn_stream_fd(const struct pn_stream *s);
/* false when not connected, or a unix socket. */
bool pn_stream_local(const struct pn_stream *s, struct pn_addr *out);
bool pn_stream_peer(const struct pn_stream *s, struct pn_addr *out);

int pn_stream_set_no_delay(struct pn_stream *s, bool on);
/* `idle` seconds of 0 leave the system's times alone. */
int pn_stream_set_keep_alive(struct pn_stream *s, bool on, unsigned idle);
/* The same with the seconds between probes and their count; 0: 1 and 10, as Node has it. */
int pn_stream_set_keep_alive_probes(struct pn_stream *s, bool on, unsigned idle, unsigned interval, unsigned count);
/* IP_TOS or IPV6_TCLASS; only TCP has one. */
int pn_stream_set_tos(struct pn_stream *s, unsigned tos);
/* The value, or a negative status. */
int pn_stream_get_tos(const struct pn_stream *s);

/* In the child of a fork: the file is the parent's. */
void pn_stream_forget_file(struct pn_stream *s);

/* The stream of a handle of the loop, NULL when it is something else or is closing. */
struct pn_stream *pn_stream_of_handle(uv_handle_t *handle);

#endif
