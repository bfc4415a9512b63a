/* pipe.h - one pipe, shared by pipe.c (sockets), pipe_object.c (anything else with a write()) and pipe_type.c (the
 * object that it is). */
#ifndef PN_PY_STREAM_PIPE_H
#define PN_PY_STREAM_PIPE_H

#include "py/stream/duplex_object.h"

struct pn_pipe;

/* What a destination that is no stream of ours does: pipe_object.c. */
struct pn_sink {
    /* Writes; false: the source is to pause. The pipe may be taken out after; the caller holds it. */
    bool (*give)(struct pn_pipe *p, PyObject *data, const char *base, size_t len);
    /* The source has ended. */
    void (*end)(struct pn_pipe *p);
    void (*unhook)(PnState *st, struct pn_pipe *p);
};

struct pn_pipe {
    PyObject_HEAD
    struct pn_pipe *next;       /* of the same source */
    struct pn_pipe *next_from;  /* to the same stream */
    PnDuplex *source;           /* borrowed; NULL: taken out */
    PyObject *dest;             /* own */
    PnDuplex *sock;             /* borrowed: the destination when it is a stream of ours */
    const struct pn_sink *sink; /* set by pipe(), when `sock` is NULL */
    PyObject *hooks;            /* own: of another destination, (drain, gone, error) */
    bool end;                   /* the destination ends when the source does */
    bool waiting;               /* for the destination's drain */
    bool end_sent;              /* that the source has ended */
    bool hooked;                /* its next `drain` calls us */
    bool hooked_on;             /* and every one after it: it has on(), and no once() */
    bool raw;                   /* its write() may take a part only: an unbuffered file */
};

/* The destination's events, NULL when it has none. */
static inline PnEmitter *
pn_pipe_emitter_of(PnState *st, PyObject *dest)
{
    return PyObject_TypeCheck(dest, st->EventEmitter) ? PN_EMITTER(dest) : NULL;
}

extern PyType_Spec pn_pipe_spec;

/* --- pipe_type.c --- */
struct pn_pipe *pn_pipe_new(PnDuplex *source, PyObject *dest, bool end); /* NULL with MemoryError */

/* --- pipe.c --- */
/* The source; NULL when the pipe has been taken out, or the source is being freed: the pipe is cut off then. */
PnDuplex *pn_pipe_source(struct pn_pipe *p);
/* A chunk to the destination; the source is paused when that is full. `data` (may be NULL) is the bytes or str that it
 * is; `base` is NULL for a str. */
void pn_pipe_give(struct pn_pipe *p, PyObject *data, const char *base, size_t len);
/* `unpipe` and, when it was the last one, a pause of the source, unless `silently`. The pipe may be freed. */
void pn_pipe_take_out(struct pn_pipe *p, bool silently);
/* The destination has room again. */
void pn_pipe_drained(struct pn_pipe *p);

/* --- pipe_object.c --- */
/* 0, or -1 with TypeError: no write(), or a coroutine function. */
int pn_pipe_object_check(PnState *st, PyObject *dest);
/* Listens to the destination's events, when it has any. */
int pn_pipe_object_hook(struct pn_pipe *p);
extern const struct pn_sink pn_pipe_object_sink;

#endif
