/* lookup_callback.c - the callback that the user's lookup function is given.
 *
 * Owns:    a reference to the socket, until it is called.
 * Threads: it may be called on any thread; the socket hears of it on the driving thread. */
#include "py/connect/connect.h"

#include "py/base/args.h"
#include "py/loop/driver.h"

typedef struct {
    PyObject_HEAD
    PnState *st;      /* borrowed */
    PyObject *socket; /* own; NULL once it has been called */
    uint64_t id;      /* of the connect() */
} PnLookupCallback;

#define PN_LOOKUP_CALLBACK(op) ((PnLookupCallback *)(void *)(op))

PyObject *
pn_lookup_callback_new(PnSocket *s, uint64_t id)
{
    PyTypeObject *type = s->em.st->LookupCallback;
    PyObject *op = type->tp_alloc(type, 0);
    if (op == NULL)
        return NULL;
    PN_LOOKUP_CALLBACK(op)->st = s->em.st;
    PN_LOOKUP_CALLBACK(op)->socket = Py_NewRef((PyObject *)s);
    PN_LOOKUP_CALLBACK(op)->id = id;
    return op;
}

/* `self` is (socket, id, err, address, family). */
static void
found_tick(PnState *st, PyObject *self, void *arg)
{
    uint64_t id = PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(self, 1));
    (void)st;
    (void)arg;
    pn_connect_found(PN_SOCKET(PyTuple_GET_ITEM(self, 0)), id, PyTuple_GET_ITEM(self, 2), PyTuple_GET_ITEM(self, 3),
                     PyTuple_GET_ITEM(self, 4));
}

static PyObject *
callback_call(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {"err", "address", "family", NULL};
    PnLookupCallback *cb = PN_LOOKUP_CALLBACK(op);
    PyObject *error = Py_None, *address = Py_None, *family = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OOO:callback", (char **)(uintptr_t)names, &error, &address,
                                     &family))
        return NULL;
    if (error != Py_None && !PyExceptionInstance_Check(error))
        return pn_raise_arg_type("err", "None or an exception", error);
    PyObject *socket = cb->socket;
    if (socket == NULL)
        Py_RETURN_NONE; /* it has been called before */
    cb->socket = NULL;
    PnState *st = cb->st;
    int status = 0;
    if (PN_SOCKET(socket)->em.generation != st->generation) {
        /* of a parent process, or the interpreter leaves */
    }
    else if (pn_inside(st)) {
        pn_connect_found(PN_SOCKET(socket), cb->id, error, address, family);
    }
    else {
        PyObject *all = Py_BuildValue("(OKOOO)", socket, (unsigned long long)cb->id, error, address, family);
        status = all != NULL ? pn_tick(st, found_tick, all, NULL) : -1;
        Py_XDECREF(all);
        if (status < 0 && cb->socket == NULL) {
            cb->socket = socket; /* it may be called again */
            return NULL;
        }
        if (status == 0)
            status = pn_notify(st);
    }
    Py_DECREF(socket);
    return status == 0 ? Py_NewRef(Py_None) : NULL;
}

static int
callback_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(PN_LOOKUP_CALLBACK(op)->socket);
    return 0;
}

static int
callback_clear(PyObject *op)
{
    PnLookupCallback *cb = PN_LOOKUP_CALLBACK(op);
    if (cb->socket != NULL && pn_connect_still(PN_SOCKET(cb->socket), cb->id))
        pn_connect_asked_no_more(PN_SOCKET(cb->socket)->connect);
    Py_CLEAR(cb->socket);
    return 0;
}

static void
callback_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    (void)callback_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyType_Slot callback_slots[] = {
    {Py_tp_doc, "What a lookup function calls with its result: callback(err, address, family), or callback(err, "
                "addresses).\nThe first call counts; it may come from any thread."},
    {Py_tp_call, callback_call},
    {Py_tp_traverse, callback_traverse},
    {Py_tp_clear, callback_clear},
    {Py_tp_dealloc, callback_dealloc},
    {0, NULL},
};

PyType_Spec pn_lookup_callback_spec = {
    .name = "pynet.LookupCallback",
    .basicsize = sizeof(PnLookupCallback),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = callback_slots,
};
