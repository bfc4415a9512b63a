/* state.c - finds the module's state from a module or type, and loads attributes of pynet's Python modules. */
#include "py/base/state.h"

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
