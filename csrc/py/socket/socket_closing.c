/* socket_closing.c - how a socket closes at the end of `with` and by close(): close_timeout, linger. */
#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/socket/socket.h"
#include "py/stream/duplex.h"

#define MAX_LINGER 1e6 /* seconds */

int
pn_check_close_timeout(PyObject *obj, const char *name, double *seconds)
{
    if (pn_arg_number(obj, name, seconds) < 0)
        return -1;
    if (*seconds >= 0)
        return 0;
    pn_raise_range(name, "a number of seconds >= 0", obj);
    return -1;
}

PyObject *
pn_socket_get_close_timeout(PyObject *op, void *closure)
{
    const struct pn_socket_extras *extras = PN_SOCKET(op)->extras;
    (void)closure;
    return PyFloat_FromDouble(extras != NULL && extras->has_close_timeout ? extras->close_timeout : PN_CLOSE_TIMEOUT);
}

int
pn_socket_set_close_timeout(PyObject *op, PyObject *value, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    double seconds = PN_CLOSE_TIMEOUT;
    (void)closure;
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot delete close_timeout");
        return -1;
    }
    if (value != Py_None && pn_check_close_timeout(value, "close_timeout", &seconds) < 0)
        return -1;
    if (pn_extras_of(s) == NULL)
        return -1;
    s->extras->has_close_timeout = value != Py_None;
    s->extras->close_timeout = seconds;
    return 0;
}

/* --- linger --- */

static double
seconds_of(const PnSocket *s)
{
    const struct pn_socket_extras *extras = s->extras;
    double linger = extras != NULL && extras->has_linger ? extras->linger : PN_LINGER;
    double most = extras != NULL && extras->has_close_timeout ? extras->close_timeout : PN_CLOSE_TIMEOUT;
    return linger < most ? linger : most;
}

/* A server of TLS sends tickets behind its handshake: before its first data, they may be on the way. */
static bool
expects_tickets(const PnSocket *s)
{
    return s->extras != NULL && s->extras->tls != NULL && s->d.bytes_read == 0;
}

int
pn_socket_prepare_close(PnSocket *s)
{
    const PnDuplex *d = &s->d;
    bool open = d->io != NULL && d->connected && !d->r_ended;
    bool lingers = (open && (pn_readable_length(d) > 0 || pn_stream_has_input(d->io))) ||
                   ((open || d->connecting) && expects_tickets(s));
    lingers = lingers && seconds_of(s) > 0;
    if (lingers && pn_extras_of(s) == NULL)
        return -1;
    if (s->extras != NULL)
        s->extras->lingers = lingers;
    return 0;
}

uint64_t
pn_socket_linger_time(const PnSocket *s)
{
    if (s->extras == NULL || !s->extras->lingers || s->d.r_ended)
        return 0;
    double seconds = seconds_of(s);
    return (uint64_t)((seconds < MAX_LINGER ? seconds : MAX_LINGER) * 1e9);
}

PyObject *
pn_socket_lingers_function(PyObject *module, PyObject *socket)
{
    if (!PN_IS_DUPLEX(pn_state_of_module(module), socket))
        return pn_raise_arg_type("sock", "an instance of Socket", socket);
    return PyBool_FromLong(PN_SOCKET(socket)->extras != NULL && PN_SOCKET(socket)->extras->lingers);
}

PyObject *
pn_socket_get_linger(PyObject *op, void *closure)
{
    const struct pn_socket_extras *extras = PN_SOCKET(op)->extras;
    (void)closure;
    return PyFloat_FromDouble(extras != NULL && extras->has_linger ? extras->linger : PN_LINGER);
}

int
pn_socket_set_linger(PyObject *op, PyObject *value, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    double seconds = PN_LINGER;
    (void)closure;
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot delete linger");
        return -1;
    }
    if (value != Py_None && pn_check_close_timeout(value, "linger", &seconds) < 0)
        return -1;
    if (pn_extras_of(s) == NULL)
        return -1;
    s->extras->has_linger = value != Py_None;
    s->extras->linger = seconds;
    return 0;
}
