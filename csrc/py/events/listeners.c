/* listeners.c - the listeners of an emitter as a vector, and calling them: pn_emit(). A listener of once() is stored in
 * a OnceListener, which is created here.
 *
 * Few listeners, many events: a vector of 16-byte entries beats a dict in memory and in time. Entries of one name
 * keep their order. event_names() lists the names in the order of their first entries. */
#include <string.h>

#include "py/events/awaitable.h"
#include "py/events/emitter.h"
#include "py/events/once_object.h"
#include "py/events/rewake.h"
#include "py/loop/slow.h"

#define STACK_LISTENERS 8

/* --- OnceListener, see once_object.h --- */

static PyObject *
once_new(PnEmitter *e, PyObject *name, PyObject *fn)
{
    PnOnce *self = PyObject_GC_New(PnOnce, e->st->OnceListener);
    if (self == NULL)
        return NULL;
    self->listener = Py_NewRef(fn);
    self->emitter = e;
    self->name = Py_NewRef(name);
    self->fired = false;
    PyObject_GC_Track((PyObject *)self);
    return (PyObject *)self;
}

PyObject *
pn_once_listener(PyObject *once)
{
    return PN_ONCE(once)->listener;
}

static bool
once_fire(PyObject *once)
{
    PnOnce *self = PN_ONCE(once);
    bool first = !self->fired;
    self->fired = true;
    return first;
}

static void
once_detach(PyObject *once)
{
    PN_ONCE(once)->emitter = NULL;
}

/* --- the vector --- */

bool
pn_has_listeners(const PnEmitter *e, PyObject *name)
{
    const struct pn_listeners *l = e->listeners;
    for (uint32_t i = 0; l != NULL && i < l->count; i++) {
        if (l->at[i].name == name)
            return true;
    }
    return false;
}

size_t
pn_count_listeners(const PnEmitter *e, PyObject *name)
{
    size_t count = 0;
    const struct pn_listeners *l = e->listeners;
    for (uint32_t i = 0; l != NULL && i < l->count; i++)
        count += l->at[i].name == name && !(l->at[i].fn & PN_FN_INTERNAL);
    return count;
}

/* The two events that each change of the vector emits: they must be found without a walk over all entries. */
static bool
is_change(const PnEmitter *e, PyObject *name)
{
    return name == e->st->names.newListener || name == e->st->names.removeListener;
}

static void
note_removed(const PnEmitter *e, PyObject *name)
{
    if (is_change(e, name))
        e->listeners->changes--;
}

static int
grow(PnEmitter *e)
{
    struct pn_listeners *l = e->listeners;
    uint32_t capacity = l == NULL ? 1 : l->capacity < 4 ? l->capacity + 1 : l->capacity * 2;
    if (l != NULL && l->count < l->capacity)
        return 0;
    struct pn_listeners *bigger = PyMem_Realloc(l, sizeof(*l) + capacity * sizeof(l->at[0]));
    if (bigger == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (l == NULL)
        bigger->count = bigger->changes = bigger->change_at = 0;
    bigger->capacity = capacity;
    e->listeners = bigger;
    return 0;
}

int
pn_list_insert(PnEmitter *e, PyObject *name, PyObject *fn, bool once, bool prepend)
{
    PyObject *held = once ? once_new(e, name, fn) : Py_NewRef(fn);
    if (held == NULL)
        return -1;
    /* once_new() may have run the garbage collector, and so user code: the vector is read only now. */
    if (grow(e) < 0) {
        Py_DECREF(held);
        return -1;
    }
    struct pn_listeners *l = e->listeners;
    uint32_t i = l->count;
    uintptr_t tags = once ? PN_FN_ONCE : 0;
    if (prepend) {
        for (i = 0; i < l->count && l->at[i].name != name; i++)
            continue;
        if (i < l->count) {
            tags |= l->at[i].fn & PN_FN_WARNED;
            l->at[i].fn &= ~PN_FN_WARNED;
        }
        memmove(&l->at[i + 1], &l->at[i], (l->count - i) * sizeof(l->at[0]));
    }
    if (is_change(e, name)) {
        e->hears_changes = true;
        if (l->changes++ == 0 || i < l->change_at)
            l->change_at = i;
    }
    l->at[i].name = Py_NewRef(name);
    l->at[i].fn = (uintptr_t)held | tags;
    l->count++;
    return 0;
}

int
pn_list_insert_internal(PnEmitter *e, PyObject *name, PyObject *fn)
{
    if (pn_list_insert(e, name, fn, false, false) < 0)
        return -1;
    e->listeners->at[e->listeners->count - 1].fn |= PN_FN_INTERNAL;
    return 0;
}

static void
release_entry(struct pn_listener_entry entry)
{
    PyObject *fn = pn_entry_fn(&entry);
    if (entry.fn & PN_FN_ONCE)
        once_detach(fn);
    Py_DECREF(fn);
    Py_DECREF(entry.name);
}

void
pn_list_remove(PnEmitter *e, uint32_t i)
{
    struct pn_listeners *l = e->listeners;
    struct pn_listener_entry gone = l->at[i];
    uintptr_t warned = gone.fn & PN_FN_WARNED;
    /* The next entry of the same name moves up into its place, and so on; the place of the last one is removed. */
    for (uint32_t j = i + 1; j < l->count; j++) {
        if (l->at[j].name != gone.name)
            continue;
        l->at[i] = l->at[j];
        l->at[i].fn |= warned;
        warned = 0;
        i = j;
    }
    l->count--;
    memmove(&l->at[i], &l->at[i + 1], (l->count - i) * sizeof(l->at[0]));
    note_removed(e, gone.name);
    if (i < l->change_at)
        l->change_at--;
    if (l->count == 0) {
        e->listeners = NULL;
        PyMem_Free(l);
    }
    release_entry(gone);
}

void
pn_list_cut(PnEmitter *e)
{
    const struct pn_listeners *l = e->listeners;
    for (uint32_t i = 0; l != NULL && i < l->count; i++) {
        if (l->at[i].fn & PN_FN_ONCE)
            once_detach(pn_entry_fn(&l->at[i]));
    }
}

void
pn_list_free(PnEmitter *e)
{
    struct pn_listeners *l = e->listeners;
    /* Before any entry is released: a finalizer may call a once() wrapper, and that must not revive the emitter. */
    pn_list_cut(e);
    e->listeners = NULL;
    for (uint32_t i = 0; l != NULL && i < l->count; i++) {
        if (l->at[i].name != NULL)
            release_entry(l->at[i]);
    }
    PyMem_Free(l);
}

/* Removes the empty places. */
static void
pack(PnEmitter *e)
{
    struct pn_listeners *l = e->listeners;
    uint32_t kept = 0;
    if (l == NULL)
        return;
    l->change_at = 0; /* the next emit_change() finds it */
    for (uint32_t i = 0; i < l->count; i++) {
        if (l->at[i].name != NULL)
            l->at[kept++] = l->at[i];
    }
    l->count = kept;
    if (kept == 0) {
        e->listeners = NULL;
        PyMem_Free(l);
    }
}

static bool
is_public(const struct pn_listener_entry *entry, PyObject *name)
{
    return entry->name != NULL && (name == NULL || entry->name == name) && !(entry->fn & PN_FN_INTERNAL);
}

/* Without memory for the entries: one after the other. Releasing one may run user code: the vector is read again each
 * time. */
static void
remove_each(PnEmitter *e, PyObject *name)
{
    for (uint32_t i = 0; e->listeners != NULL && i < e->listeners->count;) {
        if (is_public(&e->listeners->at[i], name))
            pn_list_remove(e, i);
        else
            i++;
    }
}

size_t
pn_list_remove_public(PnEmitter *e, PyObject *name)
{
    struct pn_listeners *l = e->listeners;
    size_t count = 0, n = 0;
    for (uint32_t i = 0; l != NULL && i < l->count; i++)
        count += is_public(&l->at[i], name);
    struct pn_listener_entry *gone = count > 0 ? PyMem_Malloc(count * sizeof(*gone)) : NULL;
    if (gone == NULL) {
        remove_each(e, name);
        return count;
    }
    for (uint32_t i = 0; i < l->count; i++) {
        if (!is_public(&l->at[i], name))
            continue;
        note_removed(e, l->at[i].name);
        gone[n++] = l->at[i];
        l->at[i] = (struct pn_listener_entry){NULL, 0};
    }
    pack(e);
    while (n > 0)
        release_entry(gone[--n]);
    PyMem_Free(gone);
    return count;
}

/* A listener was removed: calls the type's `listener_removed`, and emits `removeListener`. 1, or -1 with an exception. */
static int
removed(PnEmitter *e, PyObject *name, PyObject *shown)
{
    PyObject *stack[3] = {NULL, name, shown};
    pn_emitter_listener_removed(e, name);
    return e->hears_changes && pn_emit_change(e, e->st->names.removeListener, stack + 1, 2) < 0 ? -1 : 1;
}

int
pn_remove_entry(PnEmitter *e, PyObject *name, PyObject *fn)
{
    struct pn_listeners *l = e->listeners;
    for (uint32_t i = l != NULL ? l->count : 0; i > 0; i--) {
        struct pn_listener_entry *entry = &l->at[i - 1];
        if (entry->name != name || pn_entry_fn(entry) != fn)
            continue;
        PyObject *shown = entry->fn & PN_FN_ONCE ? pn_once_listener(fn) : fn;
        shown = Py_NewRef(shown != NULL ? shown : Py_None); /* the garbage collector may have cleared the wrapper */
        pn_list_remove(e, i - 1);
        int status = removed(e, name, shown);
        Py_DECREF(shown);
        return status;
    }
    return 0;
}

void
pn_remove_internal_listener(PnEmitter *e, PyObject *name, PyObject *fn)
{
    struct pn_listeners *l = e->listeners;
    for (uint32_t i = 0; l != NULL && i < l->count; i++) {
        if (l->at[i].name == name && pn_entry_fn(&l->at[i]) == fn && (l->at[i].fn & PN_FN_INTERNAL)) {
            pn_list_remove(e, i);
            pn_emitter_listener_removed(e, name);
            return;
        }
    }
}

/* --- emitting --- */

/* Takes a once() listener out of a long vector, and leaves its place empty: moving the others would cost O(n) for each.
 * `*hint` is the place after the last one: the next one is there as a rule. Returns as pn_remove_entry(). */
static int
remove_fired(PnEmitter *e, PyObject *name, PyObject *fn, uint32_t *hint)
{
    struct pn_listeners *l = e->listeners;
    uint32_t count = l != NULL ? l->count : 0, tried = 0, i = *hint < count ? *hint : 0;
    for (; tried < count && (l->at[i].name != name || pn_entry_fn(&l->at[i]) != fn); tried++)
        i = i + 1 < count ? i + 1 : 0;
    if (tried == count)
        return 0;
    struct pn_listener_entry gone = l->at[i];
    note_removed(e, name);
    l->at[i] = (struct pn_listener_entry){NULL, 0};
    *hint = i + 1;
    for (uint32_t j = i + 1; (gone.fn & PN_FN_WARNED) && j < count; j++) {
        if (l->at[j].name == name) {
            l->at[j].fn |= PN_FN_WARNED;
            break;
        }
    }
    PyObject *shown = pn_once_listener(fn);
    shown = Py_NewRef(shown != NULL ? shown : Py_None);
    release_entry(gone);
    int status = removed(e, name, shown);
    Py_DECREF(shown);
    return status;
}

static inline int
call_function(PnEmitter *e, PyObject *name, PyObject *fn, PyObject *const *args, size_t nargs)
{
    PyObject *result = pn_vectorcall(e->st, (PyObject *)e, name, fn, args, nargs | PY_VECTORCALL_ARGUMENTS_OFFSET);
    if (result == NULL)
        return -1;
    Py_DECREF(result);
    return 0;
}

static int
call_tagged(PnEmitter *e, PyObject *name, PyObject *fn, uintptr_t tags, PyObject *const *args, size_t nargs,
            uint32_t *hint)
{
    if ((tags & PN_FN_INTERNAL) && Py_IS_TYPE(fn, e->st->AwaitableCall)) {
        pn_call_event(PN_CALL(fn), name, args, nargs);
        return 0;
    }
    if (tags & PN_FN_ONCE) {
        if (!once_fire(fn))
            return 0;
        if ((hint != NULL ? remove_fired(e, name, fn, hint) : pn_remove_entry(e, name, fn)) < 0)
            return -1;
        fn = pn_once_listener(fn);
        if (fn == NULL)
            return 0;
    }
    else if ((tags & PN_FN_INTERNAL) && e->ops != NULL && e->ops->call_marker != NULL &&
             e->ops->call_marker(e, name, fn, args, nargs)) {
        return 0;
    }
    if (call_function(e, name, fn, args, nargs) == 0)
        return 0;
    if (tags & PN_FN_INTERNAL)
        pn_rewake_soon(e->st);
    return -1;
}

/* Calls one listener; `fn` is a function or OnceListener to which the caller has a reference. `hint` as for
 * remove_fired(); NULL: the vector is short. */
static inline int
call_entry(PnEmitter *e, PyObject *name, PyObject *fn, uintptr_t tags, PyObject *const *args, size_t nargs,
           uint32_t *hint)
{
    return tags == 0 ? call_function(e, name, fn, args, nargs) : call_tagged(e, name, fn, tags, args, nargs, hint);
}

/* A listener has raised: remembers it for the report. */
static void
note_raised(PnEmitter *e, PyObject *fn, uintptr_t tags)
{
    PyObject *type, *value, *trace;
    PyObject *inner = tags & PN_FN_ONCE ? pn_once_listener(fn) : fn;
    PyErr_Fetch(&type, &value, &trace);
    Py_XSETREF(e->st->raised, Py_XNewRef(inner));
    PyErr_Restore(type, value, trace);
}

static int
emit_one(PnEmitter *e, uint32_t i, PyObject *name, PyObject *const *args, size_t nargs)
{
    const struct pn_listener_entry *entry = &e->listeners->at[i];
    uintptr_t tags = entry->fn & PN_FN_TAGS;
    PyObject *fn = Py_NewRef(pn_entry_fn(entry));
    int status = call_entry(e, name, fn, tags, args, nargs, NULL);
    if (status < 0)
        note_raised(e, fn, tags);
    Py_DECREF(fn);
    return status < 0 ? -1 : 1;
}

/* A listener has raised: calls those of waits all the same. What one of them raises is reported, unless it must leave
 * the loop, as KeyboardInterrupt: then the first exception is. Keeps an exception set. */
static void
call_internal(PnEmitter *e, PyObject *name, PyObject *fn, uintptr_t tags, PyObject *const *args, size_t nargs)
{
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    if (call_entry(e, name, fn, tags, args, nargs, NULL) < 0) {
        if (PyErr_ExceptionMatches(PyExc_Exception)) {
            PyErr_WriteUnraisable(fn);
        }
        else {
            PyObject *later[3];
            PyErr_Fetch(&later[0], &later[1], &later[2]);
            PyErr_Restore(type, value, trace);
            PyErr_WriteUnraisable((PyObject *)e);
            type = later[0];
            value = later[1];
            trace = later[2];
        }
    }
    PyErr_Restore(type, value, trace);
}

static void
release_raised(PnEmitter *e, uintptr_t raised)
{
    PyObject *type, *value, *trace;
    PyObject *fn = (PyObject *)(void *)(raised & ~PN_FN_TAGS);
    note_raised(e, fn, raised & PN_FN_TAGS);
    PyErr_Fetch(&type, &value, &trace);
    Py_DECREF(fn);
    PyErr_Restore(type, value, trace);
}

/* Several listeners: takes a reference to each before it calls the first, so that what a listener adds or removes
 * counts from the next emission on. */
static int
emit_many(PnEmitter *e, uint32_t first, size_t count, PyObject *name, PyObject *const *args, size_t nargs)
{
    uintptr_t on_stack[STACK_LISTENERS];
    uintptr_t *fns = on_stack;
    if (count > STACK_LISTENERS && (fns = PyMem_Malloc(count * sizeof(*fns))) == NULL) {
        PyErr_NoMemory();
        pn_rewake_soon(e->st);
        return -1;
    }
    const struct pn_listeners *l = e->listeners;
    size_t n = 0;
    for (uint32_t i = first; n < count; i++) {
        if (l->at[i].name != name)
            continue;
        fns[n++] = l->at[i].fn;
        Py_INCREF(pn_entry_fn(&l->at[i]));
    }
    int status = 1;
    uintptr_t raised = 0;
    uint32_t place = first, *hint = fns != on_stack ? &place : NULL;
    for (size_t i = 0; i < n; i++) {
        PyObject *fn = (PyObject *)(void *)(fns[i] & ~PN_FN_TAGS);
        if (status < 0 && (fns[i] & PN_FN_INTERNAL))
            call_internal(e, name, fn, fns[i] & PN_FN_TAGS, args, nargs);
        else if (status > 0 && call_entry(e, name, fn, fns[i] & PN_FN_TAGS, args, nargs, hint) < 0)
            status = -1;
        if (status > 0) {
            Py_DECREF(fn);
            continue;
        }
        if (raised == 0) {
            raised = fns[i];
            continue; /* keeps its reference */
        }
        PyObject *type, *value, *trace;
        PyErr_Fetch(&type, &value, &trace);
        Py_DECREF(fn);
        PyErr_Restore(type, value, trace);
    }
    if (raised != 0)
        release_raised(e, raised);
    if (fns != on_stack) {
        PyMem_Free(fns);
        pack(e);
    }
    return status;
}

int
pn_emit(PnEmitter *e, PyObject *name, PyObject *const *args, size_t nargs)
{
    const struct pn_listeners *l = e->listeners;
    if (l == NULL)
        return 0;
    uint32_t count = l->count, first = 0;
    while (first < count && l->at[first].name != name)
        first++;
    if (first == count)
        return 0;
    size_t found = 1;
    for (uint32_t i = first + 1; i < count; i++)
        found += l->at[i].name == name;
    return found == 1 ? emit_one(e, first, name, args, nargs) : emit_many(e, first, found, name, args, nargs);
}

int
pn_emit_change(PnEmitter *e, PyObject *name, PyObject *const *args, size_t nargs)
{
    struct pn_listeners *l = e->listeners;
    uint32_t seen = 0, first = 0;
    size_t found = 0;
    if (l == NULL)
        return 0;
    for (uint32_t i = l->change_at; seen < l->changes; i++) {
        if (!is_change(e, l->at[i].name))
            continue;
        if (seen++ == 0)
            l->change_at = i;
        if (l->at[i].name == name && found++ == 0)
            first = i;
    }
    if (found == 0)
        return 0;
    int status = found == 1 ? emit_one(e, first, name, args, nargs) : emit_many(e, first, found, name, args, nargs);
    if (status < 0)
        pn_forget_raised(e->st);
    return status;
}
