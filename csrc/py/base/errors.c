/* errors.c - NetError and its family, and every exception that pynet builds: maps libuv's and getaddrinfo's statuses to
 * `code` and `errno`, makes AggregateError, and words the messages about arguments.
 *
 * Each subclass of NetError is also a subclass of the builtin of its kind, so that `except ConnectionRefusedError`
 * works. */
#include "py/base/errors.h"

#include <stdarg.h>
#include <string.h>

#include "uvio/errno_of.h"
#include "uvio/fd.h"
#include "uvio/sockaddr.h"

/* --- attributes --- */

static int
set_text(PyObject *exc, const char *name, const char *text)
{
    PyObject *value = PyUnicode_FromString(text);
    if (value == NULL)
        return -1;
    int status = PyObject_SetAttrString(exc, name, value);
    Py_DECREF(value);
    return status;
}

/* --- the family --- */

static PyObject *
net_error_str(PyObject *self)
{
    /* OSError would show "[Errno 111] ...": the message alone reads as in Node. */
    PyObject *args = PyObject_GetAttrString(self, "args");
    if (args == NULL)
        return NULL;
    PyObject *text = NULL;
    if (PyTuple_Check(args) && PyTuple_GET_SIZE(args) > 0)
        text = PyObject_Str(PyTuple_GET_ITEM(args, PyTuple_GET_SIZE(args) >= 2 ? 1 : 0));
    else
        text = PyUnicode_FromString("");
    Py_DECREF(args);
    return text;
}

static PyType_Slot net_error_slots[] = {
    {Py_tp_doc,
     "NetError(*args)\n--\n\n"
     "An error of the network. `code` is a text such as \"ECONNREFUSED\", `errno` Python's number. `syscall`,\n"
     "`address`, `port` and `hostname` are set where they apply, else None."},
    {Py_tp_str, net_error_str},
    {0, NULL},
};

static PyType_Spec net_error_spec = {
    .name = "pynet.NetError",
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = net_error_slots,
};

/* Pickles a list of errors as a call that builds the same error: its class may have been made at run time, for the
 * kind of the first error. */
static PyObject *
aggregate_error_reduce(PyObject *self, PyObject *unused)
{
    (void)unused;
    PnState *st = pn_state_of_type(Py_TYPE(self));
    PyObject *errors = st != NULL ? PyObject_GetAttr(self, st->names.errors) : NULL;
    if (errors == NULL)
        return NULL;
    PyObject *result = NULL;
    if (PyList_Check(errors) && PyList_GET_SIZE(errors) > 0) {
        PyObject *again = PyObject_GetAttrString(st->module, "_aggregate_error");
        result = again != NULL ? Py_BuildValue("(N(O))", again, errors) : NULL;
    }
    else {
        result = PyObject_CallMethod(PyExc_OSError, "__reduce__", "O", self);
    }
    Py_DECREF(errors);
    return result;
}

PyObject *
pn_make_aggregate_error(PyObject *module, PyObject *errors)
{
    if (PyList_Check(errors) && PyList_GET_SIZE(errors) > 0)
        return pn_aggregate_error(pn_state_of_module(module), errors);
    return pn_raise_arg_type("errors", "a list with an error in it", errors);
}

static PyMethodDef aggregate_error_methods[] = {
    {"__reduce__", aggregate_error_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot aggregate_error_slots[] = {
    {Py_tp_doc, "AggregateError(*args)\n--\n\n"
                "Every attempt to connect failed. `errors` has one error for each attempt."},
    {Py_tp_methods, aggregate_error_methods},
    {0, NULL},
};

static PyType_Spec aggregate_error_spec = {
    .name = "pynet.AggregateError",
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = aggregate_error_slots,
};

PyObject *
pn_new_exception(const char *full, const char *doc, PyObject *bases)
{
    char signed_doc[512];
    PyOS_snprintf(signed_doc, sizeof(signed_doc), "%s(*args)\n--\n\n%s", strrchr(full, '.') + 1, doc);
    /* CPython finds the signature in the docstring that the class is made with; __doc__ is not to show it. */
    PyObject *type = PyErr_NewExceptionWithDoc(full, signed_doc, bases, NULL);
    if (type != NULL && set_text(type, "__doc__", doc) < 0)
        Py_CLEAR(type);
    return type;
}

/* Makes a class pynet.<name> with the given bases (a stolen reference) and adds it to the module. */
static PyObject *
make_class(PyObject *module, const char *name, PyObject *bases, const char *doc)
{
    char full[64];
    if (bases == NULL)
        return NULL;
    PyOS_snprintf(full, sizeof(full), "pynet.%s", name);
    PyObject *type = pn_new_exception(full, doc, bases);
    Py_DECREF(bases);
    if (type != NULL && PyModule_AddObjectRef(module, name, type) < 0)
        Py_CLEAR(type);
    return type;
}

static int
init_kinds(PnState *st, PyObject *module)
{
    /* Not static: on Windows the address of an object of another library is not a constant. */
    const struct kind {
        const char *name; /* of our class */
        PyObject *base;   /* the builtin */
        const char *codes[3];
    } kinds[] = {
        {"NetConnectionRefusedError", PyExc_ConnectionRefusedError, {"ECONNREFUSED"}},
        {"NetConnectionResetError", PyExc_ConnectionResetError, {"ECONNRESET"}},
        {"NetConnectionAbortedError", PyExc_ConnectionAbortedError, {"ECONNABORTED"}},
        {"NetBrokenPipeError", PyExc_BrokenPipeError, {"EPIPE", "ESHUTDOWN"}},
        {"NetTimeoutError", PyExc_TimeoutError, {"ETIMEDOUT", "TIMEOUT_ERR"}},
        {"NetFileNotFoundError", PyExc_FileNotFoundError, {"ENOENT"}},
        {"NetFileExistsError", PyExc_FileExistsError, {"EEXIST"}},
        {"NetPermissionError", PyExc_PermissionError, {"EACCES", "EPERM"}},
        {"NetBlockingIOError", PyExc_BlockingIOError, {"EAGAIN", "EALREADY", "EINPROGRESS"}},
        {"NetIsADirectoryError", PyExc_IsADirectoryError, {"EISDIR"}},
        {"NetNotADirectoryError", PyExc_NotADirectoryError, {"ENOTDIR"}},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct kind *k = &kinds[i];
        PyObject *type = make_class(module, k->name, PyTuple_Pack(2, st->NetError, k->base),
                                    "A NetError that is also the builtin error of its kind.");
        if (type == NULL)
            return -1;
        int status = 0;
        for (size_t j = 0; status == 0 && j < 3 && k->codes[j] != NULL; j++)
            status = PyDict_SetItemString(st->errors_by_code, k->codes[j], type);
        Py_DECREF(type);
        if (status < 0)
            return -1;
    }
    return 0;
}

static PyObject *
gaierror_type(void)
{
    PyObject *socket = PyImport_ImportModule("_socket");
    PyObject *type = socket != NULL ? PyObject_GetAttrString(socket, "gaierror") : NULL;
    Py_XDECREF(socket);
    return type;
}

int
pn_errors_init(PnState *st, PyObject *module)
{
    static const char *const fields[] = {"code",     "syscall",       "address",   "port",
                                         "hostname", "local_address", "local_port"};
    st->NetError = PyType_FromModuleAndSpec(module, &net_error_spec, PyExc_OSError);
    st->errors_by_code = PyDict_New();
    if (st->NetError == NULL || st->errors_by_code == NULL)
        return -1;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (PyObject_SetAttrString(st->NetError, fields[i], Py_None) < 0)
            return -1;
    }
    if (PyModule_AddObjectRef(module, "NetError", st->NetError) < 0 || init_kinds(st, module) < 0)
        return -1;
    PyObject *gaierror = gaierror_type();
    if (gaierror == NULL)
        return -1;
    st->LookupError = make_class(module, "NetLookupError", PyTuple_Pack(2, st->NetError, gaierror),
                                 "A host name could not be resolved; also a socket.gaierror.");
    Py_DECREF(gaierror);
    st->AbortError = make_class(
        module, "AbortError", PyTuple_Pack(1, st->NetError),
        "An operation was aborted. `reason` is the reason of its signal. It is also the __cause__, if it is an\n"
        "exception.");
    st->AggregateError = PyType_FromModuleAndSpec(module, &aggregate_error_spec, st->NetError);
    if (st->LookupError == NULL || st->AbortError == NULL || st->AggregateError == NULL ||
        PyModule_AddObjectRef(module, "AggregateError", st->AggregateError) < 0)
        return -1;
    PyObject *none = PyList_New(0);
    int status = none != NULL ? PyObject_SetAttr(st->AggregateError, st->names.errors, none) : -1;
    Py_XDECREF(none);
    if (status < 0)
        return -1;
    if (PyObject_SetAttrString(st->AbortError, "reason", Py_None) < 0)
        return -1;
    return set_text(st->AbortError, "code", "ABORT_ERR");
}

/* --- building --- */

static int
set_number(PyObject *exc, const char *name, long number)
{
    PyObject *value = PyLong_FromLong(number);
    if (value == NULL)
        return -1;
    int status = PyObject_SetAttrString(exc, name, value);
    Py_DECREF(value);
    return status;
}

/* Returns a borrowed reference, or NULL with an exception. */
static PyObject *
class_for(PnState *st, const char *code)
{
    PyObject *key = PyUnicode_FromString(code);
    if (key == NULL)
        return NULL;
    PyObject *type = PyDict_GetItemWithError(st->errors_by_code, key);
    Py_DECREF(key);
    return type != NULL || PyErr_Occurred() ? type : st->NetError;
}

/* What is wrong with a unix path: " (the folder /x does not exist)", or "". New reference. */
static PyObject *
path_hint(int status, PyObject *path)
{
    PyObject *bytes = status == UV_ENOENT || status == UV_EINVAL ? PyUnicode_EncodeFSDefault(path) : NULL;
    PyObject *hint = NULL;
    if (bytes == NULL) {
        PyErr_Clear();
        return PyUnicode_FromString("");
    }
    const char *text = PyBytes_AS_STRING(bytes);
    size_t len = (size_t)PyBytes_GET_SIZE(bytes), most = pn_path_most();
    const char *slash = strrchr(text, '/');
    if (status == UV_EINVAL && len > most)
        hint = PyUnicode_FromFormat(" (the path has %zu bytes, at most %zu are possible)", len, most);
    else if (status == UV_EINVAL && len > 0 && strlen(text + 1) < len - 1)
        hint = PyUnicode_FromString(" (the path contains a null byte)");
    else if (status == UV_ENOENT && slash != NULL && slash != text) {
        PyObject *folder = PyUnicode_DecodeFSDefaultAndSize(text, slash - text);
        PyBytes_AS_STRING(bytes)[slash - text] = '\0'; /* `bytes` is new, and ours alone */
        if (folder != NULL && !pn_path_exists(text))
            hint = PyUnicode_FromFormat(" (the folder %U does not exist)", folder);
        Py_XDECREF(folder);
    }
    Py_DECREF(bytes);
    return hint != NULL || PyErr_Occurred() ? hint : PyUnicode_FromString("");
}

/* A path that the peer has chosen may contain line ends, escape sequences and bytes that are not text, which must not
 * reach a log or a terminal: it is shown as repr() shows it then. New reference. */
static PyObject *
shown_path(PyObject *path, bool of_peer)
{
    for (Py_ssize_t i = 0; of_peer && i < PyUnicode_GET_LENGTH(path); i++)
        if (!Py_UNICODE_ISPRINTABLE(PyUnicode_READ_CHAR(path, i)))
            return PyObject_Repr(path);
    return Py_NewRef(path);
}

static PyObject *
add_path(PyObject *text, int status, const struct pn_where *where)
{
    PyObject *hint = path_hint(status, where->path);
    PyObject *shown = hint != NULL ? shown_path(where->path, where->peer) : NULL;
    PyObject *all = shown != NULL ? PyUnicode_FromFormat("%U %U%U", text, shown, hint) : NULL;
    Py_XDECREF(shown);
    Py_XDECREF(hint);
    return all;
}

/* Steals `text`. */
static PyObject *
add_place(PyObject *text, int status, const struct pn_where *where)
{
    char address[PN_ADDR_TEXT + 24];
    PyObject *all = text;
    if (text == NULL)
        return NULL;
    if (where->path != NULL) {
        all = add_path(text, status, where);
        Py_DECREF(text);
    }
    else if (where->addr != NULL) {
        (void)pn_addr_format_scoped(where->addr, address, sizeof(address));
        if (where->addr->port != 0)
            all = PyUnicode_FromFormat("%U %s:%d", text, address, (int)where->addr->port);
        else
            all = PyUnicode_FromFormat("%U %s", text, address);
        Py_DECREF(text);
    }
    else if (where->host != NULL) {
        all = PyUnicode_FromFormat("%U %U:%d", text, where->host, (int)where->port);
        Py_DECREF(text);
    }
    if (all != NULL && where->local != NULL) {
        text = all;
        (void)pn_addr_format_scoped(where->local, address, sizeof(address));
        all = PyUnicode_FromFormat("%U - Local (%s:%d)", text, address, (int)where->local->port);
        Py_DECREF(text);
    }
    else if (all != NULL && where->details != NULL) {
        text = all;
        all = PyUnicode_FromFormat("%U - Local (%s)", text, where->details);
        Py_DECREF(text);
    }
    return all;
}

static int
set_local(PyObject *exc, const struct pn_addr *local)
{
    char address[PN_ADDR_TEXT + 24];
    (void)pn_addr_format_scoped(local, address, sizeof(address));
    return set_text(exc, "local_address", address) < 0 ? -1 : set_number(exc, "local_port", local->port);
}

static int
set_place(PyObject *exc, const struct pn_where *where)
{
    char address[PN_ADDR_TEXT + 24];
    if (where->local != NULL && set_local(exc, where->local) < 0)
        return -1;
    if (where->host != NULL &&
        (PyObject_SetAttrString(exc, "hostname", where->host) < 0 || set_number(exc, "port", where->port) < 0))
        return -1;
    if (where->path != NULL) {
        if (PyObject_SetAttrString(exc, "address", where->path) < 0)
            return -1;
        return where->describe ? set_number(exc, "port", -1) : 0;
    }
    if (where->addr == NULL)
        return 0;
    (void)pn_addr_format_scoped(where->addr, address, sizeof(address));
    if (set_text(exc, "address", address) < 0)
        return -1;
    return where->addr->port != 0 ? set_number(exc, "port", where->addr->port) : 0;
}

PyObject *
pn_uv_error(PnState *st, int status, const struct pn_where *where)
{
    const char *code = uv_err_name(status);
    const char *syscall = where->syscall;
    PyObject *text = where->describe ? PyUnicode_FromFormat("%s %s: %s", syscall, code, uv_strerror(status))
                                     : PyUnicode_FromFormat("%s %s", syscall, code);
    text = add_place(text, status, where);
    if (text == NULL)
        return NULL;
    PyObject *type = class_for(st, code);
    PyObject *exc = type != NULL ? PyObject_CallFunction(type, "iO", pn_errno_of(status), text) : NULL;
    Py_DECREF(text);
    if (exc == NULL)
        return NULL;
    if (set_text(exc, "code", code) < 0 || set_text(exc, "syscall", syscall) < 0 || set_place(exc, where) < 0)
        Py_CLEAR(exc);
    return exc;
}

PyObject *
pn_lookup_error(PnState *st, int status, int sys_errno, PyObject *hostname)
{
    const char *code = pn_lookup_code(status, sys_errno);
    PyObject *text = PyUnicode_FromFormat("getaddrinfo %s %U", code, hostname);
    if (text == NULL)
        return NULL;
    PyObject *exc = PyObject_CallFunction(st->LookupError, "iO", status, text);
    Py_DECREF(text);
    if (exc == NULL)
        return NULL;
    if (set_text(exc, "code", code) < 0 || set_text(exc, "syscall", "getaddrinfo") < 0 ||
        PyObject_SetAttr(exc, st->names.hostname, hostname) < 0)
        Py_CLEAR(exc);
    return exc;
}

/* A type of NULL is that of class_for() when memory has run out. */
static PyObject *
coded(PyObject *type, const char *code, const char *format, va_list ap)
{
    PyObject *text = type != NULL ? PyUnicode_FromFormatV(format, ap) : NULL;
    if (text == NULL)
        return NULL;
    PyObject *exc = PyObject_CallOneArg(type, text);
    Py_DECREF(text);
    if (exc != NULL && set_text(exc, "code", code) < 0)
        Py_CLEAR(exc);
    return exc;
}

PyObject *
pn_take_exception(void)
{
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    if (trace != NULL)
        (void)PyException_SetTraceback(value, trace);
    Py_XDECREF(type);
    Py_XDECREF(trace);
    return value;
}

void
pn_put_back_exception(PyObject *error)
{
    if (error != NULL)
        PyErr_Restore(Py_NewRef(Py_TYPE(error)), error, PyException_GetTraceback(error));
}

bool
pn_clear_wording(void)
{
    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_MemoryError) &&
        !PyErr_ExceptionMatches(PyExc_RecursionError) && !PyErr_ExceptionMatches(PyExc_ImportError))
        return false;
    PyErr_Clear();
    return true;
}

PyObject *
pn_net_error(PnState *st, const char *code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    PyObject *exc = coded(class_for(st, code), code, format, ap);
    va_end(ap);
    return exc;
}

PyObject *
pn_net_error_at(PnState *st, const char *code, const struct pn_where *where, const char *text)
{
    /* " 127.0.0.1:80", or "" without a place */
    PyObject *place = add_place(PyUnicode_FromString(""), 0, where);
    if (place == NULL)
        return NULL;
    PyObject *exc = NULL;
    PyObject *bare = PyUnicode_Substring(place, 1, PyUnicode_GET_LENGTH(place));
    if (bare != NULL && PyUnicode_GET_LENGTH(bare) > 0)
        exc = pn_net_error(st, code, "%s (%U)", text, bare);
    else if (bare != NULL)
        exc = pn_net_error(st, code, "%s", text);
    Py_XDECREF(bare);
    Py_DECREF(place);
    if (exc != NULL && set_place(exc, where) < 0)
        Py_CLEAR(exc);
    return exc;
}

PyObject *
pn_coded_error(PyObject *type, const char *code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    PyObject *exc = coded(type, code, format, ap);
    va_end(ap);
    return exc;
}

/* Returns the class (AggregateError, kind of the first error), made on first use and cached by the kind. */
static PyObject *
aggregate_class(PnState *st, PyObject *first)
{
    PyObject *kind = (PyObject *)Py_TYPE(first);
    PyObject *known = PyDict_GetItemWithError(st->errors_by_code, kind);
    if (known != NULL || PyErr_Occurred())
        return Py_XNewRef(known);
    if (kind == st->NetError || !PyObject_IsSubclass(kind, st->NetError))
        return Py_NewRef(st->AggregateError);
    PyObject *type = PyObject_CallFunction((PyObject *)&PyType_Type, "s(OO){ss}", "AggregateError", st->AggregateError,
                                           kind, "__module__", "pynet");
    if (type != NULL && PyDict_SetItem(st->errors_by_code, kind, type) < 0)
        Py_CLEAR(type);
    return type;
}

static PyObject *
exception_group(PyObject *errors)
{
    PyObject *builtins = PyImport_ImportModule("builtins");
    PyObject *group = builtins ? PyObject_GetAttrString(builtins, "ExceptionGroup") : NULL;
    PyObject *exc = group ? PyObject_CallFunction(group, "sO", "every attempt to connect failed", errors) : NULL;
    Py_XDECREF(group);
    Py_XDECREF(builtins);
    return exc;
}

PyObject *
pn_aggregate_error(PnState *st, PyObject *errors)
{
    PyObject *first = PyList_GET_ITEM(errors, 0);
    PyObject *type = aggregate_class(st, first);
    if (type == NULL)
        return NULL;
    PyObject *number = PyObject_GetAttrString(first, "errno");
    /* Do not call into Python while an exception is set: an attribute lookup may lose the exception. */
    PyObject *code = number != NULL ? PyObject_GetAttrString(first, "code") : NULL;
    PyObject *text = code != NULL ? PyObject_CallOneArg(pn_state_run(st, PN_RUN_aggregate_text), errors) : NULL;
    PyObject *exc = text != NULL ? PyObject_CallFunction(type, "OO", number, text) : NULL;
    PyObject *cause = exc != NULL ? exception_group(errors) : NULL;
    if (cause == NULL || PyObject_SetAttr(exc, st->names.code, code) < 0 ||
        PyObject_SetAttr(exc, st->names.errors, errors) < 0) {
        PyObject *why = pn_take_exception();
        Py_CLEAR(exc);
        (void)pn_raise(why);
    }
    else
        PyException_SetCause(exc, Py_NewRef(cause));
    Py_XDECREF(cause);
    Py_XDECREF(text);
    Py_XDECREF(code);
    Py_XDECREF(number);
    Py_DECREF(type);
    return exc;
}

/* --- raising --- */

PyObject *
pn_raise(PyObject *exc)
{
    if (exc != NULL) {
        PyErr_SetObject((PyObject *)Py_TYPE(exc), exc);
        Py_DECREF(exc);
    }
    return NULL;
}

PyObject *
pn_uv_error_function(PyObject *module, PyObject *args)
{
    struct pn_where where = {0};
    int number;
    if (!PyArg_ParseTuple(args, "is", &number, &where.syscall))
        return NULL;
    return pn_uv_error(pn_state_of_module(module), pn_status_of(number), &where);
}

PyObject *
pn_raise_uv(PnState *st, int status, const char *syscall)
{
    struct pn_where where = {.syscall = syscall};
    return pn_raise(pn_uv_error(st, status, &where));
}

PyObject *
pn_raise_net(PnState *st, const char *code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    PyObject *exc = coded(class_for(st, code), code, format, ap);
    va_end(ap);
    return pn_raise(exc);
}

PyObject *
pn_raise_unavailable(PnState *st, const char *feature)
{
    return pn_raise_net(st, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM", "The feature %s is unavailable on this platform",
                        feature);
}

PyObject *
pn_unavailable_function(PyObject *module, PyObject *feature)
{
    const char *text = PyUnicode_Check(feature) ? PyUnicode_AsUTF8(feature) : NULL;
    if (text == NULL)
        return PyErr_Occurred() ? NULL : pn_raise_arg_type("feature", "a str", feature);
    return pn_raise_unavailable(pn_state_of_module(module), text);
}

PyObject *
pn_raise_coded(PyObject *type, const char *code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    PyObject *exc = coded(type, code, format, ap);
    va_end(ap);
    return pn_raise(exc);
}

/* --- arguments --- */

PyObject *
pn_received(PyObject *obj)
{
    if (obj == NULL || obj == Py_None)
        return PyUnicode_FromString("None");
    if (PyFunction_Check(obj))
        return PyUnicode_FromFormat("function %U", ((PyFunctionObject *)obj)->func_name);
    if (PyUnicode_Check(obj) && PyUnicode_GET_LENGTH(obj) > 28) {
        PyObject *head = PyUnicode_Substring(obj, 0, 25);
        PyObject *text = head != NULL ? PyUnicode_FromFormat("type str (%R...)", head) : NULL;
        Py_XDECREF(head);
        return text;
    }
    int overflow = 0;
    if (PyLong_CheckExact(obj) && PyLong_AsLongLongAndOverflow(obj, &overflow) == -1 && overflow != 0)
        return PyUnicode_FromString("a very big int");
    if (PyUnicode_CheckExact(obj) || PyLong_CheckExact(obj) || PyFloat_CheckExact(obj) || PyBool_Check(obj))
        return PyUnicode_FromFormat("type %s (%R)", Py_TYPE(obj)->tp_name, obj);
    return PyUnicode_FromFormat("an instance of %s", Py_TYPE(obj)->tp_name);
}

PyObject *
pn_raise_arg_type(const char *name, const char *expected, PyObject *got)
{
    PyObject *received = pn_received(got);
    if (received != NULL)
        pn_raise_coded(PyExc_TypeError, "ERR_INVALID_ARG_TYPE", "The \"%s\" %s must be %s. Received %U", name,
                       strchr(name, '.') != NULL ? "property" : "argument", expected, received);
    Py_XDECREF(received);
    return NULL;
}

PyObject *
pn_raise_arg_value(const char *name, const char *reason, PyObject *got)
{
    PyObject *received = pn_received(got);
    if (received != NULL)
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE", "The %s '%s' %s. Received %U",
                       strchr(name, '.') != NULL ? "property" : "argument", name, reason, received);
    Py_XDECREF(received);
    return NULL;
}

PyObject *
pn_raise_range(const char *name, const char *range, PyObject *got)
{
    PyObject *shown = PyObject_Repr(got);
    if (shown == NULL && PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear(); /* Python refuses to show an int of thousands of digits */
        shown = pn_received(got);
    }
    if (shown != NULL)
        pn_raise_coded(PyExc_ValueError, "ERR_OUT_OF_RANGE",
                       "The value of \"%s\" is out of range. It must be %s. Received %.60U", name, range, shown);
    Py_XDECREF(shown);
    return NULL;
}

/* --- closed and forked objects --- */

PyObject *
pn_raise_closed(PnState *st)
{
    return pn_raise_net(st, "ERR_LOOP_CLOSED", "The event loop is closed: the interpreter is exiting");
}

int
pn_raise_forked(PnState *st, PyTypeObject *type)
{
    if (st->closed) {
        pn_raise_closed(st);
        return -1;
    }
    pn_raise_net(st, "ERR_FORKED",
                 "This %s belongs to the parent process: after a fork, only objects made in the child can be used",
                 type->tp_name);
    return -1;
}
