/* tls_state.c - start_tls(), and the properties and methods of a socket that tell about TLS. pynet/_tls.py knows what each
 * of them says; here it gets the SSLObject. */
#include "py/tls/tls.h"

#include <string.h>

#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/loop/driver.h"
#include "py/socket/socket.h"
#include "py/stream/duplex.h"

/* --- start_tls() --- */

PyObject *
pn_tls_attach_function(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_tls_attach(socket, parts)");
    if (!PN_IS_DUPLEX(st, args[0]))
        return pn_raise_arg_type("sock", "an instance of Socket", args[0]);
    if (pn_check_alive(PN_EMITTER(args[0])) < 0 || pn_state_loop(st) == NULL)
        return NULL;
    PnDuplex *s = PN_DUPLEX(args[0]);
    if (pn_tls_check_start(s) < 0)
        return NULL;
    pn_writable_flush(s);
    PnTLS *t = pn_tls_check_start(s) == 0 ? pn_tls_new(st, args[1]) : NULL;
    if (t != NULL)
        t->plain_first = SIZE_MAX;
    int status = t != NULL ? pn_tls_attach(t, s) : -1;
    Py_XDECREF(t);
    if (status < 0 || pn_driver_ensure(st) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* function(op, args...) of pynet._tls. */
static PyObject *
call_with(PyObject *op, enum pn_tls_function which, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *function = pn_tls_function(PN_EMITTER(op)->st, which);
    PyObject *stack[10];
    Py_ssize_t all = nargs + (kwnames != NULL ? PyTuple_GET_SIZE(kwnames) : 0);
    if (function == NULL)
        return NULL;
    if (all > 8)
        return PyErr_Format(PyExc_TypeError, "too many arguments");
    stack[0] = NULL;
    stack[1] = op;
    for (Py_ssize_t i = 0; i < all; i++)
        stack[2 + i] = args[i];
    return PyObject_Vectorcall(function, stack + 1, (size_t)(nargs + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
}

const char pn_start_tls_doc[] =
    "start_tls($self, context=True, *, server_side=False, server_hostname=None, session=None,\n"
    "          handshake_timeout=60.0, strict_end=False)\n--\n\n"
    "Encrypts the connection from now on, by TLS, and returns a Future of the end of the handshake. The socket stays\n"
    "the same, with its listeners and loops. What has been written before leaves as it is; bytes that have been read\n"
    "and not consumed belong to TLS.\n\n"
    "context: an ssl.SSLContext; True is ssl.create_default_context(). server_side: this end has the certificate.\n"
    "server_hostname: the name that the certificate of the server must have; a context that checks it needs one.\n"
    "session: an ssl.SSLSession to resume. handshake_timeout: seconds. strict_end: the end of a connection without\n"
    "close_notify is an error.\n\n"
    "Events: secureConnect, session; error with a NetTLSError. Raises TypeError and ValueError for wrong arguments,\n"
    "NetError if the socket has TLS already (ERR_TLS_ALREADY), is not connected (ENOTCONN), has ended\n"
    "(ERR_STREAM_WRITE_AFTER_END), has a peer that has ended (ERR_STREAM_PREMATURE_CLOSE), or has decoded text that\n"
    "was not read (ERR_SOCKET_UNREAD_DATA); TypeError (ERR_INVALID_HANDLE_TYPE) if it carries handles.\n"
    "Node: tls.connect({socket}), new tls.TLSSocket(socket).";

PyObject *
pn_socket_start_tls_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    if (pn_check_alive(PN_EMITTER(op)) < 0)
        return NULL;
    return call_with(op, PN_TLS_START, args, nargs, kwnames);
}

/* --- for tests: whether OpenSSL is called itself --- */

PyObject *
pn_tls_set_direct(PyObject *module, PyObject *on)
{
    PnState *st = pn_state_of_module(module);
    bool before = !st->tls_indirect;
    int direct = PyObject_IsTrue(on);
    if (direct < 0)
        return NULL;
    st->tls_indirect = !direct;
    return PyBool_FromLong(before);
}

PyObject *
pn_tls_knows_connection(PyObject *module, PyObject *parts)
{
    PnTLS *t = pn_tls_new(pn_state_of_module(module), parts);
    if (t == NULL)
        return NULL;
    PyObject *known = PyBool_FromLong(t->ssl != NULL);
    Py_DECREF(t);
    return known;
}

PyObject *
pn_tls_is_direct(PyObject *module, PyObject *socket)
{
    if (!PN_IS_DUPLEX(pn_state_of_module(module), socket))
        return pn_raise_arg_type("sock", "an instance of Socket", socket);
    const PnTLS *t = pn_tls_of(socket);
    return PyBool_FromLong(t != NULL && pn_tls_may_call(t));
}

/* --- what it is --- */

static PyObject *
describe(PyObject *op, const char *what, PyObject *arg)
{
    PnTLS *t = pn_tls_of(op);
    PyObject *function = pn_tls_function(PN_EMITTER(op)->st, PN_TLS_DESCRIBE);
    if (function == NULL)
        return NULL;
    if (t == NULL)
        return PyObject_CallFunction(function, "sOiOO", what, Py_None, 0, Py_None, arg);
    Py_INCREF(t);
    bool entered = t->established && pn_tls_enter(t);
    PyObject *result = PyObject_CallFunction(function, "sOiOO", what, t->ssl_object, t->established,
                                             t->hostname != NULL ? t->hostname : Py_None, arg);
    if (entered) {
        t->inside = false;
        if (pn_tls_is_on(t))
            pn_tls_advance_soon(t);
    }
    Py_DECREF(t);
    return result;
}

static PyObject *
get_ssl_object(PyObject *op, void *closure)
{
    const PnTLS *t = pn_tls_of(op);
    (void)closure;
    return Py_NewRef(t != NULL ? t->ssl_object : Py_None);
}

static PyObject *
get_encrypted(PyObject *op, void *closure)
{
    (void)closure;
    return PyBool_FromLong(pn_tls_of(op) != NULL);
}

static PyObject *
get_described(PyObject *op, void *closure)
{
    return pn_tls_of(op) == NULL && strcmp(closure, "authorized") != 0 ? Py_NewRef(Py_None)
                                                                       : describe(op, closure, Py_None);
}

#define NAMED(name) ((void *)(uintptr_t)(name))

static PyGetSetDef getset[] = {
    {"encrypted", get_encrypted, NULL,
     "True if the connection uses TLS, or will when it is connected. Node: tlsSocket.encrypted.", NULL},
    {"authorized", get_described, NULL,
     "True if the handshake is complete, and the context has verified a certificate of the peer. Node:\n"
     "tlsSocket.authorized.",
     NAMED("authorized")},
    {"authorization_error", get_described, NULL,
     "Why `authorized` is False, as a str; None if it is True, or without TLS. Node: tlsSocket.authorizationError.",
     NAMED("authorization_error")},
    {"alpn_protocol", get_described, NULL,
     "The protocol that ALPN has chosen, as a str; None if there is none. Node: tlsSocket.alpnProtocol.",
     NAMED("alpn_protocol")},
    {"servername", get_described, NULL,
     "The name of the server that the client has asked for (SNI), as a str; None if there is none. Node:\n"
     "tlsSocket.servername.",
     NAMED("servername")},
    {"ssl_object", get_ssl_object, NULL,
     "The ssl.SSLObject of the connection, None without TLS. Don't call its methods that read, write or shut down.",
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyObject *
get_peer_certificate(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"binary_form", NULL};
    PyObject *a[1];
    if (pn_unpack("get_peer_certificate", names, 0, args, nargs, kwnames, a) < 0)
        return NULL;
    return describe(op, "peer_certificate", a[0] != NULL ? a[0] : Py_False);
}

#define METHOD(name)                                      \
    static PyObject *name(PyObject *op, PyObject *unused) \
    {                                                     \
        (void)unused;                                     \
        return describe(op, #name, Py_None);              \
    }
METHOD(get_cipher)
METHOD(get_protocol)
METHOD(get_session)
METHOD(is_session_reused)

static PyMethodDef methods[] = {
    {"start_tls", PN_FASTCALL(pn_socket_start_tls_method), METH_FASTCALL | METH_KEYWORDS, pn_start_tls_doc},
    {"get_peer_certificate", PN_FASTCALL(get_peer_certificate), METH_FASTCALL | METH_KEYWORDS,
     "get_peer_certificate($self, binary_form=False)\n--\n\n"
     "Returns the certificate of the peer as ssl.SSLSocket.getpeercert() does: a dict, empty if it was not verified;\n"
     "with binary_form its bytes in DER. None if there is none. Node: tlsSocket.getPeerCertificate()."},
    {"get_cipher", get_cipher, METH_NOARGS,
     "get_cipher($self, /)\n--\n\n"
     "Returns (name, protocol, secret bits) of the cipher, None before the handshake. Node: tlsSocket.getCipher()."},
    {"get_protocol", get_protocol, METH_NOARGS,
     "get_protocol($self, /)\n--\n\n"
     "Returns the version, such as \"TLSv1.3\", None before the handshake. Node: tlsSocket.getProtocol()."},
    {"get_session", get_session, METH_NOARGS,
     "get_session($self, /)\n--\n\n"
     "Returns the ssl.SSLSession, for connect(session=); None before the handshake. Node: tlsSocket.getSession()."},
    {"is_session_reused", is_session_reused, METH_NOARGS,
     "is_session_reused($self, /)\n--\n\n"
     "Returns whether the handshake has resumed an earlier session. Node: tlsSocket.isSessionReused()."},
    {NULL, NULL, 0, NULL},
};

int
pn_tls_add_members(PyTypeObject *type)
{
    for (PyGetSetDef *g = getset; g->name != NULL; g++) {
        PyObject *descr = PyDescr_NewGetSet(type, g);
        int status = descr != NULL ? PyObject_SetAttrString((PyObject *)type, g->name, descr) : -1;
        Py_XDECREF(descr);
        if (status < 0)
            return -1;
    }
    for (PyMethodDef *m = methods; m->ml_name != NULL; m++) {
        PyObject *descr = PyDescr_NewMethod(type, m);
        int status = descr != NULL ? PyObject_SetAttrString((PyObject *)type, m->ml_name, descr) : -1;
        Py_XDECREF(descr);
        if (status < 0)
            return -1;
    }
    return 0;
}
