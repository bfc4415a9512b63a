/* duplex_errors.c - makes the errors of a stream, which carry its peer: `address`, `port`, and the same in the text. */
#include "py/stream/duplex_errors.h"

static PyObject *
with_peer(PnDuplex *s, struct pn_where *where, PyObject *(*make)(PnState *, const struct pn_where *, void *), void *arg)
{
    struct pn_addr addr;
    where->path = NULL;
    where->peer = true;
    where->addr = pn_duplex_ops_of(s)->peer(s, &addr, &where->path) ? &addr : NULL;
    PyObject *path = where->path;
    PyObject *error = make(s->em.st, where, arg);
    Py_XDECREF(path);
    return error;
}

static PyObject *
make_uv(PnState *st, const struct pn_where *where, void *arg)
{
    return pn_uv_error(st, *(int *)arg, where);
}

PyObject *
pn_duplex_uv_error(PnDuplex *s, int status, const char *syscall)
{
    struct pn_where where = {.syscall = syscall};
    return with_peer(s, &where, make_uv, &status);
}

struct coded {
    const char *code, *text;
};

static PyObject *
make_coded(PnState *st, const struct pn_where *where, void *arg)
{
    const struct coded *c = arg;
    return pn_net_error_at(st, c->code, where, c->text);
}

PyObject *
pn_duplex_error(PnDuplex *s, const char *code, const char *text)
{
    struct coded c = {code, text};
    struct pn_where where = {.syscall = NULL};
    return with_peer(s, &where, make_coded, &c);
}
