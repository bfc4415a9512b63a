/* bound_socket_type.c - the Python type BoundSocket: its options (host, port, path, ...), bind(2), adoption,
 * closing, and the ResourceWarning of one that was not closed.
 *
 * Owns:    its descriptor and the file of its path, until a server or a socket adopts them or it is closed.
 * Threads: each function runs with the GIL held; binding does not block. No function needs the loop. */

#include <stddef.h>
#include <string.h>

#include "py/address/address.h"
#include "py/address/address_info.h"
#include "py/address/ip_objects.h"
#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/loop/hooks.h"
#include "py/socket/bound_socket.h"
#include "uvio/fd.h"
#include "uvio/platform.h"
#include "uvio/sockaddr.h"
#include "uvio/user_fd.h"

#include <structmember.h>

enum phase { P_NEW, P_BOUND, P_ADOPTED, P_CLOSED };

typedef struct {
    PyObject_HEAD
    PnState *st;               /* borrowed */
    struct pn_cleanup cleanup; /* in st->cleanups, while P_BOUND */
    PyObject *weakrefs;
    PyObject *address; /* own: the result of address(), cached by the first call */
    struct pn_bound b; /* own */
    struct pn_addr at; /* TCP: the address that the kernel has bound */
    unsigned generation;
    uint8_t phase;
} PnBoundSocket;

#define PN_BOUND(op) ((PnBoundSocket *)(void *)(op))

/* --- the descriptor --- */

/* Keeps the path: address() and repr() may be using it. */
static void
close_descriptor(struct pn_bound *b)
{
    pn_path_file_unlink(&b->file);
    if (b->fd >= 0)
        pn_fd_close(b->fd);
    b->fd = -1;
}

void
pn_bound_release(struct pn_bound *b)
{
    close_descriptor(b);
    Py_CLEAR(b->path);
}

/* The descriptor is its own no more. */
static void
forget(PnBoundSocket *self)
{
    pn_cleanup_remove(self->st, &self->cleanup);
    pn_fd_table_remove(&self->st->bound_fds, self->b.fd);
}

static void
close_bound(PnBoundSocket *self)
{
    if (self->phase != P_BOUND)
        return;
    self->phase = P_CLOSED;
    forget(self);
    close_descriptor(&self->b);
}

#define OF_CLEANUP(c) ((PnBoundSocket *)(void *)((char *)(c) - offsetof(PnBoundSocket, cleanup)))

static void
close_at_exit(struct pn_cleanup *c)
{
    close_bound(OF_CLEANUP(c));
}

static void
forget_after_fork(struct pn_cleanup *c)
{
    PnBoundSocket *self = OF_CLEANUP(c);
    pn_fd_table_remove(&self->st->bound_fds, self->b.fd);
    pn_fd_neutralize(self->b.fd);
    pn_path_file_forget(&self->b.file);
}

bool
pn_bound_has_fd(PnState *st, int fd)
{
    if (!st->bound_fds.incomplete)
        return pn_fd_table_has(&st->bound_fds, fd);
    for (struct pn_cleanup *c = st->cleanups; c != NULL; c = c->next) {
        if (c->at_exit == close_at_exit && OF_CLEANUP(c)->b.fd == fd)
            return true;
    }
    return false;
}

/* Returns 0 while it owns its descriptor, or -1 with an exception. */
static int
check_bound(PnBoundSocket *self)
{
    if (self->phase == P_NEW) {
        PyErr_SetString(PyExc_RuntimeError, "BoundSocket.__init__() has not been called");
        return -1;
    }
    if (self->generation != self->st->generation)
        return pn_raise_forked(self->st, Py_TYPE(self));
    if (self->phase == P_BOUND)
        return 0;
    pn_raise_net(self->st, "ERR_SOCKET_HANDLE_ADOPTED",
                 "The bound socket has already been adopted by a server or socket");
    return -1;
}

/* --- adoption --- */

bool
pn_is_bound_socket(PnState *st, PyObject *obj)
{
    return PyObject_TypeCheck(obj, st->BoundSocket);
}

void
pn_bound_describe(PyObject *obj, bool *is_pipe, uint8_t *family)
{
    *is_pipe = PN_BOUND(obj)->b.kind == PN_STREAM_PIPE;
    *family = *is_pipe ? 0 : PN_BOUND(obj)->at.family;
}

int
pn_bound_check(PnState *st, PyObject *obj)
{
    (void)st;
    return check_bound(PN_BOUND(obj));
}

bool
pn_bound_has_file(PyObject *obj)
{
    return PN_BOUND(obj)->b.file.path != NULL;
}

PyObject *
pn_bound_path(PyObject *obj)
{
    return pn_path_text(PN_BOUND(obj)->b.path);
}

int
pn_bound_set_access(PyObject *obj, struct pn_path_access *access)
{
    return pn_path_access_apply(&PN_BOUND(obj)->b.file, access);
}

int
pn_bound_adopt(PnState *st, PyObject *obj, struct pn_bound *out)
{
    PnBoundSocket *self = PN_BOUND(obj);
    if (pn_bound_check(st, obj) < 0)
        return -1;
    self->phase = P_ADOPTED;
    forget(self);
    *out = self->b;
    Py_XINCREF(out->path);
    self->b.fd = -1;
    self->b.file.path = NULL;
    return 0;
}

/* --- options --- */

static const char *const option_names[] = {"host", "ipv6_only", "path", "port", "reuse_port", NULL};
enum { B_HOST, B_IPV6_ONLY, B_PATH, B_PORT, B_REUSE_PORT, B_COUNT };

struct bind_request {
    struct pn_addr at;
    unsigned flags;
    PyObject *path; /* own: bytes, NULL for TCP */
};

/* As Node: accepts only a bool, no other truthy or falsy value. */
static int
read_flag(PyObject *obj, const char *name, unsigned flag, unsigned *flags)
{
    if (obj == NULL)
        return 0;
    if (!PyBool_Check(obj)) {
        pn_raise_arg_type(name, "a bool", obj);
        return -1;
    }
    if (obj == Py_True)
        *flags |= flag;
    return 0;
}

static int
read_host_text(PyObject *host, struct pn_addr *out)
{
    const char *text;
    size_t len;
    if (!PyUnicode_Check(host)) {
        pn_raise_arg_type("options.host", "a str, or an address of the module ipaddress", host);
        return -1;
    }
    if (pn_text_of_str(host, &text, &len) && pn_addr_parse_scoped(text, len, out) == 0)
        return 0;
    pn_raise_arg_value("options.host", "must be a numeric IP address; BoundSocket does not look up names", host);
    return -1;
}

static int
read_host(PnState *st, PyObject *obj, struct pn_addr *out)
{
    PyObject *host = pn_host_of_object(st, obj);
    int status = host != NULL ? read_host_text(host, out) : -1;
    Py_XDECREF(host);
    return status;
}

/* Checks in Node's order: the options that exclude a path, then port, flags, host. */
static int
read_request(PnState *st, PyObject **v, struct bind_request *out)
{
    memset(out, 0, sizeof(*out));
    if (v[B_PATH] != NULL && !PN_HAS_UNIX_SOCKETS) {
        pn_raise_unavailable(st, "BoundSocket(path=...)");
        return -1;
    }
    if (v[B_PATH] != NULL) {
        if (v[B_HOST] == NULL && v[B_PORT] == NULL && v[B_IPV6_ONLY] == NULL && v[B_REUSE_PORT] == NULL) {
            out->path = pn_arg_path(v[B_PATH], "options.path");
            return out->path != NULL ? 0 : -1;
        }
        pn_raise_arg_value("options.path", "cannot be combined with host, port, ipv6_only and reuse_port", v[B_PATH]);
        return -1;
    }
    uint16_t port = 0;
    if (pn_options_port(v[B_PORT], &port) < 0 ||
        read_flag(v[B_IPV6_ONLY], "options.ipv6Only", PN_BIND_IPV6_ONLY, &out->flags) < 0 ||
        read_flag(v[B_REUSE_PORT], "options.reuse_port", PN_BIND_REUSE_PORT, &out->flags) < 0)
        return -1;
    out->at.family = (out->flags & PN_BIND_IPV6_ONLY) != 0 ? 6 : 4;
    if (v[B_HOST] != NULL && read_host(st, v[B_HOST], &out->at) < 0)
        return -1;
    out->at.port = port;
    return 0;
}

/* Reads a (host, port) tuple or a SocketAddress that stands for the options. */
static int
take_address(PnState *st, PyObject *first, PyObject **v)
{
    const struct pn_addr *addr = pn_address_value(st, first);
    if (addr == NULL && PyTuple_GET_SIZE(first) < 2) {
        pn_raise_arg_type("options", "a mapping or a (host, port) tuple", first);
        return -1;
    }
    if (v[B_HOST] != NULL || v[B_PORT] != NULL) {
        PyErr_Format(PyExc_TypeError, "BoundSocket() got multiple values for argument '%s'",
                     v[B_HOST] != NULL ? "host" : "port");
        return -1;
    }
    v[B_HOST] = addr != NULL ? pn_address_text(addr) : Py_NewRef(PyTuple_GET_ITEM(first, 0));
    v[B_PORT] = addr != NULL ? PyLong_FromLong(addr->port) : Py_NewRef(PyTuple_GET_ITEM(first, 1));
    return v[B_HOST] != NULL && v[B_PORT] != NULL ? 0 : -1;
}

static int
read_options(PnState *st, PyObject *first, PyObject *kwargs, struct bind_request *out)
{
    PyObject *v[B_COUNT];
    if (first == Py_None)
        first = NULL;
    bool address = first != NULL && (PyTuple_Check(first) || pn_address_value(st, first) != NULL);
    if (first != NULL && !address && !pn_is_options(first)) {
        pn_raise_arg_type("options", "a mapping or a (host, port) tuple", first);
        return -1;
    }
    if (pn_options_dict("BoundSocket", option_names, address ? NULL : first, kwargs, v) < 0)
        return -1;
    int status = address ? take_address(st, first, v) : 0;
    if (status == 0)
        status = read_request(st, v, out);
    pn_options_clear(v, B_COUNT);
    return status;
}

/* --- binding --- */

static int
raise_bind(PnState *st, int status, const struct pn_addr *at, PyObject *path)
{
    struct pn_where where = {.syscall = "bind", .addr = at, .path = path};
    PyObject *error = pn_uv_error(st, status, &where);
    if (status == UV_EADDRINUSE && error != NULL) {
        PyObject *result = PyObject_CallOneArg(pn_state_run(st, PN_RUN_add_in_use), error);
        Py_XDECREF(result);
        if (!pn_clear_wording())
            Py_CLEAR(error);
    }
    pn_raise(error);
    return -1;
}

static void
bound_at(PnBoundSocket *self, int fd, enum pn_stream_kind kind)
{
    self->b.fd = fd;
    self->b.kind = kind;
    self->generation = self->st->generation;
    self->phase = P_BOUND;
    self->cleanup.at_exit = close_at_exit;
    self->cleanup.after_fork = forget_after_fork;
    pn_cleanup_add(self->st, &self->cleanup);
    pn_fd_table_add(&self->st->bound_fds, fd);
}

static int
bind_tcp(PnBoundSocket *self, const struct bind_request *w)
{
    int status;
    int fd = pn_bind_tcp(&w->at, w->flags, &status);
    if (fd < 0)
        return raise_bind(self->st, status, &w->at, NULL);
    if (!pn_fd_local(fd, &self->at))
        self->at = w->at;
    bound_at(self, fd, PN_STREAM_TCP);
    return 0;
}

static int
bind_path(PnBoundSocket *self, struct bind_request *w)
{
    char name[PN_PATH_SIZE];
    int status;
    int fd = pn_bind_path(PyBytes_AS_STRING(w->path), (size_t)PyBytes_GET_SIZE(w->path), PN_MODE_BY_UMASK,
                          &self->b.file, &status);
    if (fd < 0) {
        PyObject *path = pn_path_text(w->path);
        int failed = path != NULL ? raise_bind(self->st, status, NULL, path) : -1;
        Py_XDECREF(path);
        return failed;
    }
    bound_at(self, fd, PN_STREAM_PIPE);
    self->b.path = Py_NewRef(w->path);
    if (PyBytes_GET_SIZE(w->path) > 0)
        return 0;
    PyObject *given = PyBytes_FromStringAndSize(name, (Py_ssize_t)pn_path_of(fd, name, sizeof(name)));
    if (given == NULL) {
        close_bound(self);
        return -1;
    }
    Py_SETREF(self->b.path, given);
    return 0;
}

static int
bound_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PnBoundSocket *self = PN_BOUND(op);
    PnState *st = self->st;
    PyObject *first = NULL;
    struct bind_request w;
    if (!PyArg_UnpackTuple(args, "BoundSocket", 0, 1, &first) || read_options(st, first, kwargs, &w) < 0)
        return -1;
    int status = -1;
    if (st->closed)
        (void)pn_raise_forked(st, Py_TYPE(op));
    else if (self->phase != P_NEW)
        PyErr_SetString(PyExc_RuntimeError, "BoundSocket.__init__() has been called already");
    else
        status = w.path != NULL ? bind_path(self, &w) : bind_tcp(self, &w);
    Py_XDECREF(w.path);
    return status;
}

static PyObject *
bound_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    PyObject *op = type->tp_alloc(type, 0);
    if (op != NULL) {
        PN_BOUND(op)->st = pn_state_of_type(type);
        PN_BOUND(op)->generation = PN_BOUND(op)->st->generation;
        PN_BOUND(op)->b.fd = -1;
    }
    return op;
}

/* --- travelling, for pynet/_handles.py --- */

PyObject *
pn_bound_lend(PyObject *module, PyObject *op)
{
    PnState *st = pn_state_of_module(module);
    if (!pn_is_bound_socket(st, op))
        return pn_raise_arg_type("handle", "an instance of BoundSocket", op);
    PnBoundSocket *self = PN_BOUND(op);
    if (check_bound(self) < 0)
        return NULL;
    int fd = pn_user_fd_dup(self->b.fd);
    if (fd < 0)
        return pn_raise_uv(st, fd, "dup");
    const char *path = self->b.file.path;
    PyObject *file = path != NULL ? PyUnicode_DecodeFSDefault(path) : Py_NewRef(Py_None);
    PyObject *both = file != NULL ? Py_BuildValue("iN", fd, file) : NULL;
    if (both == NULL)
        pn_fd_close(fd);
    return both;
}

PyObject *
pn_bound_given(PyObject *module, PyObject *op)
{
    PnState *st = pn_state_of_module(module);
    struct pn_bound b;
    if (!pn_is_bound_socket(st, op) || pn_bound_adopt(st, op, &b) < 0)
        return PyErr_Occurred() ? NULL : pn_raise_arg_type("handle", "an instance of BoundSocket", op);
    pn_path_file_forget(&b.file);
    pn_bound_release(&b);
    Py_RETURN_NONE;
}

int
pn_take_file(struct pn_path_file *f, PyObject *path)
{
    PyObject *bytes = path != Py_None ? PyUnicode_EncodeFSDefault(path) : NULL;
    if (bytes != NULL && pn_path_file_begin(f, PyBytes_AS_STRING(bytes)) == 0)
        pn_path_file_end(f, PyBytes_AS_STRING(bytes));
    Py_XDECREF(bytes);
    return bytes == NULL && path != Py_None ? -1 : 0;
}

/* Fills in what the descriptor tells. 0, or -1 with an exception. */
static int
arrive(PnBoundSocket *self, int fd, PyObject *file)
{
    char name[PN_PATH_SIZE];
    enum pn_stream_kind kind;
    if (pn_user_fd_listenable(fd, &kind) != 0 || pn_user_fd_is_listening(fd)) {
        pn_raise_net(self->st, "ERR_IPC_INVALID_FRAME", "The descriptor that came is not that of a bound socket");
        return -1;
    }
    if (kind == PN_STREAM_TCP) {
        (void)pn_fd_local(fd, &self->at);
    }
    else {
        self->b.path = PyBytes_FromStringAndSize(name, (Py_ssize_t)pn_path_of(fd, name, sizeof(name)));
        if (self->b.path == NULL)
            return -1;
    }
    if (pn_take_file(&self->b.file, file) < 0)
        return -1;
    bound_at(self, fd, kind);
    return 0;
}

PyObject *
pn_bound_arrives(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    int fd = nargs == 2 ? (int)PyLong_AsLong(args[0]) : -1;
    if (fd < 0)
        return PyErr_Format(PyExc_TypeError, "_bound_arrives(fd, path)");
    PyObject *op = NULL;
    if (args[1] == Py_None || PyUnicode_Check(args[1]))
        op = bound_new(st->BoundSocket, NULL, NULL);
    else
        pn_raise_arg_type("path", "a str", args[1]);
    if (op == NULL || arrive(PN_BOUND(op), fd, args[1]) < 0) {
        pn_fd_close(fd);
        Py_CLEAR(op);
    }
    return op;
}

/* --- methods --- */

static const char address_doc[] =
    "address($self, /)\n--\n\n"
    "Returns the bound address as AddressInfo(address, port, family), always the same object; for a unix socket\n"
    "its path (str). Raises NetError (ERR_SOCKET_HANDLE_ADOPTED) after it was adopted or closed.\n"
    "Node: boundSocket.address().";

static PyObject *
bound_address(PyObject *op, PyObject *unused)
{
    PnBoundSocket *self = PN_BOUND(op);
    (void)unused;
    if (check_bound(self) < 0)
        return NULL;
    if (self->address != NULL)
        return Py_NewRef(self->address);
    PyObject *made = self->b.kind == PN_STREAM_PIPE ? pn_path_text(self->b.path) : pn_address_info(self->st, &self->at);
    if (made == NULL)
        return NULL;
    if (self->address == NULL) /* a garbage collection may have called address() */
        self->address = Py_NewRef(made);
    Py_DECREF(made);
    return Py_NewRef(self->address);
}

static const char fd_doc[] = "fd($self, /)\n--\n\n"
                             "Returns the file descriptor. It belongs to this object: don't close it. Raises NetError\n"
                             "(ERR_SOCKET_HANDLE_ADOPTED) after it was adopted or closed. Node: boundSocket.fd().";

static PyObject *
bound_fd(PyObject *op, PyObject *unused)
{
    (void)unused;
    return check_bound(PN_BOUND(op)) < 0 ? NULL : PyLong_FromLong(PN_BOUND(op)->b.fd);
}

static const char close_doc[] =
    "close($self, /)\n--\n\n"
    "Releases the address. It removes the file of a unix path, if that still is the one that was bound. Raises\n"
    "NetError (ERR_SOCKET_HANDLE_ADOPTED) if it was already adopted or closed; the end of a `with` block never\n"
    "does. Node: boundSocket.close().";

static PyObject *
bound_close(PyObject *op, PyObject *unused)
{
    (void)unused;
    if (check_bound(PN_BOUND(op)) < 0)
        return NULL;
    close_bound(PN_BOUND(op));
    Py_RETURN_NONE;
}

static PyObject *
bound_enter(PyObject *op, PyObject *unused)
{
    (void)unused;
    return check_bound(PN_BOUND(op)) < 0 ? NULL : Py_NewRef(op);
}

static PyObject *
bound_exit(PyObject *op, PyObject *unused)
{
    (void)unused;
    if (PN_BOUND(op)->generation == PN_BOUND(op)->st->generation)
        close_bound(PN_BOUND(op));
    Py_RETURN_NONE;
}

/* --- getters --- */

static PyObject *
bound_get_is_pipe(PyObject *op, void *unused)
{
    (void)unused;
    return PyBool_FromLong(PN_BOUND(op)->b.kind == PN_STREAM_PIPE);
}

static PyObject *
bound_repr(PyObject *op)
{
    static const char *const phases[] = {
        [P_NEW] = "not bound", [P_BOUND] = "", [P_ADOPTED] = "adopted", [P_CLOSED] = "closed"};
    PnBoundSocket *self = PN_BOUND(op);
    const char *name = Py_TYPE(op)->tp_name;
    char text[PN_ADDR_TEXT + 24];
    if (self->phase != P_BOUND)
        return PyUnicode_FromFormat("<%s %s>", name, phases[self->phase]);
    if (self->b.kind == PN_STREAM_PIPE) {
        int fd = self->b.fd;
        PyObject *path = pn_path_text(self->b.path);
        PyObject *repr = path != NULL ? PyUnicode_FromFormat("<%s %R fd=%d>", name, path, fd) : NULL;
        Py_XDECREF(path);
        return repr;
    }
    (void)pn_addr_format_scoped(&self->at, text, sizeof(text));
    return PyUnicode_FromFormat(self->at.family == 6 ? "<%s [%s]:%d fd=%d>" : "<%s %s:%d fd=%d>", name, text,
                                (int)self->at.port, self->b.fd);
}

/* --- lifetime --- */

/* It was not closed before its last reference was released: warns, as socket.socket does, and closes it. */
static void
bound_finalize(PyObject *op)
{
    PnBoundSocket *self = PN_BOUND(op);
    PyObject *type, *value, *trace;
    if (self->phase != P_BOUND || self->generation != self->st->generation)
        return;
    PyErr_Fetch(&type, &value, &trace);
    if (PyErr_ResourceWarning(op, 1, "unclosed %R", op) < 0)
        PyErr_WriteUnraisable(op);
    close_bound(self); /* also if the warning's handler has kept a reference */
    PyErr_Restore(type, value, trace);
}

static int
bound_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(PN_BOUND(op)->address);
    return 0;
}

static int
bound_clear(PyObject *op)
{
    Py_CLEAR(PN_BOUND(op)->address);
    return 0;
}

static void
bound_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PnBoundSocket *self = PN_BOUND(op);
    if (PyObject_CallFinalizerFromDealloc(op) < 0)
        return; /* resurrected: the warning's handler has kept a reference */
    PyObject_GC_UnTrack(op);
    close_bound(self);
    if (self->weakrefs != NULL)
        PyObject_ClearWeakRefs(op);
    Py_CLEAR(self->address);
    Py_CLEAR(self->b.path);
    type->tp_free(op);
    Py_DECREF(type);
}

/* --- tables --- */

static PyMethodDef bound_methods[] = {
    {"address", bound_address, METH_NOARGS, address_doc},
    {"fd", bound_fd, METH_NOARGS, fd_doc},
    {"fileno", bound_fd, METH_NOARGS, "fileno($self, /)\n--\n\nThe same as fd(), for select and the like."},
    {"close", bound_close, METH_NOARGS, close_doc},
    {"__reduce_ex__", pn_reduce_handle, METH_O, NULL},
    {"__enter__", bound_enter, METH_NOARGS, NULL},
    {"__exit__", bound_exit, METH_VARARGS, NULL},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, NULL}, /* BoundSocket[str], as the stubs have it */
    {NULL, NULL, 0, NULL},
};

static PyMemberDef bound_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(PnBoundSocket, weakrefs), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef bound_getset[] = {
    {"is_pipe", bound_get_is_pipe, NULL, "True for a unix socket, also after it was adopted. Node: isPipe.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const char bound_doc[] =
    "BoundSocket(options=None, /, *, host=\"0.0.0.0\", port=0, ipv6_only=False, reuse_port=False, path=None)\n--\n\n"
    "A socket that is bound at once, and that neither listens nor connects. Later a server (listen(bound)) or a\n"
    "socket (Socket(handle=bound), connect(handle=bound, port=...)) adopts it. host is an IP address (\"::\" by\n"
    "default with ipv6_only). port 0 means any free port. path (str, bytes, os.PathLike) makes a unix socket,\n"
    "and cannot be combined with other options. In place of the options you may pass a (host, port) tuple or a\n"
    "SocketAddress.\n\n"
    "Raises NetError (`bind EADDRINUSE 127.0.0.1:80`) if it cannot be bound, TypeError (ERR_INVALID_ARG_TYPE),\n"
    "ValueError (ERR_INVALID_ARG_VALUE, ERR_SOCKET_BAD_PORT). Node: class net.BoundSocket.";

static PyType_Slot bound_slots[] = {
    {Py_tp_doc, (void *)bound_doc}, {Py_tp_new, bound_new},           {Py_tp_init, bound_init},
    {Py_tp_methods, bound_methods}, {Py_tp_members, bound_members},   {Py_tp_getset, bound_getset},
    {Py_tp_repr, bound_repr},       {Py_tp_finalize, bound_finalize}, {Py_tp_traverse, bound_traverse},
    {Py_tp_clear, bound_clear},     {Py_tp_dealloc, bound_dealloc},   {0, NULL},
};

PyType_Spec pn_bound_socket_spec = {
    .name = "pynet.BoundSocket",
    .basicsize = sizeof(PnBoundSocket),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .slots = bound_slots,
};
