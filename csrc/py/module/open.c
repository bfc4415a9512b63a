/* open.c - _open(): the sockets and servers that are open, and since when, for dump() (pynet/_dump.py). All are collected
 * before any object is made, since that may run user code. Changes nothing. */
#include "py/events/emitter.h"
#include "py/module/functions.h"
#include "py/server/server.h"
#include "py/socket/socket.h"
#include "py/stream/duplex.h"
#include "uvio/handles.h"

struct open {
    PyObject *what; /* own */
    uint64_t opened;
};

struct opens {
    struct open *at; /* own; NULL: only counts */
    size_t count, size;
};

static void
add(struct opens *all, void *owner, uint64_t opened)
{
    if (all->at != NULL && all->count < all->size)
        all->at[all->count] = (struct open){Py_NewRef((PyObject *)owner), opened};
    all->count++;
}

static void
add_stream(struct pn_stream *io, void *arg)
{
    /* The owner of a connection that waits for its PROXY header is the server. */
    if (io->events == &pn_socket_stream_events && !pn_is_dying(io->owner) && PN_DUPLEX(io->owner)->io == io)
        add(arg, io->owner, io->opened);
}

static void
add_listener(struct pn_listener *l, void *arg)
{
    if (!pn_is_dying(l->owner) && ((const PnServer *)l->owner)->listener == l)
        add(arg, l->owner, l->opened);
}

static void
collect(PnState *st, struct opens *all)
{
    all->count = 0;
    pn_handles_each_listener(st->loop, add_listener, all);
    pn_handles_each_stream(st->loop, add_stream, all);
}

PyObject *
pn_open(PyObject *module, PyObject *unused)
{
    (void)unused;
    PnState *st = pn_state_of_module(module);
    struct opens all = {NULL, 0, 0};
    if (st->loop == NULL || st->loop->dead || st->closed)
        return PyList_New(0);
    collect(st, &all);
    all.size = all.count;
    all.at = PyMem_RawMalloc((all.size + 1) * sizeof(*all.at));
    if (all.at == NULL)
        return PyErr_NoMemory();
    collect(st, &all);
    uint64_t now = uv_hrtime();
    PyObject *list = PyList_New(0);
    for (size_t i = 0; i < all.size; i++) {
        const struct open *each = &all.at[i];
        double seconds = (double)pn_times_since(each->opened, now) / 1e9;
        PyObject *pair = list != NULL ? Py_BuildValue("Od", each->what, seconds) : NULL;
        if (list != NULL && (pair == NULL || PyList_Append(list, pair) < 0))
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    PyObject *error = pn_take_exception();
    for (size_t i = 0; i < all.size; i++)
        Py_DECREF(all.at[i].what);
    PyMem_RawFree(all.at);
    pn_put_back_exception(error);
    return list;
}
