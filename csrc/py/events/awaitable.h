/* awaitable.h - a call that waits: under asyncio it is an object to `await`, elsewhere it blocks the thread.
 *
 * What it waits for is a table of functions: struct pn_call_ops. It looks, and when there is nothing it is woken to look
 * again; what has come stays where it is until then. */
#ifndef PN_PY_EVENTS_AWAITABLE_H
#define PN_PY_EVENTS_AWAITABLE_H

#include "py/events/emitter_object.h"
#include "py/loop/waiter.h"

typedef struct PnCall PnCall;

struct pn_call_ops {
    const char *what; /* for messages: "read_exactly()" */
    /* The call as the user has written it: "sock.read_exactly(4)". New reference. */
    PyObject *(*text)(const PnCall *c);
    /* The result (new reference), NULL with the exception, or NULL without one: there is nothing yet. It may run code of
     * the user, and then has an outcome all the same: what came meanwhile wakes the call. */
    PyObject *(*look)(PnCall *c);
    /* The call will wait: from now on it is woken. 0, or -1 with an exception. */
    int (*join)(PnCall *c);
    /* It does not wait any more; `gave_up`: without a result. Undoes join(), also one that failed. */
    void (*leave)(PnCall *c, bool gave_up);
    /* Of a call that blocks a thread; NULL: it never gets anything by itself. Looking has found nothing. 1: look again;
     * 0: wait, for the descriptor `*fd` too; -1 with an exception. */
    int (*get)(PnCall *c, int *fd);
    bool is_for_event; /* `arg` is the event, and `result` what it carries */
};

enum pn_call_state { PN_CALL_NEW, PN_CALL_RUNNING, PN_CALL_WAITING, PN_CALL_DONE };

struct PnCall {
    PyObject_HEAD
    PyObject *weakrefs;
    PnState *st; /* borrowed */
    const struct pn_call_ops *ops;
    PnEmitter *source;    /* own: the socket or server */
    PyObject *arg;        /* own: what `ops` want, or NULL */
    PyObject *loop;       /* own: the asyncio loop that ran at the call, or NULL */
    PyObject *error;      /* own: what an `error` event has carried, or NULL */
    PyObject *result;     /* own: what the event has carried that it waits for, or NULL */
    size_t size;          /* what `ops` want */
    struct pn_link place; /* in a list of the source, between join() and leave() */
    struct pn_waiter w;
    double seconds;    /* the limit; -1: none */
    uint64_t deadline; /* 0: none */
    enum pn_call_state state;
    uint16_t connection; /* of the socket, when the wait began */
    bool awaited;        /* `await` has begun */
    bool closed;         /* of a loop: it has been closed */
    bool asynchronous;   /* of a loop: `async for` */
    bool keep_ends;      /* of a loop over lines */
};

#define PN_CALL(o)          ((PnCall *)(void *)(o))
#define PN_CALL_OF_PLACE(l) ((PnCall *)(void *)((char *)(l) - offsetof(PnCall, place)))

extern PyType_Spec pn_awaitable_spec;

/* A call that has not begun. `timeout` (may be NULL) is the user's. NULL with an exception. */
PnCall *pn_call_new(PnEmitter *source, const struct pn_call_ops *ops, PyObject *timeout);
/* Under a running asyncio loop the object itself, else its result: blocks this thread. Steals the call. */
PyObject *pn_call_begin(PnCall *c);
/* An internal listener may be a call: an event that it waits for has been emitted. Wakes it; keeps an error. */
void pn_call_event(PnCall *c, PyObject *name, PyObject *const *args, size_t nargs);
/* Raises the error that it has kept; NULL. */
PyObject *pn_call_raise_error(PnCall *c);
/* Of a wait for an event that has not come: raises why it cannot come any more; NULL without an exception when it can.
 * `closed`: the source emits it no more. */
PyObject *pn_call_raise_over(PnCall *c, bool closed);
/* Its result: blocks this thread. NULL with an exception. */
PyObject *pn_call_block(PnCall *c);
/* Frees the objects that are kept for reuse. */
void pn_calls_free(PnState *st);

#endif
