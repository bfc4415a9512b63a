/* pipe_type.c - the Python type of a pipe: a callable among the source's `data` listeners, at the place where pipe()
 * was called.
 *
 * Owns: its destination. Borrows: the source, NULL when the pipe has been taken out. */
#include "py/base/args.h"
#include "py/stream/duplex.h"
#include "py/stream/pipe.h"

/* 1, 0, or -1 with an exception. */
static int
is_method(PyObject *obj, const char *name, PyCFunction f)
{
    PyObject *method;
    int found = pn_attribute(obj, name, &method);
    if (found <= 0)
        return found;
    int same = PyCFunction_Check(method) && PyCFunction_GET_FUNCTION(method) == f;
    Py_DECREF(method);
    return same;
}

/* True for a socket whose class does not override write() or end(): C writes to it directly. Returns as is_method(). */
static int
is_plain_socket(PnState *st, PyObject *dest)
{
    if (!PN_IS_DUPLEX(st, dest))
        return 0;
    int plain = is_method(dest, "write", PN_FASTCALL(pn_duplex_write_method));
    return plain == 1 ? is_method(dest, "end", PN_FASTCALL(pn_duplex_end_method)) : plain;
}

struct pn_pipe *
pn_pipe_new(PnDuplex *source, PyObject *dest, bool end)
{
    PnState *st = source->em.st;
    int plain = is_plain_socket(st, dest);
    if (plain < 0)
        return NULL;
    struct pn_pipe *p = (struct pn_pipe *)(void *)st->Pipe->tp_alloc(st->Pipe, 0);
    if (p == NULL)
        return NULL;
    p->source = source;
    p->dest = Py_NewRef(dest);
    p->sock = plain ? PN_DUPLEX(dest) : NULL;
    p->end = end;
    return p;
}

/* Emitting `data` calls the pipe with a chunk. */
static PyObject *
pipe_call(PyObject *op, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) != 1 || (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0)) {
        PyErr_SetString(PyExc_TypeError, "a pipe takes one chunk");
        return NULL;
    }
    PyObject *data = PyTuple_GET_ITEM(args, 0);
    struct pn_pipe *p = (struct pn_pipe *)(void *)op;
    if (p->sock != NULL && pn_check_alive(&p->sock->em) < 0)
        return NULL;
    if (!PyBytes_CheckExact(data) && !PyUnicode_Check(data)) /* from emit() in user code */
        return pn_raise_arg_type("chunk", "bytes or str", data);
    (void)pn_pipe_source(p); /* user code may call a pipe whose source is dying */
    pn_pipe_give(p, data, PyBytes_Check(data) ? PyBytes_AS_STRING(data) : NULL,
                 PyBytes_Check(data) ? (size_t)PyBytes_GET_SIZE(data) : 0);
    Py_RETURN_NONE;
}

static PyObject *
pipe_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<pynet pipe to %R>", ((struct pn_pipe *)(void *)op)->dest);
}

/* --- lifetime --- */

static int
pipe_traverse(PyObject *op, visitproc visit, void *arg)
{
    struct pn_pipe *p = (struct pn_pipe *)(void *)op;
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(p->dest);
    Py_VISIT(p->hooks);
    return 0;
}

/* Keeps the destination: the source's list may still lead here. tp_clear of the socket breaks a reference cycle. */
static int
pipe_clear(PyObject *op)
{
    Py_CLEAR(((struct pn_pipe *)(void *)op)->hooks);
    return 0;
}

static void
pipe_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_TRASHCAN_BEGIN(op, pipe_dealloc) /* chains of pipes */
        (void) pipe_clear(op);
    Py_CLEAR(((struct pn_pipe *)(void *)op)->dest);
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

/* --- tables --- */

static PyType_Slot pipe_slots[] = {
    {Py_tp_doc, "A pipe, in the form of listeners(\"data\")."},
    {Py_tp_call, pipe_call},
    {Py_tp_repr, pipe_repr},
    {Py_tp_traverse, pipe_traverse},
    {Py_tp_clear, pipe_clear},
    {Py_tp_dealloc, pipe_dealloc},
    {0, NULL},
};

PyType_Spec pn_pipe_spec = {
    .name = "pynet.Pipe",
    .basicsize = sizeof(struct pn_pipe),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = pipe_slots,
};
