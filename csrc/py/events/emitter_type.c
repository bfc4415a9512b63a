/* emitter_type.c - the EventEmitter type: Node's events.EventEmitter.
 *
 * Owns:    its listeners, its instance dict, missed and deferred errors.
 * Borrows: the module state.
 * Threads: every function runs with the GIL held; emit() runs where it is called.
 * See:     listeners.c (the vector and emitting), missed.c (events that were emitted before a listener was added). */

#include <math.h>

#include "py/base/args.h"
#include "py/events/emitter.h"

#include <structmember.h>

/* --- adding and removing --- */

static PyObject *
add(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, bool once, bool prepend,
    const char *function)
{
    static const char *const names[] = {"event_name", "listener", NULL};
    PnEmitter *e = PN_EMITTER(op);
    PyObject *a[2];
    if (pn_unpack(function, names, 1, args, nargs, kwnames, a) < 0)
        return NULL;
    if (a[1] != NULL && pn_check_callable(e->st, a[1], "listener") < 0)
        return NULL;
    PyObject *name = pn_event_name(e->st, a[0]);
    if (name == NULL)
        return NULL;
    PyObject *result;
    if (a[1] == NULL)
        result = pn_decorator_new(e, name, once, prepend);
    else
        result = pn_add_listener(e, name, a[1], once, prepend) < 0 ? NULL : Py_NewRef(op);
    Py_DECREF(name);
    return result;
}

PyDoc_STRVAR(
    on_doc,
    "on($self, event_name, listener=None, /)\n--\n\n"
    "Adds a listener at the end of the list of event_name, and returns the emitter. Without a listener it is a\n"
    "decorator: @server.on(\"connection\"). You may add the same function several times. Emits \"newListener\"\n"
    "first.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE) if the listener is not callable, or is a coroutine function. Warns\n"
    "with MaxListenersExceededWarning if an event has more listeners than the limit. Node: emitter.on().");

static PyObject *
emitter_on(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return add(op, args, nargs, kwnames, false, false, "on");
}

static PyObject *
emitter_once(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return add(op, args, nargs, kwnames, true, false, "once");
}

static PyObject *
emitter_prepend_listener(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return add(op, args, nargs, kwnames, false, true, "prepend_listener");
}

static PyObject *
emitter_prepend_once_listener(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return add(op, args, nargs, kwnames, true, true, "prepend_once_listener");
}

/* The newest entry that is `fn` or wraps it, by identity; borrowed, NULL when there is none. */
static PyObject *
find_identical(PnEmitter *e, PyObject *name, PyObject *fn)
{
    struct pn_listeners *l = e->listeners;
    for (uint32_t i = l != NULL ? l->count : 0; i > 0; i--) {
        PyObject *held = pn_entry_fn(&l->at[i - 1]);
        if (l->at[i - 1].name != name || (l->at[i - 1].fn & PN_FN_INTERNAL))
            continue;
        if (held == fn || ((l->at[i - 1].fn & PN_FN_ONCE) && pn_once_listener(held) == fn))
            return held;
    }
    return NULL;
}

static PyObject *entries_of(PnEmitter *e, PyObject *name, bool raw);

/* The newest listener that equals `fn` (each access to a bound method makes a new object). New reference; NULL when
 * there is none, or when a comparison raised (`*failed`). */
static PyObject *
find_equal(PnEmitter *e, PyObject *name, PyObject *fn, bool *failed)
{
    PyObject *found = NULL;
    PyObject *raw = entries_of(e, name, true); /* a copy: __eq__ is user code and may change the listeners */
    *failed = raw == NULL;
    for (Py_ssize_t i = raw != NULL ? PyList_GET_SIZE(raw) : 0; i > 0 && found == NULL && !*failed; i--) {
        PyObject *held = PyList_GET_ITEM(raw, i - 1);
        PyObject *listener = Py_IS_TYPE(held, e->st->OnceListener) ? pn_once_listener(held) : held;
        int same = PyObject_RichCompareBool(listener, fn, Py_EQ);
        if (same < 0)
            *failed = true;
        else if (same)
            found = Py_NewRef(held);
    }
    Py_XDECREF(raw);
    return found;
}

PyDoc_STRVAR(
    off_doc,
    "off($self, event_name, listener, /)\n--\n\n"
    "Removes one listener, and returns the emitter: the newest that is `listener`, or else the newest that\n"
    "equals it (bound methods). It also removes a listener of once(). Emits \"removeListener\". An emit() that\n"
    "has begun still calls the listener. Node: emitter.off().");

static PyObject *
emitter_off(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"event_name", "listener", NULL};
    PnEmitter *e = PN_EMITTER(op);
    PyObject *a[2];
    if (pn_unpack("off", names, 2, args, nargs, kwnames, a) < 0)
        return NULL;
    if (!PyCallable_Check(a[1]))
        return pn_raise_arg_type("listener", "a callable", a[1]);
    PyObject *name = pn_event_name(e->st, a[0]);
    if (name == NULL)
        return NULL;
    bool failed = false;
    PyObject *held = Py_XNewRef(find_identical(e, name, a[1]));
    if (held == NULL)
        held = find_equal(e, name, a[1], &failed);
    if (held != NULL && pn_remove_entry(e, name, held) < 0)
        failed = true;
    Py_XDECREF(held);
    Py_DECREF(name);
    return failed ? NULL : Py_NewRef(op);
}

/* Removes the listeners of one name, newest first, as Node does. */
static int
remove_named(PnEmitter *e, PyObject *name)
{
    if (!e->hears_changes) {
        if (pn_list_remove_public(e, name) > 0)
            pn_emitter_listener_removed(e, name);
        return 0;
    }
    PyObject *raw = entries_of(e, name, true);
    int status = raw == NULL ? -1 : 0;
    for (Py_ssize_t i = raw != NULL ? PyList_GET_SIZE(raw) : 0; i > 0 && status >= 0; i--)
        status = pn_remove_entry(e, name, PyList_GET_ITEM(raw, i - 1));
    Py_XDECREF(raw);
    return status < 0 ? -1 : 0;
}

static PyObject *emitter_event_names(PyObject *op, PyObject *unused);

static int
remove_everything(PnEmitter *e)
{
    PyObject *last = e->st->names.removeListener;
    if (!pn_has_listeners(e, last)) {
        (void)pn_list_remove_public(e, NULL);
        pn_emitter_listener_removed(e, NULL);
        return 0;
    }
    PyObject *names = emitter_event_names((PyObject *)e, NULL);
    int status = names == NULL ? -1 : 0;
    for (Py_ssize_t i = 0; status == 0 && i < PyList_GET_SIZE(names); i++) {
        if (PyList_GET_ITEM(names, i) != last)
            status = remove_named(e, PyList_GET_ITEM(names, i));
    }
    Py_XDECREF(names);
    if (status < 0 || remove_named(e, last) < 0)
        return -1;
    if (pn_list_remove_public(e, NULL) > 0) /* what the listeners of removeListener have added, as in Node */
        pn_emitter_listener_removed(e, NULL);
    return 0;
}

PyDoc_STRVAR(
    remove_all_listeners_doc,
    "remove_all_listeners($self, event_name=None, /)\n--\n\n"
    "Removes the listeners of one event, or of all events, and returns the emitter. Emits \"removeListener\" for\n"
    "each, if that event has a listener. Node: emitter.removeAllListeners().");

static PyObject *
emitter_remove_all_listeners(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"event_name", NULL};
    PnEmitter *e = PN_EMITTER(op);
    PyObject *a[1];
    if (pn_unpack("remove_all_listeners", names, 0, args, nargs, kwnames, a) < 0)
        return NULL;
    if (a[0] == NULL || a[0] == Py_None)
        return remove_everything(e) < 0 ? NULL : Py_NewRef(op);
    PyObject *name = pn_event_name(e->st, a[0]);
    int status = name == NULL ? -1 : remove_named(e, name);
    Py_XDECREF(name);
    return status < 0 ? NULL : Py_NewRef(op);
}

/* --- looking --- */

static PyObject *
entries_of(PnEmitter *e, PyObject *name, bool raw)
{
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list != NULL && e->listeners != NULL && i < e->listeners->count; i++) {
        const struct pn_listener_entry *entry = &e->listeners->at[i];
        PyObject *fn = pn_entry_fn(entry);
        if (entry->name != name || (entry->fn & PN_FN_INTERNAL))
            continue;
        if (PyList_Append(list, !raw && (entry->fn & PN_FN_ONCE) ? pn_once_listener(fn) : fn) < 0)
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *
list_of(PyObject *op, PyObject *event, bool raw)
{
    PnEmitter *e = PN_EMITTER(op);
    PyObject *name = pn_event_name(e->st, event);
    if (name == NULL)
        return NULL;
    PyObject *list = entries_of(e, name, raw);
    Py_DECREF(name);
    return list;
}

PyDoc_STRVAR(
    listeners_doc,
    "listeners($self, event_name, /)\n--\n\n"
    "Returns a new list of the listeners of event_name, in the order of their calls. Node: emitter.listeners().");

static PyObject *
emitter_listeners(PyObject *op, PyObject *event)
{
    return list_of(op, event, false);
}

PyDoc_STRVAR(raw_listeners_doc,
             "raw_listeners($self, event_name, /)\n--\n\n"
             "Like listeners(), but a listener of once() is in its wrapper; `wrapper.listener` is the function.\n"
             "Node: emitter.rawListeners().");

static PyObject *
emitter_raw_listeners(PyObject *op, PyObject *event)
{
    return list_of(op, event, true);
}

PyDoc_STRVAR(
    listener_count_doc,
    "listener_count($self, event_name, listener=None, /)\n--\n\n"
    "Returns the number of listeners of event_name. With `listener`, returns how often that one is in the list.\n"
    "Node: emitter.listenerCount().");

static PyObject *
emitter_listener_count(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"event_name", "listener", NULL};
    PyObject *a[2];
    if (pn_unpack("listener_count", names, 1, args, nargs, kwnames, a) < 0)
        return NULL;
    PyObject *list = list_of(op, a[0], false);
    if (list == NULL)
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(list);
    if (a[1] != NULL && a[1] != Py_None)
        count = PySequence_Count(list, a[1]);
    Py_DECREF(list);
    return count < 0 ? NULL : PyLong_FromSsize_t(count);
}

PyDoc_STRVAR(event_names_doc,
             "event_names($self, /)\n--\n\n"
             "Returns a new list of the events that have listeners, in the order in which they got their first one.\n"
             "Node: emitter.eventNames().");

static PyObject *
emitter_event_names(PyObject *op, PyObject *unused)
{
    (void)unused;
    PnEmitter *e = PN_EMITTER(op);
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list != NULL && e->listeners != NULL && i < e->listeners->count; i++) {
        PyObject *name = e->listeners->at[i].name;
        bool seen = name == NULL || (e->listeners->at[i].fn & PN_FN_INTERNAL) != 0;
        for (uint32_t j = 0; j < i && !seen; j++)
            seen = e->listeners->at[j].name == name && !(e->listeners->at[j].fn & PN_FN_INTERNAL);
        if (!seen && PyList_Append(list, name) < 0)
            Py_CLEAR(list);
    }
    return list;
}

/* --- emit --- */

/* Raises an `error` without listeners to the caller of emit(). */
static PyObject *
raise_unhandled(PnState *st, PyObject *const *args, Py_ssize_t nargs)
{
    PyObject *value = nargs > 0 ? args[0] : Py_None;
    if (PyExceptionInstance_Check(value)) {
        PyErr_SetObject((PyObject *)Py_TYPE(value), value);
        return NULL;
    }
    PyObject *exc = pn_net_error(st, "ERR_UNHANDLED_ERROR", "Unhandled error. (%R)", value);
    if (exc != NULL && PyObject_SetAttr(exc, st->names.context, value) < 0)
        Py_CLEAR(exc);
    return pn_raise(exc);
}

PyDoc_STRVAR(
    emit_doc,
    "emit($self, event_name, /, *args)\n--\n\n"
    "Calls the listeners of event_name with args, in order, before it returns. Returns True if there was a\n"
    "listener. If a listener raises, emit() raises the exception, and does not call the listeners after it.\n\n"
    "emit(\"error\", ...) without a listener raises args[0]. If that is not an exception, it raises NetError\n"
    "(ERR_UNHANDLED_ERROR) with `.context`. Node: emitter.emit().");

static PyObject *
emitter_emit(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    PnEmitter *e = PN_EMITTER(op);
    PyObject *stack[9];
    PyObject **call = stack;
    if (nargs < 1) {
        PyErr_SetString(PyExc_TypeError, "emit() missing required argument 'event_name'");
        return NULL;
    }
    PyObject *name = pn_event_name(e->st, args[0]);
    if (name == NULL)
        return NULL;
    /* Copied: the callee may overwrite the place before its arguments, but args[0] is the caller's. */
    if (nargs > 9 && (call = PyMem_Malloc((size_t)nargs * sizeof(*call))) == NULL) {
        Py_DECREF(name);
        return PyErr_NoMemory();
    }
    for (Py_ssize_t i = 1; i < nargs; i++)
        call[i] = args[i];
    int status = 0;
    bool is_error = name == e->st->names.error;
    if (pn_note_user_event(e, name) < 0)
        PyErr_Clear();
    if (is_error)
        status = pn_emit_for_caller(e, e->st->error_monitor, call + 1, (size_t)nargs - 1);
    if (status >= 0)
        status = pn_emit_for_caller(e, name, call + 1, (size_t)nargs - 1);
    if (call != stack)
        PyMem_Free(call);
    Py_DECREF(name);
    if (status < 0)
        return NULL;
    if (status == 0 && is_error)
        return raise_unhandled(e->st, args + 1, nargs - 1);
    return PyBool_FromLong(status);
}

/* --- limits --- */

PyDoc_STRVAR(set_max_listeners_doc,
             "set_max_listeners($self, n, /)\n--\n\n"
             "Sets the number of listeners above which an event warns of a likely leak, and returns the emitter. The\n"
             "default is 10; 0 and infinity mean no limit. Raises TypeError if n is not a number, ValueError\n"
             "(ERR_OUT_OF_RANGE) if it is negative. Node: emitter.setMaxListeners().");

static PyObject *
emitter_set_max_listeners(PyObject *op, PyObject *n)
{
    double value;
    if (pn_arg_number(n, "set_max_listeners", &value) < 0)
        return NULL;
    if (!(value >= 0))
        return pn_raise_range("set_max_listeners", ">= 0", n);
    PN_EMITTER(op)->max_listeners = value > INT32_MAX ? 0 : (int32_t)value;
    return Py_NewRef(op);
}

PyDoc_STRVAR(get_max_listeners_doc,
             "get_max_listeners($self, /)\n--\n\n"
             "Returns the limit of set_max_listeners(); 0 means no limit. Node: emitter.getMaxListeners().");

static PyObject *
emitter_get_max_listeners(PyObject *op, PyObject *unused)
{
    (void)unused;
    int32_t max = PN_EMITTER(op)->max_listeners;
    return PyLong_FromLong(max < 0 ? PN_DEFAULT_MAX_LISTENERS : max);
}

/* --- lifetime --- */

PyObject *
pn_emitter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    PnState *st = pn_state_of_type(type);
    if (st == NULL)
        return NULL;
    PyObject *op = type->tp_alloc(type, 0);
    if (op == NULL)
        return NULL;
    PnEmitter *e = PN_EMITTER(op);
    e->st = st;
    e->generation = st->generation;
    e->max_listeners = -1;
    return op;
}

int
pn_emitter_traverse(PyObject *op, visitproc visit, void *arg)
{
    PnEmitter *e = PN_EMITTER(op);
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(e->dict);
    Py_VISIT(e->missed_errors);
    for (uint32_t i = 0; e->listeners != NULL && i < e->listeners->count; i++) {
        Py_VISIT(e->listeners->at[i].name);
        Py_VISIT(pn_entry_fn(&e->listeners->at[i]));
    }
    return 0;
}

int
pn_emitter_clear(PyObject *op)
{
    PnEmitter *e = PN_EMITTER(op);
    Py_CLEAR(e->dict);
    Py_CLEAR(e->missed_errors);
    pn_list_free(e);
    return 0;
}

void
pn_emitter_free_parts(PnEmitter *e)
{
    pn_missed_free(e);
    (void)pn_emitter_clear((PyObject *)e);
}

static void
emitter_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    pn_list_cut(PN_EMITTER(op));
    Py_TRASHCAN_BEGIN(op, emitter_dealloc) /* emitters may form long chains */
        if (PN_EMITTER(op)->weakrefs != NULL) PyObject_ClearWeakRefs(op);
    pn_emitter_free_parts(PN_EMITTER(op));
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

/* --- tables --- */

#define ADDING(name, doc) {#name, PN_FASTCALL(emitter_##name), METH_FASTCALL | METH_KEYWORDS, doc}

static PyMethodDef emitter_methods[] = {
    ADDING(on, on_doc),
    {"add_listener", PN_FASTCALL(emitter_on), METH_FASTCALL | METH_KEYWORDS,
     "add_listener($self, event_name, listener=None, /)\n--\n\nThe same as on()."},
    ADDING(once, "once($self, event_name, listener=None, /)\n--\n\n"
                 "Like on(), for one call: the listener is removed before the call."),
    ADDING(prepend_listener, "prepend_listener($self, event_name, listener=None, /)\n--\n\n"
                             "Like on(), at the front of the list."),
    ADDING(prepend_once_listener, "prepend_once_listener($self, event_name, listener=None, /)\n--\n\n"
                                  "Like once(), at the front of the list."),
    ADDING(off, off_doc),
    {"remove_listener", PN_FASTCALL(emitter_off), METH_FASTCALL | METH_KEYWORDS,
     "remove_listener($self, event_name, listener, /)\n--\n\nThe same as off()."},
    ADDING(remove_all_listeners, remove_all_listeners_doc),
    {"emit", PN_FASTCALL(emitter_emit), METH_FASTCALL, emit_doc},
    {"listeners", emitter_listeners, METH_O, listeners_doc},
    {"raw_listeners", emitter_raw_listeners, METH_O, raw_listeners_doc},
    ADDING(listener_count, listener_count_doc),
    {"event_names", emitter_event_names, METH_NOARGS, event_names_doc},
    {"set_max_listeners", emitter_set_max_listeners, METH_O, set_max_listeners_doc},
    {"get_max_listeners", emitter_get_max_listeners, METH_NOARGS, get_max_listeners_doc},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef emitter_members[] = {
    {"__dictoffset__", T_PYSSIZET, offsetof(PnEmitter, dict), READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(PnEmitter, weakrefs), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef emitter_getset[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot emitter_slots[] = {
    {Py_tp_doc,
     "EventEmitter()\n--\n\n"
     "Keeps listeners for events, and calls them. You may write a subclass, which need not call __init__().\n"
     "Node: class events.EventEmitter."},
    {Py_tp_new, pn_emitter_new},
    {Py_tp_traverse, pn_emitter_traverse},
    {Py_tp_clear, pn_emitter_clear},
    {Py_tp_dealloc, emitter_dealloc},
    {Py_tp_methods, emitter_methods},
    {Py_tp_members, emitter_members},
    {Py_tp_getset, emitter_getset},
    {0, NULL},
};

PyType_Spec pn_emitter_spec = {
    .name = "pynet.EventEmitter",
    .basicsize = sizeof(PnEmitter),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = emitter_slots,
};
