/* state.c - reaching the module's state, and the loop it opens when first needed. */
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
