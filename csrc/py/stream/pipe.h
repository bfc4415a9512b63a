/* pipe.h - struct pn_pipe: one pipe from a socket to a destination. pipe.c writes to sockets, pipe_object.c to any
 * other object with a write(); pipe_type.c is the Python type. */
#ifndef PN_PY_STREAM_PIPE_H
#define PN_PY_STREAM_PIPE_H

#include "py/stream/duplex_object.h"

struct pn_pipe;

/* The operations of a destination that is not a plain socket: pipe_object.c. */
struct pn_sink {
    /* Writes a chunk; false: pause the source. It may take the pipe out; the caller holds a reference to the pipe. */
    bool (*give)(struct pn_pipe *p, PyObject *data, const char *base, size_t len);
    /* The source has ended. */
    void (*end)(struct pn_pipe *p);
    /* Removes the hooks from the destination's events. */
    void (*unhook)(PnState *st, struct pn_pipe *p);
};

struct pn_pipe {
    PyObject_HEAD
    struct pn_pipe *next;       /* of the same source */
    struct pn_pipe *next_from;  /* to the same stream, oldest first */
    struct pn_pipe *prev_from;  /* the one before; of the oldest: the newest */
    PnDuplex *source;           /* borrowed; NULL: taken out */
    PyObject *dest;             /* own */
    PnDuplex *sock;             /* borrowed: the destination when it is a plain socket */
    const struct pn_sink *sink; /* set by pipe(), when `sock` is NULL */
    PyObject *hooks;            /* own: of any other destination, (drain, gone, error) */
    bool end;                   /* the destination ends when the source does */
    bool waiting;               /* the source is paused until the destination drains */
    bool end_sent;              /* the end of the source has been handled */
    bool late;                  /* made after the source's `end`: a tick handles it */
    bool after_finish;          /* made when the destination, a socket, had finished */
    bool hooked;                /* the destination's next `drain` calls our hook */
    bool hooked_on;             /* and so does every later one: it has on(), and not once() */
    bool raw;                   /* an unbuffered file: its write() may take only a part */
};

/* The destination as an emitter; NULL when it is not an EventEmitter. */
static inline PnEmitter *
pn_pipe_emitter_of(PnState *st, PyObject *dest)
{
    return PyObject_TypeCheck(dest, st->EventEmitter) ? PN_EMITTER(dest) : NULL;
}

extern PyType_Spec pn_pipe_spec;

/* --- pipe_type.c --- */
struct pn_pipe *pn_pipe_new(PnDuplex *source, PyObject *dest, bool end); /* NULL with MemoryError */

/* --- pipe.c --- */
/* Appends the pipe to the lists of its source and of the socket that it leads to. */
void pn_pipe_put_in(struct pn_pipe *p);
/* The source. NULL when the pipe has been taken out, or the source is being freed; in that case this cuts the pipe. */
PnDuplex *pn_pipe_source(struct pn_pipe *p);
/* Writes a chunk to the destination, and pauses the source when the destination is full. `data` (may be NULL) is the
 * chunk as bytes or str; `base` is NULL for a str. */
void pn_pipe_give(struct pn_pipe *p, PyObject *data, const char *base, size_t len);
/* Removes the pipe. Unless `silently`, pauses the source if this was its last pipe, and emits `unpipe`. May free it. */
void pn_pipe_take_out(struct pn_pipe *p, bool silently);
/* The source had ended before pipe(). */
void pn_pipe_end_late(struct pn_pipe *p);
/* The destination has drained: resumes the source unless another pipe waits. */
void pn_pipe_drained(struct pn_pipe *p);

/* --- pipe_object.c --- */
/* 0, or -1 with TypeError: no write(), or a coroutine function. */
int pn_pipe_object_check(PnState *st, PyObject *dest);
/* Listens to the destination's events, if it has any. 0, or -1 with an exception. */
int pn_pipe_object_hook(struct pn_pipe *p);
extern const struct pn_sink pn_pipe_object_sink;

#endif
