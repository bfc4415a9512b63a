/* event_names.c - the names of Node's events: warns of a listener for a name that is nearly one of them. A name that the
 * user has emitted, and one with a colon, are the user's own. pynet/_messages.py decides what is near. */
#include "py/events/emitter.h"

#define MOST_OF_THE_USER 1000 /* names that are kept: a program may make them up without end */

/* Of sockets and servers; the frequent ones first. Interned strings are compared by pointer. */
static bool
is_known(const struct pn_names *n, PyObject *name)
{
    PyObject *const known[] = {
        n->data,
        n->error,
        n->close,
        n->end,
        n->connect,
        n->drain,
        n->connection,
        n->readable,
        n->timeout,
        n->listening,
        n->finish,
        n->ready,
        n->lookup,
        n->drop,
        n->handle,
        n->proxyError,
        n->secureConnect,
        n->secureConnection,
        n->tlsClientError,
        n->session,
        n->pause,
        n->resume,
        n->pipe,
        n->unpipe,
        n->prefinish,
        n->connectionAttempt,
        n->abort,
        n->newListener,
        n->removeListener,
        n->connectionAttemptFailed,
        n->connectionAttemptTimeout,
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i] == name)
            return true;
    }
    return false;
}

int
pn_check_event(PnEmitter *e, PyObject *name)
{
    if (e->ops == NULL || !PyUnicode_CheckExact(name) || is_known(&e->st->names, name))
        return 0;
    PyObject *args[2] = {(PyObject *)e, name};
    PyObject *result = PyObject_Vectorcall(pn_state_run(e->st, PN_RUN_check_event), args, 2, NULL);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

int
pn_note_user_event(PnEmitter *e, PyObject *name)
{
    PyObject *names = pn_state_run(e->st, PN_RUN_user_events);
    if (e->ops == NULL || !PyUnicode_CheckExact(name) || is_known(&e->st->names, name) ||
        PySet_GET_SIZE(names) >= MOST_OF_THE_USER)
        return 0;
    return PySet_Add(names, name);
}
