/* server_travels.c - a server that is sent to another process, and one that has arrived: see pynet/_handles.py. */
#include <limits.h>

#include "py/base/args.h"
#include "py/loop/driver.h"
#include "py/server/server.h"
#include "py/server/server_limits.h"
#include "py/server/server_proxy.h"
#include "py/socket/bound_socket.h"
#include "uvio/bind.h"
#include "uvio/fd.h"
#include "uvio/listener.h"
#include "uvio/user_fd.h"

/* --- sending --- */

static PnServer *
server_of(PyObject *module, PyObject *op)
{
    PnState *st = pn_state_of_module(module);
    if (!PyObject_TypeCheck(op, st->Server)) {
        pn_raise_arg_type("handle", "an instance of Server", op);
        return NULL;
    }
    return pn_check_alive(PN_EMITTER(op)) < 0 ? NULL : PN_SERVER(op);
}

/* (duplicate, path of the file that it unlinks or None) */
static PyObject *
lend_one(PnState *st, const struct pn_listener *l)
{
    int fd = pn_user_fd_dup(l->fd);
    if (fd < 0)
        return pn_raise_uv(st, fd, "dup");
    PyObject *path = l->file.path != NULL ? PyUnicode_DecodeFSDefault(l->file.path) : Py_NewRef(Py_None);
    PyObject *both = path != NULL ? Py_BuildValue("iN", fd, path) : NULL;
    if (both == NULL)
        pn_fd_close(fd);
    return both;
}

PyObject *
pn_server_lend(PyObject *module, PyObject *op)
{
    PnServer *s = server_of(module, op);
    if (s == NULL)
        return NULL;
    PnState *st = s->em.st;
    struct pn_listener *l;
    if (s->listener == NULL)
        return pn_raise_net(st, "ERR_SERVER_NOT_RUNNING", "Server is not running.");
    if (s->counts->tls != NULL)
        return pn_raise_coded(PyExc_TypeError, "ERR_INVALID_HANDLE_TYPE",
                              "A server with the option ssl cannot be sent: its SSLContext cannot. Send a BoundSocket, "
                              "and make the server in the other process");
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && (l = pn_server_listener(s, i, NULL)) != NULL; i++) {
        PyObject *one = lend_one(st, l);
        if (one == NULL || PyList_Append(list, one) < 0) {
            PyObject *error = pn_take_exception();
            if (one != NULL)
                pn_fd_close((int)PyLong_AsLong(PyTuple_GET_ITEM(one, 0)));
            for (Py_ssize_t k = 0; k < PyList_GET_SIZE(list); k++)
                pn_fd_close((int)PyLong_AsLong(PyTuple_GET_ITEM(PyList_GET_ITEM(list, k), 0)));
            Py_CLEAR(list);
            pn_put_back_exception(error);
        }
        Py_XDECREF(one);
    }
    return list;
}

PyObject *
pn_server_options(PyObject *module, PyObject *op)
{
    PnServer *s = server_of(module, op);
    if (s == NULL)
        return NULL;
    const struct pn_connection_options *o = &s->options;
    PyObject *limit =
        o->max_write_buffer != UINT32_MAX ? PyLong_FromUnsignedLong(o->max_write_buffer) : Py_NewRef(Py_None);
    if (limit == NULL)
        return NULL;
    PyObject *dict = Py_BuildValue(
        "{sOsOsOsOsksksNsOsisn}", "allow_half_open", o->allow_half_open ? Py_True : Py_False, "pause_on_connect",
        o->pause_on_connect ? Py_True : Py_False, "no_delay", o->no_delay ? Py_True : Py_False, "keep_alive",
        o->keep_alive ? Py_True : Py_False, "keep_alive_initial_delay", (unsigned long)o->keep_alive_delay * 1000,
        "high_water_mark", (unsigned long)o->high_water_mark, "max_write_buffer", limit, "max_connections",
        s->max_connections != NULL ? s->max_connections : Py_None, "backlog", s->backlog, "listeners",
        s->listener == NULL ? (Py_ssize_t)0 : 1 + (s->others != NULL ? (Py_ssize_t)s->others->count : 0));
    if (dict != NULL && (pn_server_add_limits(s, dict) < 0 || pn_server_add_proxy(s, dict) < 0))
        Py_CLEAR(dict);
    return dict;
}

PyObject *
pn_server_forget_files(PyObject *module, PyObject *op)
{
    PnServer *s = server_of(module, op);
    struct pn_listener *l;
    if (s == NULL)
        return NULL;
    for (size_t i = 0; (l = pn_server_listener(s, i, NULL)) != NULL; i++)
        pn_path_file_forget(&l->file);
    Py_RETURN_NONE;
}

/* --- arriving --- */

/* The place of a descriptor, which it takes over. 0, or -1 with an exception. */
static int
take(PnState *st, int fd, PyObject *file, int backlog, struct pn_bound_place *place)
{
    char name[PN_PATH_SIZE];
    enum pn_stream_kind kind;
    int status = pn_user_fd_listenable(fd, &kind);
    size_t len = status == 0 && kind == PN_STREAM_PIPE ? pn_path_of(fd, name, sizeof(name)) : 0;
    if (status == 0 && !pn_user_fd_is_listening(fd))
        status = UV_EINVAL;
    if (status == 0 && len > 0 && (place->path = PyUnicode_DecodeFSDefaultAndSize(name, (Py_ssize_t)len)) == NULL) {
        pn_fd_close(fd);
        return -1;
    }
    if (status == 0)
        place->listener = pn_listener_fd(st->loop, fd, kind, backlog, &status);
    if (place->listener == NULL) {
        pn_fd_close(fd);
        if (status == UV_ENOMEM)
            PyErr_NoMemory();
        else
            pn_raise_net(st, "ERR_IPC_INVALID_FRAME", "The descriptor that came is not that of a server");
        return -1;
    }
    return pn_take_file(&place->listener->file, file);
}

/* Takes over the descriptors; closes them if it is not `ready`: an exception is set. 0, or -1 with an exception. */
static int
take_all(PnState *st, PyObject *list, bool ready, int backlog, struct pn_outcome *out)
{
    Py_ssize_t count = PyList_GET_SIZE(list);
    int status = ready ? 0 : -1;
    if (ready && count > 1) {
        out->others = PyMem_RawCalloc(1, sizeof(*out->others) + (size_t)(count - 1) * sizeof(out->others->at[0]));
        if (out->others != NULL)
            out->others->count = (size_t)count - 1;
        status = out->others != NULL ? 0 : -1;
        if (status < 0)
            PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        int fd;
        PyObject *file;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(list, i), "iO", &fd, &file))
            return -1;
        if (status < 0)
            pn_fd_close(fd);
        else
            status = take(st, fd, file, backlog, i == 0 ? &out->first : &out->others->at[i - 1]);
    }
    return status;
}

PyObject *
pn_server_arrives(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    struct pn_outcome out = {0};
    PnServer *s = nargs == 3 ? server_of(module, args[0]) : NULL;
    if (s == NULL || !PyList_Check(args[1]) || PyList_GET_SIZE(args[1]) == 0)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "_server_arrives(server, descriptors, backlog)");
    long backlog = 0;
    bool ready = pn_state_loop(s->em.st) != NULL &&
                 pn_arg_int(args[2], "backlog", INT_MIN, INT_MAX, ">= -2147483648 && <= 2147483647", &backlog) == 0;
    s->backlog = (int)backlog;
    if (take_all(s->em.st, args[1], ready, s->backlog, &out) < 0) {
        PyObject *error = pn_take_exception();
        pn_outcome_clear(&out);
        return pn_raise(error);
    }
    pn_server_listening(s, &out);
    pn_server_wait_for_listener(s);
    if (pn_driver_ensure(s->em.st) < 0)
        return NULL;
    Py_RETURN_NONE;
}
