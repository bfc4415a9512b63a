/* signal_object.h - the layout of AbortSignal; only for the files that implement it, other files need abort.h.
 *
 * Listeners and links are in one list, so that they are called in the order in which they were added, as in Node. A
 * signal of any() has an edge to each signal that it follows. It keeps those alive. They keep it alive while it has
 * listeners; without listeners it may be freed, since an abort would call nothing. */
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

struct pn_abort_index;

struct PnAbortSignal {
    PyObject_HEAD
    PnState *st; /* borrowed */
    PyObject *weakrefs;
    PyObject *reason;                    /* own; NULL: it has not been aborted */
    struct pn_abort_link *first, **last; /* listeners (own) and links, oldest first */
    struct pn_abort_link *cursor;        /* the entry to call next, while entries are called */
    PyObject *onabort;                   /* own */
    struct pn_abort_edge *dependents, **last_dependent;
    struct pn_abort_edge *edges; /* own */
    size_t edge_count;
    PnAbortSignal *queued;        /* own: the next signal whose listeners are to be called */
    struct pn_loop_timer timer;   /* of timeout() */
    unsigned generation;          /* of the loop that the timer is armed in */
    size_t listeners;             /* listeners in the list, and onabort when it is set */
    struct pn_abort_index *index; /* own: finds the listener of a function; NULL while there are few */
    size_t strong;                /* edges of this source that are `strong` */
    bool handler_listed;          /* the list has an entry for onabort */
    bool kept;                    /* the timer holds a reference */
    bool over;                    /* all entries have been called */
    bool seen;                    /* scratch, while any() counts */
};

#define PN_SIGNAL(o) ((PnAbortSignal *)(void *)(o))

PnAbortSignal *pn_signal_new(PnState *st);
/* Does nothing when the signal has been aborted. `reason` None: an AbortError. 0, or -1 with the KeyboardInterrupt or
 * SystemExit that a listener raised, once all have been called; other exceptions are reported as uncaught. */
int pn_signal_abort(PnAbortSignal *s, PyObject *reason);
/* Aborts a new signal, which has no listeners and no dependents yet. */
void pn_signal_abort_new(PnAbortSignal *s, PyObject *reason);

/* Adds a function that the caller has checked; one that is in the list is ignored. 0, or -1 with MemoryError. */
int pn_signal_add(PnAbortSignal *s, PyObject *fn, bool once);
void pn_signal_remove(PnAbortSignal *s, PyObject *fn);
/* Sets onabort: a checked function or NULL. 0, or -1 with MemoryError. */
int pn_signal_set_handler(PnAbortSignal *s, PyObject *fn);
int pn_signal_traverse_list(PnAbortSignal *s, visitproc visit, void *arg);
/* Drops all listeners but onabort itself; the caller holds the signal, or frees it. */
void pn_signal_drop_listeners(PnAbortSignal *s);

/* --- abort_follow.c --- */
/* Makes `s` follow the signals of a list, once each. 0, or -1 with MemoryError. */
int pn_signal_follow(PnAbortSignal *s, PyObject *signals);
/* To be called when the number of listeners has changed from or to 0; the caller holds the signal. */
void pn_signal_wanted(PnAbortSignal *s);
/* Takes the signal out of its sources' lists. For tp_dealloc: it has no strong edges there. */
void pn_signal_cut(PnAbortSignal *s);
/* Removes and frees all edges to its sources; the caller holds the signal, or frees it. */
void pn_signal_unfollow(PnAbortSignal *s);
/* True while its timer is armed. */
bool pn_signal_timed(const PnAbortSignal *s);

#endif
