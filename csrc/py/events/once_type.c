/* once_type.c - OnceListener: the wrapper that once() registers, and that raw_listeners() shows. listeners.c creates it.
 *
 * Owns:    the listener and the event's name.
 * Borrows: the emitter, until its entry leaves the emitter's list: a listener that never fires makes no cycle. */
#include "py/events/emitter.h"
#include "py/events/once_object.h"

#include <structmember.h>

/* --- methods --- */

static PyObject *
once_call(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PnOnce *self = PN_ONCE(op);
    if (self->listener == NULL || self->fired)
        Py_RETURN_NONE;
    self->fired = true;
    PyObject *listener = Py_NewRef(self->listener);
    PnEmitter *e = self->emitter;
    int status = 0;
    if (e != NULL && !pn_is_dying(e)) {
        Py_INCREF(e);
        status = pn_remove_entry(e, self->name, op);
        Py_DECREF(e);
    }
    PyObject *result = status < 0 ? NULL : PyObject_Call(listener, args, kwargs);
    Py_DECREF(listener);
    return result;
}

static PyObject *
once_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<pynet once listener %R>", PN_ONCE(op)->listener);
}

/* --- lifetime --- */

static int
once_traverse(PyObject *op, visitproc visit, void *arg)
{
    PnOnce *self = PN_ONCE(op);
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(self->listener);
    Py_VISIT(self->name);
    return 0;
}

static int
once_clear(PyObject *op)
{
    PnOnce *self = PN_ONCE(op);
    Py_CLEAR(self->listener);
    Py_CLEAR(self->name);
    return 0;
}

static void
once_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_TRASHCAN_BEGIN(op, once_dealloc) /* listeners may form long chains */
        (void) once_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

/* --- tables --- */

static PyMemberDef once_members[] = {
    {"listener", T_OBJECT, offsetof(PnOnce, listener), READONLY, "The function that was passed to once()."},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot once_slots[] = {
    {Py_tp_doc, "A listener of once(), in the form of raw_listeners(). Its first call removes it."},
    {Py_tp_call, once_call},
    {Py_tp_repr, once_repr},
    {Py_tp_traverse, once_traverse},
    {Py_tp_clear, once_clear},
    {Py_tp_dealloc, once_dealloc},
    {Py_tp_members, once_members},
    {0, NULL},
};

PyType_Spec pn_once_spec = {
    .name = "pynet.OnceListener",
    .basicsize = sizeof(PnOnce),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = once_slots,
};
