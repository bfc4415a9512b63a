/* state.c - reaching the module's state, and the loop it opens when first needed. */
#include "state.h"

#include "emitter.h"
#include "errors.h"
#include "timers_py.h"

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

int
pn_state_load(PyObject *all, Py_ssize_t first, Py_ssize_t end, const char *module, const char *const *names)
{
    PyObject *m = PyImport_ImportModule(module);
    Py_ssize_t i = first;
    for (; m != NULL && i < end; i++) {
        PyObject *object = PyObject_GetAttrString(m, names[i]);
        if (object == NULL)
            break;
        PyTuple_SET_ITEM(all, i, object);
    }
    Py_XDECREF(m);
    return i == end ? 0 : -1;
}

/* -1 with what a signal handler raised meanwhile. */
static int
register_exit(PnState *st)
{
    PyObject *at_exit = PyObject_GetAttrString(st->module, "_at_exit");
    PyObject *result = at_exit != NULL ? PyObject_CallOneArg(pn_state_run(st, PN_RUN_register_exit), at_exit) : NULL;
    Py_XDECREF(at_exit);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
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
    if (register_exit(st) < 0)
        return NULL;
    /* That ran Python: a signal handler may have forked. */
    return pn_state_loop(st);
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
