/* pipe_object.c - pipe() to an object that is not a plain socket: a file, or anything with a write(). Waits for its
 * `drain`, calls its end() or flush(), reports what its write() raises.
 *
 * Every call into the destination may run user code that takes the pipe out: the pipe is checked again after each
 * call. */
#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/loop/uncaught.h"
#include "py/stream/duplex.h"
#include "py/stream/pipe.h"

enum { HOOK_DRAIN, HOOK_GONE, HOOK_ERROR, HOOK_COUNT };

/* --- hooks: listeners of the destination's events; self is the pipe --- */

#define PIPE(op) ((struct pn_pipe *)(void *)(op))

/* The destination may emit on any thread: makes sure that a driver runs. */
static PyObject *
ensure_driver(PyObject *self)
{
    return pn_driver_ensure(pn_state_of_type(Py_TYPE(self))) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
on_drain(PyObject *self, PyObject *unused)
{
    (void)unused;
    PIPE(self)->hooked = PIPE(self)->hooked_on;
    pn_pipe_drained(PIPE(self));
    return ensure_driver(self);
}

static bool
is_emitter(PnState *st, PyObject *dest)
{
    return PyObject_TypeCheck(dest, st->EventEmitter);
}

static int
unhook(PnState *st, PyObject *dest, PyObject *all)
{
    PnEmitter *e = PN_EMITTER(dest);
    int status = pn_remove_entry(e, st->names.error, PyTuple_GET_ITEM(all, HOOK_ERROR));
    if (status >= 0)
        status = pn_remove_entry(e, st->names.close, PyTuple_GET_ITEM(all, HOOK_GONE));
    if (status >= 0)
        status = pn_remove_entry(e, st->names.finish, PyTuple_GET_ITEM(all, HOOK_GONE));
    return status;
}

/* Removes the hook that was added with once() or on(). Some emitters raise when it is not there. Anything but an Exception
 * (KeyboardInterrupt) is uncaught. */
static void
stop_waiting(PnState *st, PyObject *dest, PyObject *all)
{
    PyObject *method;
    int found = pn_attribute(dest, "off", &method);
    if (found == 0)
        found = pn_attribute(dest, "remove_listener", &method);
    if (found > 0) {
        PyObject *result = PyObject_CallFunction(method, "sO", "drain", PyTuple_GET_ITEM(all, HOOK_DRAIN));
        Py_DECREF(method);
        Py_XDECREF(result);
        if (result == NULL && PyErr_ExceptionMatches(PyExc_Exception))
            PyErr_Clear();
    }
    if (PyErr_Occurred())
        pn_uncaught(st, dest, NULL);
}

static void
object_unhook(PnState *st, struct pn_pipe *p)
{
    PyObject *type, *value, *trace;
    PyObject *all = p->hooks;
    p->hooks = NULL;
    PyErr_Fetch(&type, &value, &trace);
    if (is_emitter(st, p->dest) && unhook(st, p->dest, all) < 0)
        pn_uncaught(st, p->dest, NULL);
    stop_waiting(st, p->dest, all);
    Py_DECREF(all);
    PyErr_Restore(type, value, trace);
}

/* If the source has been freed, only the hooks are left to be removed. */
static void
take_out(struct pn_pipe *p)
{
    if (pn_pipe_source(p) != NULL)
        pn_pipe_take_out(p, false);
    else if (p->hooks != NULL)
        object_unhook(pn_state_of_type(Py_TYPE(p)), p);
}

static PyObject *
on_gone(PyObject *self, PyObject *unused)
{
    (void)unused;
    take_out(PIPE(self));
    return ensure_driver(self);
}

/* If `error` has no other listener, raises the error again, as emit() does without listeners. */
static PyObject *
on_error(PyObject *self, PyObject *args)
{
    PyObject *dest = PIPE(self)->dest;
    PnState *st = PN_EMITTER(dest)->st;
    take_out(PIPE(self));
    if (!pn_has_listeners(PN_EMITTER(dest), st->names.error) && PyTuple_GET_SIZE(args) > 0 &&
        PyExceptionInstance_Check(PyTuple_GET_ITEM(args, 0)))
        return pn_raise(Py_NewRef(PyTuple_GET_ITEM(args, 0)));
    return ensure_driver(self);
}

static PyMethodDef hook_methods[] = {
    [HOOK_DRAIN] = {"_pipe_drained", on_drain, METH_VARARGS, NULL},
    [HOOK_GONE] = {"_pipe_gone", on_gone, METH_VARARGS, NULL},
    [HOOK_ERROR] = {"_pipe_failed", on_error, METH_VARARGS, NULL},
};

static PyObject *
make_hooks(struct pn_pipe *p)
{
    PyObject *all = PyTuple_New(HOOK_COUNT);
    for (int i = 0; all != NULL && i < HOOK_COUNT; i++) {
        PyObject *hook = PyCFunction_New(&hook_methods[i], (PyObject *)p);
        if (hook == NULL)
            Py_CLEAR(all);
        else
            PyTuple_SET_ITEM(all, i, hook);
    }
    return all;
}

/* As Node: the hook of `error` goes in front of the user's listeners, those of `close` and `finish` behind them. */
static int
hook(PnState *st, PyObject *dest, PyObject *all)
{
    PnEmitter *e = PN_EMITTER(dest);
    if (pn_add_listener(e, st->names.error, PyTuple_GET_ITEM(all, HOOK_ERROR), false, true) < 0 ||
        pn_add_listener(e, st->names.close, PyTuple_GET_ITEM(all, HOOK_GONE), false, false) < 0)
        return -1;
    return pn_add_listener(e, st->names.finish, PyTuple_GET_ITEM(all, HOOK_GONE), false, false);
}

/* --- the destination --- */

int
pn_pipe_object_check(PnState *st, PyObject *dest)
{
    PyObject *method;
    int found = pn_attribute(dest, "write", &method);
    if (found < 0)
        return -1;
    if (found == 0 || !PyCallable_Check(method)) {
        Py_XDECREF(method);
        pn_raise_arg_type("destination", "a socket or an object with write()", dest);
        return -1;
    }
    int status = pn_check_callable(st, method, "destination.write");
    Py_DECREF(method);
    return status;
}

/* 1, 0, or -1 with an exception; so do the next two. */
static int
is_raw_file(PyObject *dest)
{
    PyObject *io = PyImport_ImportModule("io");
    PyObject *type = io != NULL ? PyObject_GetAttrString(io, "RawIOBase") : NULL;
    int raw = type != NULL ? PyObject_IsInstance(dest, type) : -1;
    Py_XDECREF(type);
    Py_XDECREF(io);
    return raw;
}

static int
needs_drain(PyObject *dest)
{
    PyObject *value;
    int found = pn_attribute(dest, "writable_need_drain", &value);
    Py_XDECREF(value);
    return found < 0 ? -1 : value == Py_True;
}

/* Gets the method into `*out`; NULL when there is none. */
static int
get_method(PyObject *dest, const char *name, PyObject **out)
{
    int found = pn_attribute(dest, name, out);
    if (found > 0 && !PyCallable_Check(*out))
        Py_CLEAR(*out);
    return found < 0 ? -1 : *out != NULL;
}

/* 1: the hook will be called, 0: the destination has no events, -1 with an exception. */
static int
wait_for_drain(struct pn_pipe *p, PyObject *all)
{
    static const char *const names[] = {"once", "on"};
    PyObject *dest = p->dest;
    for (size_t i = 0; i < 2 && !p->hooked; i++) {
        PyObject *method;
        int found = get_method(dest, names[i], &method);
        if (found < 0)
            return -1;
        if (found == 0)
            continue;
        p->hooked = true; /* before the call, which may emit `drain` at once */
        p->hooked_on = i == 1;
        PyObject *result = PyObject_CallFunction(method, "sO", "drain", PyTuple_GET_ITEM(all, HOOK_DRAIN));
        Py_DECREF(method);
        Py_XDECREF(result);
        return result != NULL ? 1 : -1;
    }
    return p->hooked;
}

int
pn_pipe_object_hook(struct pn_pipe *p)
{
    PnState *st = p->source->em.st;
    int raw = is_raw_file(p->dest);
    if (raw < 0)
        return -1;
    p->raw = raw > 0;
    PyObject *all = make_hooks(p);
    p->hooks = Py_XNewRef(all);
    int status = all != NULL ? 0 : -1;
    if (status == 0 && is_emitter(st, p->dest))
        status = hook(st, p->dest, all);
    if (status == 0 && p->source != NULL)
        status = needs_drain(p->dest);
    if (status > 0 && p->source != NULL) {
        p->waiting = true;
        status = wait_for_drain(p, all);
        if (status == 0)
            p->waiting = false;
    }
    if (p->source == NULL && all != NULL) { /* re-entered: taken out. Removes the hooks that were added since */
        Py_XSETREF(p->hooks, Py_NewRef(all));
        object_unhook(st, p);
    }
    Py_XDECREF(all);
    return status < 0 ? -1 : 0;
}

/* --- writing --- */

/* The destination raised: takes the pipe out. KeyboardInterrupt and SystemExit are uncaught; any other exception is the
 * `error` of the destination, or of the source if the destination has no events. */
static void
failed(struct pn_pipe *p, PnDuplex *source)
{
    PnState *st = source->em.st;
    PyObject *dest = p->dest;
    PyObject *error = pn_take_exception();
    if (p->source != NULL)
        pn_pipe_take_out(p, false);
    if (PyErr_GivenExceptionMatches(error, PyExc_KeyboardInterrupt) ||
        PyErr_GivenExceptionMatches(error, PyExc_SystemExit)) {
        (void)pn_raise(Py_NewRef(error));
        pn_uncaught(st, (PyObject *)source, NULL);
    }
    else if (PN_IS_DUPLEX(st, dest)) {
        pn_duplex_destroy(PN_DUPLEX(dest), error);
    }
    else if (is_emitter(st, dest)) {
        (void)pn_emit_cycle(PN_EMITTER(dest), PN_CYCLE_ERROR, error);
    }
    else {
        pn_duplex_destroy(source, error);
    }
    Py_XDECREF(error);
}

/* Calls write() until all of the chunk has been taken: an unbuffered file may take a part. New reference, or NULL. */
static PyObject *
write_all(PyObject *dest, PyObject *chunk, bool raw)
{
    PyObject *result = PyObject_CallMethod(dest, "write", "O", chunk);
    Py_ssize_t size = raw && PyBytes_Check(chunk) ? PyBytes_GET_SIZE(chunk) : 0;
    Py_ssize_t done = 0;
    while (result != NULL && done < size && (result == Py_None || PyLong_CheckExact(result))) {
        Py_ssize_t taken = result != Py_None ? PyLong_AsSsize_t(result) : 0;
        if (taken <= 0 || taken > size - done) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_BlockingIOError, "write() of an unbuffered file wrote nothing");
            Py_CLEAR(result);
            break;
        }
        done += taken;
        if (done == size)
            break;
        PyObject *rest = PyBytes_FromStringAndSize(PyBytes_AS_STRING(chunk) + done, size - done);
        Py_SETREF(result, rest != NULL ? PyObject_CallMethod(dest, "write", "O", rest) : NULL);
        Py_XDECREF(rest);
    }
    return result;
}

static bool
object_give(struct pn_pipe *p, PyObject *data, const char *base, size_t len)
{
    PnDuplex *source = p->source; /* NULL: taken out by a listener of the same chunk */
    PyObject *all = Py_XNewRef(p->hooks);
    PyObject *chunk = data != NULL ? Py_NewRef(data) : PyBytes_FromStringAndSize(base, (Py_ssize_t)len);
    PyObject *result;
    int waits = 0;
    Py_XINCREF(source);
    result = chunk != NULL ? write_all(p->dest, chunk, p->raw) : NULL;
    if (result == Py_False && p->source != NULL && all != NULL) {
        waits = wait_for_drain(p, all);
        if (waits > 0 && !p->waiting)
            waits = 0; /* re-entered: `drain` was emitted during the call */
    }
    if ((result == NULL || waits < 0) && source != NULL)
        failed(p, source);
    else if (result == NULL)
        PyErr_WriteUnraisable(p->dest);
    Py_XDECREF(result);
    Py_XDECREF(chunk);
    Py_XDECREF(all);
    Py_XDECREF(source);
    return waits <= 0;
}

static void
object_end(struct pn_pipe *p)
{
    PnDuplex *source = (PnDuplex *)Py_NewRef((PyObject *)p->source);
    PyObject *method;
    int found = get_method(p->dest, "end", &method);
    bool ends = found > 0;
    if (found == 0)
        found = get_method(p->dest, "flush", &method);
    PyObject *result = found > 0 ? PyObject_CallNoArgs(method) : found == 0 ? Py_NewRef(Py_None) : NULL;
    if (result == NULL)
        failed(p, source);
    Py_XDECREF(result);
    Py_XDECREF(method);
    if (!ends && p->source != NULL) /* without end(), no event would take it out */
        pn_pipe_take_out(p, true);
    Py_DECREF(source);
}

const struct pn_sink pn_pipe_object_sink = {
    .give = object_give,
    .end = object_end,
    .unhook = object_unhook,
};
