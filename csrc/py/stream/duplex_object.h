/* duplex_object.h - struct PnDuplex: the state of a duplex stream; struct pn_duplex_ops: the operations that its
 * subtype adds.
 *
 * PnDuplex is Node's Duplex over a handle. PnSocket begins with it; Python sees only Socket. */
#ifndef PN_PY_STREAM_DUPLEX_OBJECT_H
#define PN_PY_STREAM_DUPLEX_OBJECT_H

#include "core/chunkq.h"
#include "py/events/emitter_object.h"
#include "py/loop/hooks.h"
#include "py/stream/decoder.h"
#include "py/stream/read_queue.h"
#include "uvio/stream.h"

#ifdef _WIN32
#define PN_DEFAULT_HIGH_WATER_MARK 16384 /* as Node there */
#else
#define PN_DEFAULT_HIGH_WATER_MARK 65536
#endif

typedef struct PnDuplex PnDuplex;
struct pn_pipe;
struct pn_idle;

/* --- operations of the subtype --- */

/* What begin_destroy() passes to end_destroy(). */
struct pn_destroying {
    PyObject *kept[3]; /* own, may be NULL */
    uint64_t linger;   /* ns; 0: the handle is closed at once, else pn_stream_linger() closes it */
    bool had_handle;
    bool failed; /* the argument of `close` */
};

/* Node's _destroy(), and what pipes need of their source and destination. */
struct pn_duplex_ops {
    struct pn_emitter_ops em; /* first */
    /* `destroyed` is set and the handle is still there: stops following abort signals, cancels attempts to connect,
     * saves the addresses of the handle. */
    void (*begin_destroy)(PnDuplex *d, struct pn_destroying *x);
    /* The handle is closing and `error` is queued: queues the remaining events, releases the rest. Without a handle it
     * queues `close` as well, by pn_duplex_close_soon(). */
    void (*end_destroy)(PnDuplex *d, struct pn_destroying *x);
    /* Both halves are over, the last event of them is about to be emitted: stops following abort signals. */
    void (*both_over)(PnDuplex *d);
    /* The peer, for errors: an address (true), or the path of a unix socket (`*path`, own); neither: not known. */
    bool (*peer)(PnDuplex *d, struct pn_addr *addr, PyObject **path);
    /* `end` has been emitted and there are pipes out of the stream. */
    void (*source_ended)(PnDuplex *d);
    /* There are pipes into the stream: it has drained; `finish` is about to be emitted; it has finished, failed or
     * closed. */
    void (*sink_drained)(PnDuplex *d);
    void (*sink_finishing)(PnDuplex *d);
    void (*sink_gone)(PnDuplex *d);
};

/* --- writing --- */

/* A write with a callback. It is complete when `end` bytes of the queue have left. */
struct pn_write_record {
    struct pn_write_record *next;
    PyObject *callback; /* own; NULL: taken out already */
    uint64_t end;
    bool in_tick; /* its tick is queued and points to it */
    bool early;   /* the first write before the connection, or one of those that uncork() sent as the first */
    bool held;    /* an empty write before the connection or behind cork(): not complete, whatever has left */
};

/* A descriptor that leaves with the byte at `at`, counted as `queued`. */
struct pn_write_fd {
    struct pn_write_fd *next;
    struct pn_cleanup cleanup;
    PnState *st;
    uint64_t at;
    int fd; /* own; -1 at exit and after a fork */
};

/* The write queue; a stream has one while something waits in it. */
struct pn_writes {
    struct pn_chunkq q; /* the rest that the kernel has not accepted yet */
    struct pn_write_record *first, *last;
    struct pn_write_fd *fds, *last_fd;
    PyObject *on_finish;   /* own: list of end() callbacks */
    uint64_t queued, sent; /* bytes that went through `q` */
    uint64_t cork_start;   /* while corked: where the bytes begin that cork() holds back */
    uint64_t connect_end;  /* where the first write before the connection ends */
    uint64_t batch_end;    /* where the last batch ends: writes that leave as one */
    size_t in_flight;      /* bytes of libuv's request */
    bool busy;             /* libuv has a request */
    bool holds;            /* an empty write waits: some record is `held`, or a write without a callback */
    bool before_connect;   /* the first write before the connection waits for it */
};

/* --- reading --- */

/* A reader that replaces `data`: onread.c, frame_reader.c. */
struct pn_reader {
    /* Makes sure that there is a buffer for the next bytes, on the driving thread; false: reading cannot start. */
    bool (*prepare)(PnDuplex *d);
    /* prepare() would call a user function. */
    bool (*needs_call)(const PnDuplex *d);
    /* See struct pn_stream_events: it must not run anything that could close the handle. */
    void (*alloc)(PnDuplex *d, char **base, size_t *len);
    /* The buffer has so many new bytes. */
    void (*data)(PnDuplex *d, size_t len);
    /* alloc() gives no buffers: reads itself. NULL: never. */
    void (*readable)(PnDuplex *d);
    /* The stream is destroyed: releases what must not live on. */
    void (*release)(PnDuplex *d);
    void (*free)(void *state);
    int (*traverse)(PnDuplex *d, visitproc visit, void *arg);
};

/* The state of the reading half, allocated on demand. */
struct pn_reads {
    struct pn_read_queue q;
    struct pn_read_queue deferred_data; /* taken by methods outside of callbacks: ticks emit `data` */
    struct pn_decoder decoder;          /* while `decoding` */
    bool decoding;                      /* set_encoding() has been called */
    bool paused_by_reader;          /* by the option `onread`, until the next connect(), which sets flowing_before */
    uint8_t flowing_before;         /* PN_FLOWING_* */
    const struct pn_reader *reader; /* of the options `onread` and `receive_handles`; NULL: none */
    void *reader_state;             /* own: that of the reader */
    size_t want;                    /* a waiting call needs so much: reading continues beyond the mark */
    struct pn_link waiting;         /* the calls that wait to read, in their order: read_slot.c */
    struct pn_link direct;          /* in st->direct_reads, while a thread reads it itself: read_direct.c */
    PnDuplex *owner;                /* borrowed: the socket, meanwhile */
    bool direct_used;               /* a thread has read it since the last review */
    bool direct_refused;            /* the loop reads the rest of this connection */
    size_t loops;                   /* open loops over chunks and lines: read_loop.c */
    PyObject *loop_error;           /* own: what `error` has carried meanwhile, for these loops */
    PyObject *searched_for;         /* own: bytes or str, a separator that does not end within `searched` */
    size_t searched;
};

enum { PN_FLOWING_NULL = 0, PN_FLOWING_FALSE = 1, PN_FLOWING_TRUE = 2 };

/* --- the stream --- */

struct PnDuplex {
    PnEmitter em;
    struct pn_stream *io;       /* own; holds a reference to us until it is closed */
    struct pn_reads *r;         /* own; NULL: nothing to keep */
    struct pn_writes *wq;       /* own; NULL: nothing waits */
    struct pn_pipe *pipes;      /* own: pipes out of our readable side */
    struct pn_pipe *piped_from; /* borrowed: pipes into our writable side */
    PnDuplex *fast_dest;        /* borrowed: each chunk goes there and nowhere else */
    struct pn_idle *idle;       /* own */
    PyObject *errored;          /* own */
    PnDuplex *next_flush;       /* in st->flush, while `in_flush` */
    uint64_t bytes_read, bytes_written;
    uint32_t write_epoch;           /* st->epoch at our last write() */
    uint32_t read_mark, write_mark; /* high-water marks */
    uint32_t max_write_buffer;      /* UINT32_MAX: no limit */
    uint16_t corked;                /* cork() calls without their uncork() */
    bool can_send;                  /* connected, and neither corked, ended, failed nor destroyed */
    unsigned default_encoding : 4;  /* enum pn_encoding, of text written without an encoding */
    unsigned connecting : 1;
    unsigned connected : 1;
    unsigned was_connected : 1;  /* since the last connect() */
    unsigned was_connecting : 1; /* when it was destroyed */
    unsigned destroyed : 1;
    unsigned destroy_when_finished : 1;
    unsigned error_emitted : 1;
    unsigned close_emitted : 1;
    unsigned allow_half_open : 1;
    /* --- reading --- */
    unsigned flowing : 2;      /* PN_FLOWING_* */
    unsigned paused : 1;       /* by pause() */
    unsigned reading : 1;      /* reading, and no chunk has come yet: Node's state.reading */
    unsigned reading_more : 1; /* a tick will ask for more */
    unsigned resume_scheduled : 1;
    unsigned need_readable : 1;
    unsigned emitted_readable : 1; /* `readable` is queued or being emitted: Node's state.emittedReadable */
    unsigned readable_listening : 1;
    unsigned readable_left : 1;   /* the last `readable` listener was removed, and a tick to handle that is queued */
    unsigned flows_for_waits : 1; /* only waits for `data` have started the flow: it stops with the last of them */
    unsigned did_read : 1;        /* something has been consumed */
    unsigned keeps_chunks : 1;    /* a reference to the last big chunk was left after `data` */
    unsigned r_ended : 1;         /* the peer's end has been read */
    unsigned end_scheduled : 1;
    unsigned end_emitted : 1;
    /* --- writing --- */
    unsigned in_flush : 1;
    unsigned need_drain : 1;
    unsigned ending : 1; /* end() has been called */
    unsigned final_called : 1;
    unsigned finish_due : 1; /* `prefinish` has been emitted, `finish` follows */
    unsigned finished : 1;
    unsigned fin_seen : 1; /* `end` came, and ends the writable side */
    unsigned write_failed : 1;
    unsigned default_strict : 1; /* text in default_encoding is encoded strictly: its name is not one of Node's */
    unsigned text_errors : 2;    /* enum pn_text_errors: the option `errors` */
};

#define PN_DUPLEX(o)        ((PnDuplex *)(void *)(o))
/* Socket is the one type over PnDuplex. */
#define PN_IS_DUPLEX(st, o) PyObject_TypeCheck(o, (st)->Socket)

static inline const struct pn_duplex_ops *
pn_duplex_ops_of(const PnDuplex *d)
{
    return (const struct pn_duplex_ops *)(const void *)d->em.ops;
}

#endif
