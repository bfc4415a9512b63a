/* once_object.h - what a OnceListener is made of: a listener that once() registers. */
#ifndef PN_PY_EVENTS_ONCE_OBJECT_H
#define PN_PY_EVENTS_ONCE_OBJECT_H

#include "py/events/emitter_object.h"

typedef struct {
    PyObject_HEAD
    PyObject *listener; /* own */
    PnEmitter
        *emitter; /* borrowed, until the entry leaves the emitter's list: a listener that never fires makes no cycle */
    PyObject *name; /* own */
    bool fired;
} PnOnce;

#define PN_ONCE(o) ((PnOnce *)(void *)(o))

extern PyType_Spec pn_once_spec;

#endif
