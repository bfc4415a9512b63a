/* abort_listeners.c - aborting a signal: calls its listeners (user functions) and its links (what it ends) in the order
 * in which they were added; see abort.h. */
#include "py/abort/signal_object.h"
#include "py/base/errors.h"
#include "py/loop/tick.h"
#include "py/loop/uncaught.h"

/* A listener in the list. `aborted` is never called: its value only distinguishes listeners from other links. */
struct listener {
    struct pn_abort_link link;      /* first */
    PyObject *fn;                   /* own; NULL: the function of onabort */
    struct listener *next_in_chain; /* of the index */
    bool once;
};

/* --- the list --- */

static void
listener_mark(struct pn_abort_link *l, PyObject *reason)
{
    (void)l;
    (void)reason;
}

static bool
is_listener(const struct pn_abort_link *l)
{
    return l->aborted == listener_mark;
}

#define LISTENER(l) ((struct listener *)(void *)(l))

static void
append(PnAbortSignal *s, struct pn_abort_link *l)
{
    l->next = NULL;
    l->link = s->last;
    *s->last = l;
    s->last = &l->next;
}

static void
take_out(PnAbortSignal *s, struct pn_abort_link *l)
{
    if (s->cursor == l)
        s->cursor = l->next;
    *l->link = l->next;
    if (l->next != NULL)
        l->next->link = l->link;
    else
        s->last = l->link;
    l->link = NULL;
    l->next = NULL;
}

static void
count(PnAbortSignal *s, bool more)
{
    s->listeners = more ? s->listeners + 1 : s->listeners - 1;
    if (s->listeners == (more ? 1 : 0))
        pn_signal_wanted(s);
}

/* Each access to a bound method makes a new object, so its parts are compared. Unlike ==, this runs no user code. */
static bool
same_function(PyObject *a, PyObject *b)
{
    if (a == b)
        return true;
    if (a == NULL || b == NULL)
        return false;
    if (PyMethod_Check(a) && PyMethod_Check(b))
        return PyMethod_GET_SELF(a) == PyMethod_GET_SELF(b) && PyMethod_GET_FUNCTION(a) == PyMethod_GET_FUNCTION(b);
    return PyCFunction_Check(a) && PyCFunction_Check(b) && PyCFunction_GET_SELF(a) != NULL &&
           PyCFunction_GET_SELF(a) == PyCFunction_GET_SELF(b) &&
           PyCFunction_GET_FUNCTION(a) == PyCFunction_GET_FUNCTION(b);
}

/* --- the index ---
 *
 * A table of chains, made when the list has INDEX_MIN functions. It owns nothing. */

#define INDEX_MIN 16

struct pn_abort_index {
    size_t mask; /* the number of chains - 1 */
    struct listener *chains[];
};

/* Functions that same_function() finds the same have the same hash. */
static size_t
hash_of(PyObject *fn)
{
    size_t h = (size_t)fn;
    if (PyMethod_Check(fn))
        h = (size_t)PyMethod_GET_SELF(fn) ^ (size_t)PyMethod_GET_FUNCTION(fn) << 7;
    else if (PyCFunction_Check(fn) && PyCFunction_GET_SELF(fn) != NULL)
        h = (size_t)PyCFunction_GET_SELF(fn) ^ (size_t)PyCFunction_GET_FUNCTION(fn) << 7;
    return (h >> 4) * (size_t)0x9E3779B97F4A7C15u >> 16;
}

static struct listener **
chain_of(const PnAbortSignal *s, PyObject *fn)
{
    return &s->index->chains[hash_of(fn) & s->index->mask];
}

static void
index_put(PnAbortSignal *s, struct listener *l)
{
    struct listener **chain = chain_of(s, l->fn);
    l->next_in_chain = *chain;
    *chain = l;
}

/* Makes the index, or a bigger one. Without memory the old one stays, or none: the list is searched then. */
static void
index_grow(PnAbortSignal *s)
{
    size_t chains = s->index != NULL ? (s->index->mask + 1) * 2 : INDEX_MIN * 2;
    struct pn_abort_index *bigger = PyMem_Calloc(1, sizeof(*bigger) + chains * sizeof(bigger->chains[0]));
    if (bigger == NULL)
        return;
    bigger->mask = chains - 1;
    PyMem_Free(s->index);
    s->index = bigger;
    for (struct pn_abort_link *l = s->first; l != NULL; l = l->next) {
        if (is_listener(l) && LISTENER(l)->fn != NULL)
            index_put(s, LISTENER(l));
    }
}

static void
index_take_out(PnAbortSignal *s, const struct listener *l)
{
    if (s->index == NULL || l->fn == NULL)
        return;
    struct listener **at = chain_of(s, l->fn);
    while (*at != l)
        at = &(*at)->next_in_chain;
    *at = l->next_in_chain;
}

static void
index_free(PnAbortSignal *s)
{
    PyMem_Free(s->index);
    s->index = NULL;
}

/* --- listeners --- */

static struct listener *
find(PnAbortSignal *s, PyObject *fn)
{
    if (s->index != NULL) {
        struct listener *l = *chain_of(s, fn);
        while (l != NULL && !same_function(l->fn, fn))
            l = l->next_in_chain;
        return l;
    }
    for (struct pn_abort_link *l = s->first; l != NULL; l = l->next) {
        if (is_listener(l) && LISTENER(l)->fn != NULL && same_function(LISTENER(l)->fn, fn))
            return LISTENER(l);
    }
    return NULL;
}

static int
insert(PnAbortSignal *s, PyObject *fn, bool once)
{
    struct listener *new = PyMem_Calloc(1, sizeof(*new));
    if (new == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    new->link.aborted = listener_mark;
    new->fn = Py_XNewRef(fn);
    new->once = once;
    append(s, &new->link);
    if (fn != NULL && s->index != NULL)
        index_put(s, new);
    return 0;
}

/* Takes a listener out of the list and frees it. Returns its function; the caller owns the reference. */
static PyObject *
remove_listener(PnAbortSignal *s, struct listener *l)
{
    PyObject *fn = l->fn;
    index_take_out(s, l);
    take_out(s, &l->link);
    PyMem_Free(l);
    return fn;
}

int
pn_signal_add(PnAbortSignal *s, PyObject *fn, bool once)
{
    if (s->over || find(s, fn) != NULL)
        return 0;
    if (insert(s, fn, once) < 0)
        return -1;
    count(s, true);
    if (s->listeners >= (s->index != NULL ? s->index->mask : INDEX_MIN))
        index_grow(s);
    return 0;
}

void
pn_signal_remove(PnAbortSignal *s, PyObject *fn)
{
    struct listener *found = find(s, fn);
    if (found == NULL)
        return;
    PyObject *old = remove_listener(s, found);
    count(s, false);
    Py_DECREF(old);
}

int
pn_signal_set_handler(PnAbortSignal *s, PyObject *fn)
{
    PyObject *old = s->onabort;
    if (fn != NULL && !s->handler_listed && !s->over) {
        if (insert(s, NULL, false) < 0)
            return -1;
        s->handler_listed = true; /* stays: a function that is set later takes the same place */
    }
    s->onabort = Py_XNewRef(fn);
    if (!s->over && (old == NULL) != (fn == NULL))
        count(s, fn != NULL);
    Py_XDECREF(old);
    return 0;
}

int
pn_signal_traverse_list(PnAbortSignal *s, visitproc visit, void *arg)
{
    Py_VISIT(s->onabort);
    for (struct pn_abort_link *l = s->first; l != NULL; l = l->next) {
        if (is_listener(l))
            Py_VISIT(LISTENER(l)->fn);
    }
    return 0;
}

void
pn_signal_drop_listeners(PnAbortSignal *s)
{
    struct pn_abort_link *dropped = NULL;
    index_free(s);
    for (struct pn_abort_link *l = s->first, *next; l != NULL; l = next) {
        next = l->next;
        if (!is_listener(l))
            continue;
        take_out(s, l);
        l->next = dropped;
        dropped = l;
    }
    s->handler_listed = false;
    if (s->listeners > 0) {
        s->listeners = 0;
        pn_signal_wanted(s);
    }
    while (dropped != NULL) {
        struct listener *l = LISTENER(dropped);
        dropped = dropped->next;
        PyObject *fn = l->fn;
        PyMem_Free(l);
        Py_XDECREF(fn);
    }
}

/* --- calling --- */

static void
report_tick(PnState *st, PyObject *self, void *arg)
{
    (void)arg;
    PyObject *exc = PyTuple_GET_ITEM(self, 1);
    PyErr_SetObject((PyObject *)Py_TYPE(exc), exc);
    pn_uncaught(st, PyTuple_GET_ITEM(self, 0), NULL);
}

/* Takes the exception that is set. As in Node, it is uncaught on the next tick, when all listeners have been called.
 * The first KeyboardInterrupt or SystemExit goes to the caller of abort(), as it does from emit(). */
static void
report(PnAbortSignal *s, PyObject **fatal)
{
    PnState *st = s->st;
    if (*fatal == NULL &&
        (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) || PyErr_ExceptionMatches(PyExc_SystemExit))) {
        *fatal = pn_take_exception();
        return;
    }
    if (st->closed || st->loop == NULL || st->driver.mode == PN_IDLE) {
        pn_uncaught(st, (PyObject *)s, NULL);
        return;
    }
    PyObject *exc = pn_take_exception();
    if (exc != NULL)
        (void)pn_tick_with(st, report_tick, (PyObject *)s, exc, NULL, 0);
    Py_XDECREF(exc);
}

static void
call_listener(PnAbortSignal *s, struct listener *l, PyObject **event, PyObject **fatal)
{
    PyObject *fn = Py_XNewRef(l->fn != NULL ? l->fn : s->onabort);
    if (fn == NULL)
        return; /* onabort has been set to None */
    if (l->once) {
        PyObject *old = remove_listener(s, l);
        s->listeners--;
        Py_DECREF(old);
    }
    if (*event == NULL)
        *event = PyObject_CallFunctionObjArgs(s->st->AbortEvent, s->st->names.abort, (PyObject *)s, NULL);
    PyObject *result = *event != NULL ? PyObject_CallOneArg(fn, *event) : NULL;
    if (result == NULL) {
        pn_note_where(s->st, (PyObject *)s, s->st->names.abort, fn);
        report(s, fatal);
    }
    Py_XDECREF(result);
    Py_DECREF(fn);
}

static void
call_link(PnAbortSignal *s, struct pn_abort_link *l, PyObject **fatal)
{
    PyObject *held = l->signal;
    PyObject *reason = Py_NewRef(s->reason);
    take_out(s, l);
    l->signal = NULL;
    l->aborted(l, reason);
    if (PyErr_Occurred())
        report(s, fatal);
    Py_DECREF(reason);
    Py_DECREF(held);
}

/* As in Node, the next entry is chosen before each call. A listener that is added meanwhile is called too, unless the
 * list was at its end; one that is removed meanwhile is not called. */
static void
call_all(PnAbortSignal *s, PyObject **fatal)
{
    PyObject *event = NULL;
    s->cursor = s->first;
    while (s->cursor != NULL) {
        struct pn_abort_link *l = s->cursor;
        s->cursor = l->next;
        if (is_listener(l))
            call_listener(s, LISTENER(l), &event, fatal);
        else
            call_link(s, l, fatal);
    }
    s->over = true;
    pn_signal_drop_listeners(s);
    Py_XDECREF(event);
}

/* --- aborting --- */

/* New reference, never NULL: when the AbortError cannot be made, the reason is the exception that prevented it. */
static PyObject *
reason_for(PnState *st, PyObject *given)
{
    if (given != Py_None)
        return Py_NewRef(given);
    PyObject *exc = pn_coded_error(st->AbortError, "ABORT_ERR", "This operation was aborted");
    return exc != NULL ? exc : pn_take_exception();
}

void
pn_signal_abort_new(PnAbortSignal *s, PyObject *reason)
{
    s->reason = reason_for(s->st, reason);
    s->over = true;
}

/* Marks the signal and its dependents, as Node does before it calls any listener. `queued` links them. */
static void
mark(PnAbortSignal *s, PyObject *reason)
{
    PnAbortSignal *tail = s;
    s->reason = Py_NewRef(reason);
    for (struct pn_abort_edge *e = s->dependents; e != NULL; e = e->next) {
        PnAbortSignal *d = e->dependent;
        if (d->reason != NULL || pn_is_dying(d))
            continue;
        d->reason = Py_NewRef(reason);
        Py_INCREF(d);
        tail->queued = d;
        tail = d;
    }
}

int
pn_signal_abort(PnAbortSignal *s, PyObject *given)
{
    PyObject *fatal = NULL;
    if (s->reason != NULL)
        return 0;
    PyObject *reason = reason_for(s->st, given);
    if (s->reason != NULL) { /* re-entered: making the error has run code that aborted the signal */
        Py_DECREF(reason);
        return 0;
    }
    Py_INCREF(s);
    mark(s, reason);
    for (PnAbortSignal *at = s; at != NULL; at = at->queued)
        pn_signal_unfollow(at);
    pn_signal_wanted(s);
    for (PnAbortSignal *at = s, *next; at != NULL; at = next) {
        next = at->queued;
        at->queued = NULL;
        call_all(at, &fatal);
        Py_DECREF(at);
    }
    Py_DECREF(reason);
    if (fatal == NULL)
        return 0;
    pn_raise(fatal);
    return -1;
}

/* --- links, see abort.h --- */

int
pn_check_abort_signal(PnState *st, PyObject *obj, const char *name)
{
    if (PyObject_TypeCheck(obj, st->AbortSignal))
        return 0;
    pn_raise_arg_type(name, "an instance of AbortSignal", obj);
    return -1;
}

PyObject *
pn_abort_reason(PyObject *signal)
{
    return PN_SIGNAL(signal)->reason;
}

void
pn_abort_attach(PyObject *signal, struct pn_abort_link *l)
{
    l->signal = Py_NewRef(signal);
    append(PN_SIGNAL(signal), l);
}

void
pn_abort_cut(struct pn_abort_link *l)
{
    if (l->link != NULL)
        take_out(PN_SIGNAL(l->signal), l);
}

void
pn_abort_detach(struct pn_abort_link *l)
{
    PyObject *signal = l->signal;
    pn_abort_cut(l);
    l->signal = NULL;
    Py_XDECREF(signal);
}

PyObject *
pn_abort_error(PnState *st, PyObject *reason)
{
    PyObject *exc = pn_coded_error(st->AbortError, "ABORT_ERR", "The operation was aborted");
    if (exc == NULL || reason == NULL)
        return exc;
    if (PyObject_SetAttrString(exc, "reason", reason) < 0) {
        Py_DECREF(exc);
        return NULL;
    }
    if (PyExceptionInstance_Check(reason))
        PyException_SetCause(exc, Py_NewRef(reason));
    return exc;
}
