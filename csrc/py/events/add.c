/* add.c - adding a listener: emits `newListener`, calls the type's `listener_added`, replays missed events, warns of a
 * leak (MaxListenersExceededWarning). */
#include "py/events/emitter.h"

PyObject *
pn_event_name(PnState *st, PyObject *name)
{
    (void)st;
    if (PyUnicode_Check(name)) {
        /* A str subclass counts as its text. */
        PyObject *text = PyUnicode_FromObject(name);
        if (text != NULL)
            PyUnicode_InternInPlace(&text);
        return text;
    }
    if (name == Py_None || PyBool_Check(name) || PyLong_Check(name) || PyFloat_Check(name) || PyBytes_Check(name))
        return pn_raise_arg_type("event_name", "a str, or an object other than a number, bytes or None", name);
    return Py_NewRef(name); /* any other object is compared by identity, as Node's symbols are */
}

/* The object's str() or repr(); its type where they raise, since a warning must not fail for that. */
static PyObject *
describe(PyObject *obj, PyObject *(*text_of)(PyObject *))
{
    PyObject *text = text_of(obj);
    if (text != NULL || !PyErr_ExceptionMatches(PyExc_Exception))
        return text;
    PyErr_Clear();
    return PyUnicode_FromFormat("<%s object>", Py_TYPE(obj)->tp_name);
}

static PyObject *
leak_message(PnEmitter *e, PyObject *name, size_t count)
{
    PyObject *event = describe(name, PyObject_Str);
    PyObject *emitter = event != NULL ? describe((PyObject *)e, PyObject_Repr) : NULL;
    PyObject *message = NULL;
    if (emitter != NULL)
        message = PyUnicode_FromFormat("Possible EventEmitter memory leak detected. %zu %U listeners added to %U. Use "
                                       "set_max_listeners() to raise the limit",
                                       count, event, emitter);
    Py_XDECREF(emitter);
    Py_XDECREF(event);
    return message;
}

static int
warn_leak(PnEmitter *e, PyObject *name, size_t count)
{
    PnState *st = e->st;
    PyObject *message = leak_message(e, name, count);
    PyObject *warning = message != NULL ? PyObject_CallOneArg(st->MaxListenersExceededWarning, message) : NULL;
    Py_XDECREF(message);
    if (warning == NULL)
        return -1;
    PyObject *number = PyLong_FromSize_t(count);
    PyObject *warnings = PyImport_ImportModule("warnings");
    PyObject *result = NULL;
    if (number != NULL && warnings != NULL && PyObject_SetAttr(warning, st->names.emitter, (PyObject *)e) == 0 &&
        PyObject_SetAttr(warning, st->names.type, name) == 0 && PyObject_SetAttr(warning, st->names.count, number) == 0)
        result = PyObject_CallMethod(warnings, "warn", "O", warning);
    Py_XDECREF(warnings);
    Py_XDECREF(number);
    Py_DECREF(warning);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static int
check_leak(PnEmitter *e, PyObject *name)
{
    int32_t max = e->max_listeners < 0 ? PN_DEFAULT_MAX_LISTENERS : e->max_listeners;
    struct pn_listeners *l = e->listeners;
    if (max == 0 || l == NULL || l->count <= (uint32_t)max)
        return 0;
    uint32_t i = 0;
    while (i < l->count && l->at[i].name != name)
        i++;
    if (i == l->count || (l->at[i].fn & PN_FN_WARNED))
        return 0;
    size_t count = pn_count_listeners(e, name);
    if (count <= (size_t)max)
        return 0;
    l->at[i].fn |= PN_FN_WARNED;
    return warn_leak(e, name, count);
}

static int
listener_added(PnEmitter *e, PyObject *name)
{
    if (e->generation != e->st->generation)
        return 0;
    return e->ops->listener_added(e, name) < 0 ? -1 : pn_missed_listener_added(e, name);
}

int
pn_add_listener(PnEmitter *e, PyObject *name, PyObject *fn, bool once, bool prepend)
{
    PyObject *stack[3] = {NULL, name, fn};
    if (pn_check_event(e, name) < 0)
        return -1;
    if (e->hears_changes && pn_emit_change(e, e->st->names.newListener, stack + 1, 2) < 0)
        return -1;
    if (pn_list_insert(e, name, fn, once, prepend) < 0)
        return -1;
    pn_mark_outside(e);
    if (e->ops != NULL && listener_added(e, name) < 0)
        return -1;
    return check_leak(e, name);
}

int
pn_add_internal_listener(PnEmitter *e, PyObject *name, PyObject *fn)
{
    if (pn_list_insert_internal(e, name, fn) < 0)
        return -1;
    pn_mark_outside(e);
    return e->ops != NULL ? listener_added(e, name) : 0;
}
