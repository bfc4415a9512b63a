/* signal_object.h - what an AbortSignal is made of; only for the files that implement it, the others need abort.h.
 *
 * Listeners and links are in one list, so that they are called in the order in which they came, as in Node. What any()
 * makes has an edge to each signal that it follows: it keeps those alive, and they keep it alive while it has
 * listeners (else nobody would miss it, and it may go away). */
#ifndef PN_PY_ABORT_SIGNAL_OBJECT_H
#define PN_PY_ABORT_SIGNAL_OBJECT_H

#include "py/abort/abort.h"

typedef struct PnAbortSignal PnAbortSignal;

/* One source of a signal of any(). */
struct pn_abort_edge {
    struct pn_abort_edge *next, **link; /* in the source's list; `link` NULL: not in it */
    PnAbortSignal *source;              /* own */
    PnAbortSignal *dependent;           /* borrowed: it owns the edge; own when `strong` */
    bool strong;
};

struct PnAbortSignal {
    PyObject_HEAD
    PnState *st; /* borrowed */
    PyObject *weakrefs;
    PyObject *reason;                    /* own; NULL: it has not been aborted */
    struct pn_abort_link *first, **last; /* listeners (own) and links, oldest first */
    struct pn_abort_link *cursor;        /* the one to be called next, while they are called */
    PyObject *onabort;                   /* own */
    struct pn_abort_edge *dependents, **last_dependent;
    struct pn_abort_edge *edges; /* own */
    size_t edge_count;
    PnAbortSignal *queued;      /* own: the next whose listeners are to be called */
    struct pn_loop_timer timer; /* of timeout() */
    unsigned generation;        /* of the loop that has the timer */
    size_t listeners;           /* functions that are to be called */
    size_t strong;              /* edges that lead here */
    bool handler_listed;        /* onabort has a place in the list */
    bool kept;                  /* the timer holds a reference */
    bool over;                  /* all have been called */
    bool seen;                  /* scratch, while any() counts */
};

#define PN_SIGNAL(o) ((PnAbortSignal *)(void *)(o))

PnAbortSignal *pn_signal_new(PnState *st);
/* Does nothing when it has been aborted. `reason` None: an AbortError. 0, or -1 with what ends the program
 * (KeyboardInterrupt, SystemExit) and was raised by a listener, once all have been called; other exceptions are
 * reported as uncaught. */
int pn_signal_abort(PnAbortSignal *s, PyObject *reason);
/* Makes one that nobody knows of yet an aborted one. */
void pn_signal_abort_new(PnAbortSignal *s, PyObject *reason);

/* A checked function; the second of the same is ignored. 0, or -1 with MemoryError. */
int pn_signal_add(PnAbortSignal *s, PyObject *fn, bool once);
void pn_signal_remove(PnAbortSignal *s, PyObject *fn);
/* A checked function or NULL. 0, or -1 with MemoryError. */
int pn_signal_set_handler(PnAbortSignal *s, PyObject *fn);
int pn_signal_traverse_list(PnAbortSignal *s, visitproc visit, void *arg);
/* All of them but onabort itself; the caller holds the signal, or frees it. */
void pn_signal_drop_listeners(PnAbortSignal *s);

/* --- abort_follow.c --- */
/* It follows the signals of a list, once each. 0, or -1 with MemoryError. */
int pn_signal_follow(PnAbortSignal *s, PyObject *signals);
/* The number of listeners has become 0 or is not 0 any more; the caller holds the signal. */
void pn_signal_wanted(PnAbortSignal *s);
/* What it follows does not lead to it any more. In tp_dealloc: it has no strong edges. */
void pn_signal_cut(PnAbortSignal *s);
/* It follows nothing any more; the caller holds the signal, or frees it. */
void pn_signal_unfollow(PnAbortSignal *s);
/* Its timer is running. */
bool pn_signal_timed(const PnAbortSignal *s);

#endif
