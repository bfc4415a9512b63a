/* socket_repr.c - repr() of a Socket: its state, whether it is encrypted, its two ends or what it is connecting to, and
 * what it died of. */
#include "py/connect/connect.h"
#include "py/module/functions.h"
#include "py/stream/duplex.h"
#include "uvio/platform.h"
#include "uvio/sockaddr.h"

#define END_SIZE (PN_ADDR_TEXT + 32)

/* "127.0.0.1:80", "[::1]:80" */
static void
format_end(const struct pn_addr *addr, char *out, size_t size)
{
    char text[PN_ADDR_TEXT + 24];
    (void)pn_addr_format_scoped(addr, text, sizeof(text));
    PyOS_snprintf(out, size, addr->family == 6 ? "[%s]:%d" : "%s:%d", text, (int)addr->port);
}

static PyObject *
unix_text(PnSocket *s)
{
    const char *kind = PN_HAS_UNIX_SOCKETS ? "unix" : "pipe";
    PyObject *path = pn_socket_peer_path(s);
    if (path == NULL)
        path = pn_socket_local_path(s);
    int fd = s->d.io != NULL ? pn_stream_fd(s->d.io) : -1;
    PyObject *text;
    if (path != NULL)
        text =
            fd >= 0 ? PyUnicode_FromFormat(" %s %R fd=%d", kind, path, fd) : PyUnicode_FromFormat(" %s %R", kind, path);
    else
        text = fd >= 0 ? PyUnicode_FromFormat(" %s fd=%d", kind, fd) : PyUnicode_FromString("");
    Py_XDECREF(path);
    return text;
}

static PyObject *
ends_text(PnSocket *s)
{
    struct pn_addr local, peer;
    char here[END_SIZE], there[END_SIZE];
    bool known = pn_socket_local(s, &local) && pn_socket_peer(s, &peer);
    if (s->is_pipe && !known)
        return unix_text(s);
    if (!known)
        return PyUnicode_FromString("");
    format_end(&local, here, sizeof(here));
    format_end(&peer, there, sizeof(there));
    return PyUnicode_FromFormat(" %s -> %s", here, there);
}

/* ", read ECONNRESET": system call and code of one of our errors; the whole text when the ends are not known. Any other
 * exception by its type: its str() is user code. */
static PyObject *
death_text(PnSocket *s, bool with_ends)
{
    PyObject *error = s->d.errored;
    if (error == NULL)
        return PyUnicode_FromString("");
    Py_INCREF(error);
    PyObject *text = NULL;
    if (!PyObject_TypeCheck(error, (PyTypeObject *)s->d.em.st->NetError)) {
        text = PyUnicode_FromFormat(", %s", Py_TYPE(error)->tp_name);
    }
    else if (!with_ends) {
        PyObject *shown = PyObject_Str(error);
        text = shown != NULL ? PyUnicode_FromFormat(", %U", shown) : NULL;
        Py_XDECREF(shown);
    }
    else {
        PyObject *code = PyObject_GetAttr(error, s->d.em.st->names.code);
        PyObject *call = code != NULL ? PyObject_GetAttrString(error, "syscall") : NULL;
        if (call == Py_None)
            text = PyUnicode_FromFormat(", %S", code);
        else if (call != NULL)
            text = PyUnicode_FromFormat(", %S %S", call, code);
        Py_XDECREF(call);
        Py_XDECREF(code);
    }
    Py_DECREF(error);
    return text;
}

/* " tls", behind the state. */
static const char *
tls_text(const PnSocket *s)
{
    if (s->extras == NULL || s->extras->tls == NULL)
        return "";
    return s->secured ? " tls" : " tls handshake";
}

PyObject *
pn_socket_repr(PyObject *op)
{
    PnSocket *s = PN_SOCKET(op);
    const char *name = Py_TYPE(op)->tp_name;
    if (!s->d.destroyed && s->d.connecting && s->connect != NULL) {
        PyObject *to = pn_connect_target(s->connect);
        PyObject *all = to != NULL ? PyUnicode_FromFormat("<%s connecting to %U>", name, to) : NULL;
        Py_XDECREF(to);
        return all;
    }
    if (!s->d.destroyed && !s->d.connecting && !s->d.was_connected)
        return PyUnicode_FromFormat("<%s not connected>", name);
    PyObject *state = s->d.destroyed ? s->d.em.st->names.closed : pn_socket_ready_state(s);
    PyObject *ends = ends_text(s);
    PyObject *death = ends != NULL ? death_text(s, PyUnicode_GET_LENGTH(ends) > 0) : NULL;
    PyObject *all = death != NULL ? PyUnicode_FromFormat("<%s %U%s%U%U>", name, state, tls_text(s), ends, death) : NULL;
    Py_XDECREF(ends);
    Py_XDECREF(death);
    return all;
}
