/* socket_tcp.c - TCP: set_no_delay(), set_keep_alive(), set_type_of_service(), reset_and_destroy().
 *
 * Settings made before the socket is connected are stored, and pn_socket_set_wire_options() applies them. On a unix
 * socket they are only stored. */
#include <math.h>

#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/socket/socket.h"
#include "py/socket/socket_checks.h"
#include "py/stream/duplex.h"

/* The largest values that Linux accepts: seconds, and the number of probes. */
#define MAX_SECONDS 32767
#define MAX_PROBES  127

static bool
on_the_wire(const PnSocket *s)
{
    return s->d.io != NULL && s->d.connected;
}

/* --- no_delay --- */

const char pn_set_no_delay_doc[] =
    "set_no_delay($self, no_delay=True, /)\n--\n\n"
    "Switches Nagle's algorithm off (TCP_NODELAY), or on again with False. Before the socket is connected, the\n"
    "setting is stored. Returns the socket. Node: socket.setNoDelay().";

PyObject *
pn_socket_set_no_delay_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"no_delay", NULL};
    PnSocket *s = PN_SOCKET(op);
    PyObject *a[1];
    if (pn_check_alive(&s->d.em) < 0 || pn_unpack("set_no_delay", names, 0, args, nargs, kwnames, a) < 0)
        return NULL;
    int on = a[0] == NULL || a[0] == Py_None ? 1 : pn_arg_bool(a[0]);
    if (on < 0)
        return NULL;
    if (on_the_wire(s) && s->no_delay != (unsigned)on)
        (void)pn_stream_set_no_delay(s->d.io, on);
    s->no_delay = on != 0;
    return Py_NewRef(op);
}

/* --- keep-alive --- */

static void
set_keep_alive(PnSocket *s)
{
    unsigned interval = s->extras != NULL ? s->extras->keep_alive_interval : 0;
    unsigned count = s->extras != NULL ? s->extras->keep_alive_count : 0;
    (void)pn_stream_set_keep_alive_probes(s->d.io, s->keep_alive, s->keep_alive_delay, interval, count);
}

const char pn_set_keep_alive_doc[] =
    "set_keep_alive($self, enable=False, initial_delay=0, interval=None, count=None)\n--\n\n"
    "Switches keep-alive probes on or off. initial_delay is the idle time in milliseconds before the first\n"
    "probe (TCP_KEEPIDLE, in whole seconds, at most 32,767). If it is below 1000, the system's own three values\n"
    "stay. interval is the time between two probes (TCP_KEEPINTVL, 1000 ms by default). After count probes\n"
    "(TCP_KEEPCNT, 10 by default) without an answer, the connection fails. You may pass a mapping with these\n"
    "names. Before the socket is connected, the setting is stored. Returns the socket.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE) for an interval below 1000 and for\n"
    "a count that is not 1 to 127. Then nothing is set. Node: socket.setKeepAlive().";

enum { K_ENABLE, K_DELAY, K_INTERVAL, K_COUNT, K_ALL };
static const char *const keep_alive_names[] = {"enable", "initial_delay", "interval", "count", NULL};

/* `*out` is 0 if it is not given. */
static int
interval_of(PyObject *obj, uint16_t *out)
{
    double ms;
    *out = 0;
    if (obj == NULL || obj == Py_None)
        return 0;
    if (pn_arg_number(obj, "interval", &ms) < 0)
        return -1;
    if (!(ms >= 1000 && ms < (MAX_SECONDS + 1) * 1000.0)) {
        pn_raise_range("interval", ">= 1000 && <= 32767000", obj);
        return -1;
    }
    *out = (uint16_t)(ms / 1000);
    return 0;
}

static int
count_of(PyObject *obj, uint16_t *out)
{
    double value;
    *out = 0;
    if (obj == NULL || obj == Py_None)
        return 0;
    if (pn_arg_number(obj, "count", &value) < 0)
        return -1;
    if (value != floor(value))
        pn_raise_range("count", "an integer", obj);
    else if (!(value >= 1 && value <= MAX_PROBES))
        pn_raise_range("count", ">= 1 && <= 127", obj);
    else
        *out = (uint16_t)value;
    return *out != 0 ? 0 : -1;
}

static int
keep_alive(PnSocket *s, PyObject **a)
{
    double ms = 0;
    uint16_t interval, count;
    int on = pn_arg_bool(a[K_ENABLE]);
    if (on < 0 ||
        (a[K_DELAY] != NULL && a[K_DELAY] != Py_None && pn_arg_number(a[K_DELAY], "initial_delay", &ms) < 0) ||
        interval_of(a[K_INTERVAL], &interval) < 0 || count_of(a[K_COUNT], &count) < 0)
        return -1;
    struct pn_socket_extras *extras = interval != 0 || count != 0 ? pn_extras_of(s) : s->extras;
    if (extras == NULL && PyErr_Occurred())
        return -1;
    uint16_t seconds = pn_keep_alive_seconds(ms);
    bool changed = s->keep_alive != (unsigned)on || (on && seconds != s->keep_alive_delay);
    if (extras != NULL) {
        changed = changed || (on && (extras->keep_alive_interval != interval || extras->keep_alive_count != count));
        extras->keep_alive_interval = interval;
        extras->keep_alive_count = count;
    }
    s->keep_alive = on != 0;
    s->keep_alive_delay = seconds;
    if (changed && on_the_wire(s))
        set_keep_alive(s);
    return 0;
}

PyObject *
pn_socket_set_keep_alive_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnSocket *s = PN_SOCKET(op);
    PyObject *a[K_ALL], *v[K_ALL] = {NULL};
    if (pn_check_alive(&s->d.em) < 0 || pn_unpack("set_keep_alive", keep_alive_names, 0, args, nargs, kwnames, a) < 0)
        return NULL;
    PyObject *mapping = a[K_ENABLE] != NULL && pn_is_options(a[K_ENABLE]) ? a[K_ENABLE] : NULL;
    if (mapping != NULL) {
        if (pn_options("set_keep_alive", keep_alive_names, mapping, NULL, NULL, v) < 0)
            return NULL;
        a[K_ENABLE] = NULL;
    }
    for (int i = 0; i < K_ALL; i++) {
        if (a[i] == NULL)
            a[i] = v[i];
    }
    int status = keep_alive(s, a);
    pn_options_clear(v, K_ALL);
    return status < 0 ? NULL : Py_NewRef(op);
}

/* --- the type of service --- */

const char pn_set_type_of_service_doc[] =
    "set_type_of_service($self, tos, /)\n--\n\n"
    "Sets the type of service (traffic class) of outgoing packets, 0 to 255: IP_TOS or IPV6_TCLASS. Linux keeps\n"
    "the two lowest bits for itself. Before the socket is connected, and on a unix socket, the value is only\n"
    "stored. Returns the socket. Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE),\n"
    "NetError if the system refuses it. Node: socket.setTypeOfService().";

PyObject *
pn_socket_set_type_of_service_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"tos", NULL};
    PnSocket *s = PN_SOCKET(op);
    PyObject *a[1];
    uint8_t tos;
    if (pn_check_alive(&s->d.em) < 0 || pn_unpack("set_type_of_service", names, 1, args, nargs, kwnames, a) < 0)
        return NULL;
    if (PyFloat_Check(a[0]) &&
        PyFloat_AS_DOUBLE(a[0]) != PyFloat_AS_DOUBLE(a[0])) /* as Node, whose option is out of range instead */
        return pn_raise_arg_type("tos", "an int or float", a[0]);
    if (pn_check_type_of_service(a[0], "tos", &tos) < 0)
        return NULL;
    if (tos != 0 && pn_extras_of(s) == NULL)
        return NULL;
    int status = on_the_wire(s) ? pn_stream_set_tos(s->d.io, tos) : 0;
    if (status != 0)
        return pn_raise_uv(s->d.em.st, status, "setTypeOfService");
    if (s->extras != NULL)
        s->extras->type_of_service = tos;
    return Py_NewRef(op);
}

const char pn_get_type_of_service_doc[] =
    "get_type_of_service($self, /)\n--\n\n"
    "Returns the type of service of outgoing packets: the system's value while connected over TCP, else the\n"
    "value that was set, or 0. Raises NetError. Node: socket.getTypeOfService().";

PyObject *
pn_socket_get_type_of_service_method(PyObject *op, PyObject *unused)
{
    PnSocket *s = PN_SOCKET(op);
    (void)unused;
    if (pn_check_alive(&s->d.em) < 0)
        return NULL;
    int tos = s->extras != NULL ? s->extras->type_of_service : 0;
    if (on_the_wire(s) && !s->is_pipe)
        tos = pn_stream_get_tos(s->d.io);
    return tos < 0 ? pn_raise_uv(s->d.em.st, tos, "getTypeOfService") : PyLong_FromLong(tos);
}

/* --- when the socket has connected --- */

void
pn_socket_set_wire_options(PnSocket *s)
{
    if (s->no_delay)
        (void)pn_stream_set_no_delay(s->d.io, true);
    if (s->keep_alive)
        set_keep_alive(s);
    if (s->extras != NULL && s->extras->type_of_service != 0)
        (void)pn_stream_set_tos(s->d.io, s->extras->type_of_service);
}

/* --- a reset --- */

void
pn_socket_reset_now(PnSocket *s)
{
    if (s->d.io != NULL)
        pn_stream_set_reset(s->d.io);
    pn_duplex_destroy(&s->d, NULL);
}

int
pn_socket_reset_soon(PnSocket *s)
{
    struct pn_names *n = &s->d.em.st->names;
    if (s->reset_when_connected)
        return 0;
    pn_remove_internal_listener(&s->d.em, n->connect, s->d.em.st->early_reset); /* left from an earlier connection */
    if (pn_list_insert_internal(&s->d.em, n->connect, s->d.em.st->early_reset) < 0)
        return -1;
    s->reset_when_connected = 1;
    return 0;
}

void
pn_socket_run_reset(PnSocket *s)
{
    bool wanted = s->reset_when_connected;
    pn_remove_internal_listener(&s->d.em, s->d.em.st->names.connect, s->d.em.st->early_reset);
    if (wanted && s->d.io != NULL && s->d.connected)
        pn_socket_reset_now(s);
}

const char pn_reset_and_destroy_doc[] =
    "reset_and_destroy($self, /)\n--\n\n"
    "Closes the connection at once with a reset (RST): the peer gets ECONNRESET, and queued data is lost. While\n"
    "connecting, it waits for the connection. Emits \"close\"; on a socket that was never connected \"error\"\n"
    "(ERR_SOCKET_CLOSED) before it; on a destroyed socket nothing. Returns the socket. Raises TypeError\n"
    "(ERR_INVALID_HANDLE_TYPE) on a unix socket or pipe. Node: socket.resetAndDestroy().";

PyObject *
pn_socket_reset_and_destroy_method(PyObject *op, PyObject *unused)
{
    PnSocket *s = PN_SOCKET(op);
    PnState *st = s->d.em.st;
    (void)unused;
    if (pn_check_alive(&s->d.em) < 0 || pn_state_loop(st) == NULL)
        return NULL;
    if (s->d.io != NULL && s->is_pipe)
        return pn_raise_coded(PyExc_TypeError, "ERR_INVALID_HANDLE_TYPE", "This handle type cannot be sent");
    if (s->d.connecting) {
        return pn_socket_reset_soon(s) < 0 ? NULL : Py_NewRef(op);
    }
    if (s->d.io != NULL) {
        pn_socket_reset_now(s);
    }
    else if (!s->d.destroyed) {
        PyObject *error = pn_net_error(st, "ERR_SOCKET_CLOSED", "Socket is closed");
        if (error == NULL)
            return NULL;
        pn_duplex_destroy(&s->d, error);
        Py_DECREF(error);
    }
    pn_mark_outside(&s->d.em);
    return pn_driver_ensure(st) < 0 ? NULL : Py_NewRef(op);
}
