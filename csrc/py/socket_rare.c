/* socket_rare.c - what few sockets have: struct pn_rare. */
#include "socket.h"

struct pn_rare *
pn_rare_of(PnSocket *s)
{
    if (s->rare == NULL) {
        s->rare = PyMem_RawCalloc(1, sizeof(*s->rare));
        if (s->rare == NULL)
            PyErr_NoMemory();
        else
            s->rare->socket = s;
    }
    return s->rare;
}

void
pn_rare_free(PnSocket *s)
{
    struct pn_rare *rare = s->rare;
    if (rare == NULL)
        return;
    s->rare = NULL;
    pn_abort_unlink(&rare->abort);
    Py_XDECREF(rare->attempted);
    Py_XDECREF(rare->block_list);
    Py_XDECREF(rare->bound_path);
    PyMem_RawFree(rare);
}

int
pn_rare_traverse(PnSocket *s, visitproc visit, void *arg)
{
    if (s->rare == NULL)
        return 0;
    Py_VISIT(s->rare->block_list);
    Py_VISIT(s->rare->abort.signal);
    return 0;
}
