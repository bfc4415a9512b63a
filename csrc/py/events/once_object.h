/* once_object.h - the layout of OnceListener, the wrapper of a listener that once() registers. */
#ifndef PN_PY_EVENTS_ONCE_OBJECT_H
#define PN_PY_EVENTS_ONCE_OBJECT_H

#include "py/events/emitter_object.h"

typedef struct {
    PyObject_HEAD
    PyObject *listener; /* own */
    PnEmitter *emitter; /* borrowed, until the entry leaves the emitter's list: so there is no cycle; see once_type.c */
    PyObject *name;     /* own */
    bool fired;
} PnOnce;

#define PN_ONCE(o) ((PnOnce *)(void *)(o))

extern PyType_Spec pn_once_spec;

#endif
