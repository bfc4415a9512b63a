/* socket_state.c - the properties of Socket: addresses, ready_state, flags, counters, errored, block_list. */
#include "py/address/address_info.h"
#include "py/socket/socket.h"
#include "py/socket/socket_checks.h"
#include "py/stream/duplex.h"
#include "py/stream/encoding.h"
#include "uvio/bind.h"
#include "uvio/fd.h"

/* --- addresses --- */

bool
pn_socket_local(PnSocket *s, struct pn_addr *out)
{
    if (s->d.io != NULL && (s->d.connected || s->bound) && s->endpoints == NULL)
        return pn_stream_local(s->d.io, out);
    if (s->endpoints == NULL || s->endpoints->local.family == 0)
        return false;
    *out = s->endpoints->local;
    return true;
}

bool
pn_socket_peer(PnSocket *s, struct pn_addr *out)
{
    if (s->d.io != NULL && s->d.connected && s->endpoints == NULL)
        return pn_stream_peer(s->d.io, out);
    if (s->endpoints == NULL || s->endpoints->peer.family == 0)
        return false;
    *out = s->endpoints->peer;
    return true;
}

/* The path of an adopted BoundSocket, borrowed; NULL if there is none. */
static PyObject *
bound_path(const PnSocket *s)
{
    return s->extras != NULL ? s->extras->bound_path : NULL;
}

/* The path of one end of a connected unix socket; NULL, without an exception, if it has none. */
static PyObject *
path_of(PnSocket *s, size_t (*get)(int fd, char *out, size_t size))
{
    char buf[PN_PATH_SIZE];
    if (!s->is_pipe || s->d.io == NULL || s->endpoints != NULL || (!s->d.connected && !s->bound))
        return NULL;
    size_t len = get(pn_stream_fd(s->d.io), buf, sizeof(buf));
    PyObject *path = len > 0 ? PyUnicode_DecodeFSDefaultAndSize(buf, (Py_ssize_t)len) : NULL;
    if (path == NULL)
        PyErr_Clear();
    return path;
}

PyObject *
pn_socket_local_path(PnSocket *s)
{
    if (bound_path(s) != NULL)
        return Py_NewRef(bound_path(s));
    PyObject *path = path_of(s, pn_path_of);
    return path != NULL || s->endpoints == NULL ? path : Py_XNewRef(s->endpoints->local_path);
}

PyObject *
pn_socket_peer_path(PnSocket *s)
{
    PyObject *path = path_of(s, pn_path_of_peer);
    return path != NULL || s->endpoints == NULL ? path : Py_XNewRef(s->endpoints->peer_path);
}

bool
pn_socket_peer_for_error(PnDuplex *d, struct pn_addr *addr, PyObject **path)
{
    PnSocket *s = PN_SOCKET(d);
    if (!s->is_pipe || (s->endpoints != NULL && s->endpoints->peer.family != 0))
        return pn_socket_peer(s, addr);
    *path = pn_socket_peer_path(s);
    return false;
}

PyObject *
pn_socket_own_address(PnSocket *s)
{
    PnState *st = s->d.em.st;
    struct pn_addr addr;
    if (bound_path(s) != NULL) /* also after destroy(), as local_address */
        return PyObject_CallFunctionObjArgs(st->AddressInfo, bound_path(s), Py_None, Py_None, NULL);
    if (s->d.destroyed || !pn_socket_local(s, &addr))
        Py_RETURN_NONE;
    return pn_address_info(st, &addr);
}

/* --- states --- */

PyObject *
pn_socket_ready_state(PnSocket *s)
{
    struct pn_names *n = &s->d.em.st->names;
    if (s->d.connecting && !s->failing)
        return n->opening;
    bool readable = pn_readable_open(&s->d), writable = pn_writable_open(&s->d);
    if (readable)
        return writable ? n->open : n->readOnly;
    return writable ? n->writeOnly : n->closed;
}

static PyObject *
socket_get_ready_state(PyObject *op, void *closure)
{
    (void)closure;
    return Py_NewRef(pn_socket_ready_state(PN_SOCKET(op)));
}

/* The value that a boolean getter returns. */
enum flag {
    F_CONNECTING,
    F_PENDING,
    F_DESTROYED,
    F_READABLE,
    F_READ_ENDED,
    F_READ_ABORTED,
    F_DID_READ,
    F_WRITABLE,
    F_WRITE_ENDED,
    F_FINISHED,
    F_NEED_DRAIN,
};

static bool
flag_of(const PnSocket *s, enum flag flag)
{
    switch (flag) {
    case F_CONNECTING:
        return s->d.connecting && !s->failing;
    case F_PENDING:
        return s->d.io == NULL || (s->d.connecting && !s->failing);
    case F_DESTROYED:
        return s->d.destroyed;
    case F_READABLE:
        return pn_readable_open(&s->d);
    case F_READ_ENDED:
        return s->d.end_emitted;
    case F_READ_ABORTED:
        return (s->d.destroyed || s->d.errored != NULL) && !s->d.end_emitted;
    case F_DID_READ:
        return s->d.did_read;
    case F_WRITABLE:
        return pn_writable_open(&s->d);
    case F_WRITE_ENDED:
        return s->d.ending;
    case F_FINISHED:
        return s->d.finished;
    case F_NEED_DRAIN:
        return s->d.need_drain && !s->d.destroyed && !s->d.ending;
    }
    return false;
}

static PyObject *
socket_get_flag(PyObject *op, void *closure)
{
    return PyBool_FromLong(flag_of(PN_SOCKET(op), (enum flag)(intptr_t)closure));
}

/* The value that a getter of a number returns. */
enum number {
    N_READ,
    N_WRITTEN,
    N_READ_LENGTH,
    N_READ_MARK,
    N_WRITE_LENGTH,
    N_WRITE_MARK,
    N_CORKED,
    N_BUFFER_SIZE,
};

/* Flushes the gathered writes, then counts what is left. */
static size_t
write_length(PnSocket *s)
{
    if (s->d.in_flush && s->d.em.generation == s->d.em.st->generation)
        pn_writable_flush(&s->d);
    return pn_writable_length(&s->d);
}

static PyObject *
socket_get_number(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    uint64_t value = 0;
    switch ((enum number)(intptr_t)closure) {
    case N_READ:
        value = s->d.bytes_read;
        break;
    case N_WRITTEN:
        value = s->d.bytes_written;
        break;
    case N_READ_LENGTH:
        value = pn_readable_length(&s->d);
        break;
    case N_READ_MARK:
        value = s->d.read_mark;
        break;
    case N_WRITE_LENGTH:
        value = write_length(s);
        break;
    case N_WRITE_MARK:
        value = s->d.write_mark;
        break;
    case N_CORKED:
        value = s->d.corked;
        break;
    case N_BUFFER_SIZE:
        if (s->d.io == NULL)
            Py_RETURN_NONE;
        value = write_length(s);
        break;
    }
    return PyLong_FromUnsignedLongLong(value);
}

static PyObject *
socket_get_flowing(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    (void)closure;
    if (s->d.flowing == PN_FLOWING_NULL)
        Py_RETURN_NONE;
    return PyBool_FromLong(s->d.flowing == PN_FLOWING_TRUE);
}

static PyObject *
socket_get_encoding(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    (void)closure;
    if (s->d.r == NULL || !s->d.r->decoding)
        Py_RETURN_NONE;
    return PyUnicode_FromString(pn_encoding_name((enum pn_encoding)s->d.r->decoder.encoding));
}

static PyObject *
socket_get_allow_half_open(PyObject *op, void *closure)
{
    (void)closure;
    return PyBool_FromLong(PN_SOCKET(op)->d.allow_half_open);
}

static int
socket_set_allow_half_open(PyObject *op, PyObject *value, void *closure)
{
    (void)closure;
    int on = value == NULL ? 0 : PyObject_IsTrue(value);
    if (on >= 0)
        PN_SOCKET(op)->d.allow_half_open = on != 0;
    return on < 0 ? -1 : 0;
}

static PyObject *
socket_get_server(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    (void)closure;
    return Py_NewRef(s->server != NULL ? (PyObject *)s->server : Py_None);
}

static PyObject *
socket_get_errored(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    (void)closure;
    return Py_NewRef(s->d.errored != NULL ? s->d.errored : Py_None);
}

static PyObject *
socket_get_attempted(PyObject *op, void *closure)
{
    struct pn_socket_extras *extras = PN_SOCKET(op)->extras;
    (void)closure;
    if (extras == NULL || extras->attempted == NULL)
        Py_RETURN_NONE;
    return PyList_GetSlice(extras->attempted, 0, PY_SSIZE_T_MAX);
}

static PyObject *
socket_get_block_list(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    (void)closure;
    return Py_NewRef(s->extras != NULL && s->extras->block_list != NULL ? s->extras->block_list : Py_None);
}

static int
socket_set_block_list(PyObject *op, PyObject *value, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    (void)closure;
    if (value == Py_None)
        value = NULL;
    if (value != NULL && (pn_check_block_list(s->d.em.st, value, "options.block_list") < 0 || pn_extras_of(s) == NULL))
        return -1;
    if (s->extras != NULL)
        Py_XSETREF(s->extras->block_list, Py_XNewRef(value));
    return 0;
}

static PyObject *
socket_get_user_data(PyObject *op, void *closure)
{
    struct pn_socket_extras *extras = PN_SOCKET(op)->extras;
    (void)closure;
    return Py_NewRef(extras != NULL && extras->user_data != NULL ? extras->user_data : Py_None);
}

static int
socket_set_user_data(PyObject *op, PyObject *value, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    (void)closure;
    if (value == Py_None)
        value = NULL;
    if (value != NULL && pn_extras_of(s) == NULL)
        return -1;
    if (s->extras != NULL)
        Py_XSETREF(s->extras->user_data, Py_XNewRef(value));
    return 0;
}

/* `closure` names the side and the part: "la" is the local address, "rp" the remote port, ... */
static PyObject *
socket_get_end(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    const char *part = closure;
    struct pn_addr addr;
    if (part[0] == 'l' && part[1] == 'a' && bound_path(s) != NULL)
        return Py_NewRef(bound_path(s));
    if (!(part[0] == 'l' ? pn_socket_local(s, &addr) : pn_socket_peer(s, &addr)))
        Py_RETURN_NONE;
    PyObject *info = pn_address_info(s->d.em.st, &addr);
    if (info == NULL)
        return NULL;
    PyObject *value = PySequence_GetItem(info, part[1] == 'a' ? 0 : part[1] == 'p' ? 1 : 2);
    Py_DECREF(info);
    return value;
}

/* The whole of one end: `closure` is "l" for ours, "r" for the peer's. */
static PyObject *
socket_get_whole_end(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    const char *side = closure;
    struct pn_addr addr;
    PyObject *path = side[0] == 'l' ? pn_socket_local_path(s) : pn_socket_peer_path(s);
    if (path != NULL)
        return path;
    if (!(side[0] == 'l' ? pn_socket_local(s, &addr) : pn_socket_peer(s, &addr)))
        Py_RETURN_NONE;
    return pn_address_info(s->d.em.st, &addr);
}

/* --- tables --- */

#define FLAG(name, flag, doc)     {name, socket_get_flag, NULL, doc, (void *)(intptr_t)(flag)}
#define NUMBER(name, number, doc) {name, socket_get_number, NULL, doc, (void *)(intptr_t)(number)}
#define END(name, part, doc)      {name, socket_get_end, NULL, doc, (void *)(uintptr_t)(part)}

PyGetSetDef pn_socket_getset[] = {
    FLAG("connecting", F_CONNECTING, "True from connect() until it succeeds or fails. Node: socket.connecting."),
    FLAG("pending", F_PENDING,
         "True while the socket is not connected: connect() was not called, or is in progress. Node: socket.pending."),
    FLAG("destroyed", F_DESTROYED, "True after destroy(). Node: socket.destroyed."),
    FLAG("closed", F_DESTROYED, "True after destroy(). Node: stream.closed."),
    FLAG("readable", F_READABLE, "True until \"end\" or an error. Node: readable.readable."),
    FLAG("writable", F_WRITABLE, "True until end() or an error. Node: writable.writable."),
    {"ready_state", socket_get_ready_state, NULL,
     "\"opening\", \"open\", \"readOnly\", \"writeOnly\" or \"closed\". Node: socket.readyState.", NULL},
    {"allow_half_open", socket_get_allow_half_open, socket_set_allow_half_open,
     "If False, the socket ends its own half when the peer ends. You may set it at any time.", NULL},
    {"auto_select_family_attempted_addresses", socket_get_attempted, NULL,
     "The addresses that connect() has tried, as a list of \"address:port\". The connected one is last. None if\n"
     "there was only one. Node: socket.autoSelectFamilyAttemptedAddresses.",
     NULL},
    {"server", socket_get_server, NULL, "The server that accepted it, or None.", NULL},
    {"errored", socket_get_errored, NULL, "The error that destroyed it, or None. Node: stream.errored.", NULL},
    NUMBER("bytes_read", N_READ, "Bytes received. Node: socket.bytesRead."),
    NUMBER("bytes_written", N_WRITTEN, "Bytes sent and queued. Node: socket.bytesWritten."),
    NUMBER("buffer_size", N_BUFFER_SIZE,
           "How many bytes are queued to be sent; None without a handle. Node: socket.bufferSize."),
    {"readable_flowing", socket_get_flowing, NULL,
     "None: nothing consumes the data yet. True: the socket emits \"data\". False: it is paused.\n"
     "Node: readable.readableFlowing.",
     NULL},
    NUMBER(
        "readable_length", N_READ_LENGTH,
        "How many bytes were read and not consumed; after set_encoding() characters. Node: readable.readableLength."),
    NUMBER("readable_high_water_mark", N_READ_MARK,
           "Reading stops when this many bytes are buffered. Node: readable.readableHighWaterMark."),
    FLAG("readable_ended", F_READ_ENDED, "True once \"end\" has been emitted. Node: readable.readableEnded."),
    FLAG("readable_aborted", F_READ_ABORTED,
         "True when destroyed or failed before \"end\". Node: readable.readableAborted."),
    FLAG("readable_did_read", F_DID_READ, "True once something has been consumed. Node: readable.readableDidRead."),
    {"readable_encoding", socket_get_encoding, NULL,
     "The encoding of set_encoding(), or None. Node: readable.readableEncoding.", NULL},
    NUMBER("writable_length", N_WRITE_LENGTH, "Bytes queued to be sent. Node: writable.writableLength."),
    NUMBER("writable_high_water_mark", N_WRITE_MARK,
           "write() returns False when this many bytes are queued. Node: writable.writableHighWaterMark."),
    FLAG("writable_need_drain", F_NEED_DRAIN,
         "True after a write() that returned False, until \"drain\". Node: writable.writableNeedDrain."),
    NUMBER("writable_corked", N_CORKED,
           "How many calls of cork() still need an uncork(). Node: writable.writableCorked."),
    FLAG("writable_ended", F_WRITE_ENDED, "True after end(). Node: writable.writableEnded."),
    FLAG("writable_finished", F_FINISHED,
         "True once everything has left after end(). Node: writable.writableFinished."),
    {"timeout", pn_duplex_get_timeout, pn_duplex_set_timeout,
     "The milliseconds of set_timeout(), or None. Setting it calls set_timeout(); None switches it off.\n"
     "Node: socket.timeout.",
     NULL},
    {"linger", pn_socket_get_linger, pn_socket_set_linger,
     "For how many seconds close() and the end of `with` read and drop unread input, to avoid a reset. It is 2\n"
     "at first; None means 2, and 0 means not at all.",
     NULL},
    {"peer_credentials", pn_socket_get_credentials, NULL,
     "PeerCredentials(pid, uid, gid) of the process at the other end of a unix socket, from the time when it\n"
     "connected; else None.",
     NULL},
    {"proxy", pn_socket_get_proxy, NULL,
     "A ProxyInfo: what the header of the PROXY protocol said, and the proxy's own address. None if the\n"
     "connection did not begin with a header.",
     NULL},
    {"read_timeout", pn_duplex_get_read_timeout, NULL, "The seconds of set_read_timeout(), or None.", NULL},
    {"block_list", socket_get_block_list, socket_set_block_list,
     "A BlockList, or None. The socket does not connect to its addresses. You may set it at any time.\n"
     "Node: socket.blockList.",
     NULL},
    {"user_data", socket_get_user_data, socket_set_user_data,
     "A place for any object of the program, None at first. pynet does not use it.", NULL},
    {"local", socket_get_whole_end, NULL,
     "Our end: AddressInfo(address, port, family), the path of a unix socket, or None. It stays known after the\n"
     "socket is destroyed.",
     (void *)(uintptr_t)"l"},
    {"remote", socket_get_whole_end, NULL,
     "The peer's end: AddressInfo(address, port, family), the path of a unix socket, or None. It stays known\n"
     "after the socket is destroyed. connect() and listen() accept it.",
     (void *)(uintptr_t)"r"},
    {"close_timeout", pn_socket_get_close_timeout, pn_socket_set_close_timeout,
     "For how many seconds the end of `with sock` waits for queued data. It is 30 at first; None means 30, and 0\n"
     "means not at all.",
     NULL},
    END("local_address", "la",
        "Our address, or None. For a unix socket, the path of the adopted BoundSocket. Node: socket.localAddress."),
    END("local_port", "lp", "Our port, or None. Node: socket.localPort."),
    END("local_family", "lf", "\"IPv4\", \"IPv6\" or None. Node: socket.localFamily."),
    END("remote_address", "ra", "The peer's address, or None. It stays known after the socket is destroyed."),
    END("remote_port", "rp", "The peer's port, or None. It stays known after the socket is destroyed."),
    END("remote_family", "rf", "\"IPv4\", \"IPv6\" or None; kept after the socket is destroyed."),
    {NULL, NULL, NULL, NULL, NULL},
};
