/* abort_controller_type.c - the AbortController type: makes a signal, and its abort() aborts that signal. */
#include "py/abort/signal_object.h"
#include "py/base/args.h"

#include <structmember.h>

typedef struct {
    PyObject_HEAD
    PyObject *weakrefs;
    PyObject *signal; /* own; NULL only when the garbage collector has cleared it */
} PnAbortController;

#define CONTROLLER(o) ((PnAbortController *)(void *)(o))

/* --- methods --- */

static const char abort_doc[] =
    "abort($self, reason=None)\n--\n\n"
    "Aborts the signal. Before it returns, it ends every operation that has the signal, and calls the listeners\n"
    "of the signal. reason is any object; by default it is an AbortError (ABORT_ERR). A second call does\n"
    "nothing.\n\n"
    "If a listener raises, the other listeners are still called, and the exception is reported as uncaught.\n"
    "KeyboardInterrupt and SystemExit are raised here after that. Node: abortController.abort().";

static PyObject *
controller_abort(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"reason", NULL};
    PyObject *v[1];
    if (pn_unpack("abort", names, 0, args, nargs, kwnames, v) < 0)
        return NULL;
    PyObject *signal = Py_XNewRef(CONTROLLER(op)->signal);
    int status = signal != NULL ? pn_signal_abort(PN_SIGNAL(signal), v[0] != NULL ? v[0] : Py_None) : 0;
    Py_XDECREF(signal);
    return status < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
controller_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<AbortController signal=%R>",
                                CONTROLLER(op)->signal != NULL ? CONTROLLER(op)->signal : Py_None);
}

/* --- lifetime --- */

static PyObject *
controller_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) > 0 || (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0)) {
        PyErr_SetString(PyExc_TypeError, "AbortController() takes no arguments");
        return NULL;
    }
    PnState *st = pn_state_of_type(type);
    PyObject *signal = st != NULL ? (PyObject *)pn_signal_new(st) : NULL;
    PyObject *op = signal != NULL ? type->tp_alloc(type, 0) : NULL;
    if (op != NULL)
        CONTROLLER(op)->signal = Py_NewRef(signal);
    Py_XDECREF(signal);
    return op;
}

static int
controller_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(CONTROLLER(op)->signal);
    return 0;
}

static int
controller_clear(PyObject *op)
{
    Py_CLEAR(CONTROLLER(op)->signal);
    return 0;
}

static void
controller_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_TRASHCAN_BEGIN(op, controller_dealloc) /* reasons may form long chains */
        if (CONTROLLER(op)->weakrefs != NULL) PyObject_ClearWeakRefs(op);
    (void)controller_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

/* --- tables --- */

static PyMethodDef controller_methods[] = {
    {"abort", PN_FASTCALL(controller_abort), METH_FASTCALL | METH_KEYWORDS, abort_doc},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef controller_members[] = {
    {"signal", T_OBJECT, offsetof(PnAbortController, signal), READONLY, "The AbortSignal that abort() aborts."},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(PnAbortController, weakrefs), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot controller_slots[] = {
    {Py_tp_doc, "AbortController()\n--\n\n"
                "Ends the sockets, servers and waits that have its `signal`. Node: class AbortController."},
    {Py_tp_new, controller_new},
    {Py_tp_repr, controller_repr},
    {Py_tp_traverse, controller_traverse},
    {Py_tp_clear, controller_clear},
    {Py_tp_dealloc, controller_dealloc},
    {Py_tp_methods, controller_methods},
    {Py_tp_members, controller_members},
    {0, NULL},
};

PyType_Spec pn_abort_controller_spec = {
    .name = "pynet.AbortController",
    .basicsize = sizeof(PnAbortController),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = controller_slots,
};
