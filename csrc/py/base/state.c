/* state.c - reaching the module's state, and the loop it opens when first needed. */
#include "py/base/state.h"

#include "py/events/emitter.h"
#include "py/base/errors.h"
#include "py/loop/timer_types.h"

extern struct PyModuleDef pn_module_def;

PnState *
pn_state_of_module(PyObject *module)
{
    return PyModule_GetState(module);
}

PnState *
pn_state_of_type(PyTypeObject *type)
{
    PyObject *module = PyType_GetModuleByDef(type, &pn_module_def);
    return module != NULL ? PyModule_GetState(module) : NULL;
}

/* A child of multiprocessing leaves without atexit; its own finalizers run. */
static void
register_with_multiprocessing(PnState *st)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *process = PyDict_GetItemString(modules, "multiprocessing.process");
    PyObject *util = PyDict_GetItemString(modules, "multiprocessing.util");
    if (process == NULL || util == NULL)
        return;
    PyObject *parent = PyObject_CallMethod(process, "parent_process", NULL);
    PyObject *finalize = parent != NULL && parent != Py_None ? PyObject_GetAttrString(util, "Finalize") : NULL;
    PyObject *callback = finalize != NULL ? PyObject_GetAttrString(st->module, "_at_exit") : NULL;
    PyObject *args = Py_BuildValue("(OO)", Py_None, callback != NULL ? callback : Py_None);
    PyObject *kwargs = Py_BuildValue("{si}", "exitpriority", 0);
    PyObject *result =
        callback != NULL && args != NULL && kwargs != NULL ? PyObject_Call(finalize, args, kwargs) : NULL;
    PyErr_Clear();
    Py_XDECREF(result);
    Py_XDECREF(kwargs);
    Py_XDECREF(args);
    Py_XDECREF(callback);
    Py_XDECREF(finalize);
    Py_XDECREF(parent);
}

static PyObject *
raise_closed(PnState *st)
{
    return pn_raise_net(st, "ERR_LOOP_CLOSED", "The event loop is closed: the interpreter is exiting");
}

struct pn_loop *
pn_state_loop(PnState *st)
{
    int status;
    if (st->closed) {
        raise_closed(st);
        return NULL;
    }
    if (st->loop != NULL) {
        if (!st->loop->dead)
            return st->loop;
        pn_raise_net(st, "ERR_LOOP_DEAD", "The event loop is dead: somebody closed a file descriptor of it");
        return NULL;
    }
    struct pn_loop *loop = pn_loop_new(&status);
    if (loop == NULL) {
        pn_raise_uv(st, status, "epoll_create");
        return NULL;
    }
    loop->data = st;
    loop->on_check = pn_immediates_run;
    st->loop = loop;
    register_with_multiprocessing(st);
    return loop;
}

int
pn_raise_stale(PnState *st, PyTypeObject *type)
{
    if (st->closed) {
        raise_closed(st);
        return -1;
    }
    pn_raise_net(st, "ERR_FORKED",
                 "This %s belongs to the parent process: after a fork, only objects made in the child can be used",
                 type->tp_name);
    return -1;
}

int
pn_stale(PnEmitter *e)
{
    return pn_raise_stale(e->st, Py_TYPE(e));
}
