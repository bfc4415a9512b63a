/* args.c - parses arguments and options: positional and keyword arguments, both spellings of an option, ports,
 * milliseconds, paths, callbacks; refuses `tls`, `ssl` and coroutine functions. See args.h. */
#include "py/base/args.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "py/base/errors.h"

#define MOST_PARTIALS 1000

static void raise_unknown(const char *function, pn_option_names names, PyObject *key);

/* --- positional and keyword arguments --- */

static int
place_keyword(const char *function, const char *const *names, Py_ssize_t nargs, PyObject *key, PyObject *value,
              PyObject **out)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (PyUnicode_CompareWithASCIIString(key, names[i]) != 0)
            continue;
        if ((Py_ssize_t)i < nargs) {
            PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%s'", function, names[i]);
            return -1;
        }
        out[i] = value;
        return 0;
    }
    raise_unknown(function, names, key);
    return -1;
}

int
pn_unpack(const char *function, const char *const *names, size_t required, PyObject *const *args, Py_ssize_t nargs,
          PyObject *kwnames, PyObject **out)
{
    size_t count = 0;
    while (names[count] != NULL)
        count++;
    if (nargs > (Py_ssize_t)count) {
        PyErr_Format(PyExc_TypeError, "%s() takes at most %zu arguments (%zd given)", function, count, nargs);
        return -1;
    }
    for (size_t i = 0; i < count; i++)
        out[i] = (Py_ssize_t)i < nargs ? args[i] : NULL;
    Py_ssize_t nkw = kwnames != NULL ? PyTuple_GET_SIZE(kwnames) : 0;
    for (Py_ssize_t i = 0; i < nkw; i++) {
        if (place_keyword(function, names, nargs, PyTuple_GET_ITEM(kwnames, i), args[nargs + i], out) < 0)
            return -1;
    }
    for (size_t i = 0; i < required; i++) {
        if (out[i] == NULL) {
            PyErr_Format(PyExc_TypeError, "%s() missing required argument '%s'", function, names[i]);
            return -1;
        }
    }
    return 0;
}

int
pn_unpack_keyword_only(const char *function, const char *const *names, size_t required, size_t positional,
                       PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, PyObject **out)
{
    if (nargs <= (Py_ssize_t)positional)
        return pn_unpack(function, names, required, args, nargs, kwnames, out);
    PyErr_Format(PyExc_TypeError, "%s() takes at most %zu positional arguments (%zd given)", function, positional,
                 nargs);
    return -1;
}

/* --- options --- */

/* Returns a new reference, or NULL without an exception if the key is missing. Reading must not change the caller's
 * mapping: a defaultdict would grow. */
static PyObject *
get_item(PyObject *mapping, const char *name)
{
    PyObject *key = PyUnicode_FromString(name);
    if (key == NULL)
        return NULL;
    PyObject *value;
    int missing = 0;
    if (PyDict_CheckExact(mapping) ||
        (PyDict_Check(mapping) && (missing = pn_has_attribute((PyObject *)Py_TYPE(mapping), "__missing__")) != 0)) {
        value = missing < 0 ? NULL : Py_XNewRef(PyDict_GetItemWithError(mapping, key));
    }
    else {
        value = PyObject_GetItem(mapping, key);
        if (value == NULL && PyErr_ExceptionMatches(PyExc_KeyError))
            PyErr_Clear();
    }
    Py_DECREF(key);
    return value;
}

static int
from_mapping(PyObject *mapping, const char *name, PyObject **out)
{
    char camel[PN_CAMEL_MAX];
    const char *spellings[2] = {name, pn_camel(name, camel) ? camel : NULL};
    for (int i = 0; i < 2 && spellings[i] != NULL; i++) {
        PyObject *value = get_item(mapping, spellings[i]);
        if (value == NULL && PyErr_Occurred())
            return -1;
        if (value == NULL)
            continue;
        if (value != Py_None) {
            *out = value;
            return 0;
        }
        Py_DECREF(value);
    }
    return 0;
}

/* Raises TypeError, and names what is near or where the name belongs: pynet/_messages.py. `known` holds the names, or is
 * NULL. */
static void
raise_unlike(const char *function, PyObject *known, PyObject *key)
{
    PyObject *messages = known != NULL ? PyImport_ImportModule("pynet._messages") : NULL;
    PyObject *text = NULL;
    if (messages != NULL)
        text = PyObject_CallMethod(messages, "unknown_keyword_text", "sOO", function, known, key);
    if (!pn_clear_wording())
        text = NULL; /* what a signal handler raised is raised */
    else if (text != NULL)
        PyErr_SetObject(PyExc_TypeError, text);
    else
        PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", function, key);
    Py_XDECREF(text);
    Py_XDECREF(messages);
}

static void
raise_unknown(const char *function, pn_option_names names, PyObject *key)
{
    PyObject *known = PyList_New(0);
    for (size_t i = 0; known != NULL && names[i] != NULL; i++) {
        PyObject *name = PyUnicode_FromString(names[i]);
        if (name == NULL || PyList_Append(known, name) < 0)
            Py_CLEAR(known);
        Py_XDECREF(name);
    }
    raise_unlike(function, known, key);
    Py_XDECREF(known);
}

/* Options that users expect of functions that do not have them. They are refused, also in a mapping, since a connection
 * in the clear is not what the user means. */
static const char *const refused[] = {"tls", "ssl"};

/* Whether one of the options is `ssl`. */
static bool
has_ssl(pn_option_names names)
{
    size_t i = 0;
    while (names[i] != NULL && strcmp(names[i], "ssl") != 0)
        i++;
    return names[i] != NULL;
}

static int
refuse(const char *function, pn_option_names names, const char *name)
{
    if (has_ssl(names))
        pn_raise_coded(PyExc_TypeError, "ERR_INVALID_ARG_TYPE", "%s() has no option '%s'; did you mean 'ssl'?",
                       function, name);
    else
        pn_raise_coded(PyExc_TypeError, "ERR_INVALID_ARG_TYPE",
                       "%s() has no option '%s': ssl is an option of connect() and create_server(), and "
                       "sock.start_tls() encrypts an open connection",
                       function, name);
    return -1;
}

static int
refuse_mapping(const char *function, pn_option_names names, PyObject *mapping)
{
    size_t count = has_ssl(names) ? 1 : sizeof(refused) / sizeof(*refused);
    for (size_t i = 0; i < count; i++) {
        PyObject *value = get_item(mapping, refused[i]);
        if (value == NULL && PyErr_Occurred())
            return -1;
        bool given = value != NULL && value != Py_None;
        Py_XDECREF(value);
        if (given)
            return refuse(function, names, refused[i]);
    }
    return 0;
}

/* Returns the index of the option with that name, in either spelling, or -1. */
static Py_ssize_t
find_option(pn_option_names names, PyObject *key)
{
    char camel[PN_CAMEL_MAX];
    for (Py_ssize_t i = 0; names[i] != NULL; i++) {
        if (PyUnicode_CompareWithASCIIString(key, names[i]) == 0 ||
            (pn_camel(names[i], camel) && PyUnicode_CompareWithASCIIString(key, camel) == 0))
            return i;
    }
    return -1;
}

static const char *
find_refused(PyObject *key)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        if (PyUnicode_CompareWithASCIIString(key, refused[i]) == 0)
            return refused[i];
    }
    return NULL;
}

bool
pn_knows_option(pn_option_names names, PyObject *key)
{
    return find_option(names, key) >= 0 || find_refused(key) != NULL;
}

static int
set_keyword(const char *function, pn_option_names names, PyObject *key, PyObject *value, PyObject **out)
{
    Py_ssize_t i = find_option(names, key);
    if (i >= 0) {
        Py_CLEAR(out[i]);
        if (value != Py_None)
            out[i] = Py_NewRef(value);
        return 0;
    }
    const char *name = find_refused(key);
    if (name != NULL)
        return value != Py_None ? refuse(function, names, name) : 0;
    raise_unknown(function, names, key);
    return -1;
}

static int
read_mapping(const char *function, pn_option_names names, PyObject *mapping, PyObject **out)
{
    if (mapping != NULL && refuse_mapping(function, names, mapping) < 0)
        return -1;
    for (size_t i = 0; mapping != NULL && names[i] != NULL; i++) {
        if (from_mapping(mapping, names[i], &out[i]) < 0)
            return -1;
    }
    return 0;
}

static size_t
clear_all(pn_option_names names, PyObject **out)
{
    size_t count = 0;
    for (; names[count] != NULL; count++)
        out[count] = NULL;
    return count;
}

int
pn_options(const char *function, pn_option_names names, PyObject *mapping, PyObject *const *kwvalues, PyObject *kwnames,
           PyObject **out)
{
    size_t count = clear_all(names, out);
    int status = read_mapping(function, names, mapping, out);
    Py_ssize_t nkw = kwnames != NULL ? PyTuple_GET_SIZE(kwnames) : 0;
    for (Py_ssize_t i = 0; status == 0 && i < nkw; i++)
        status = set_keyword(function, names, PyTuple_GET_ITEM(kwnames, i), kwvalues[i], out);
    if (status < 0)
        pn_options_clear(out, count);
    return status;
}

int
pn_options_dict(const char *function, pn_option_names names, PyObject *mapping, PyObject *kwargs, PyObject **out)
{
    size_t count = clear_all(names, out);
    int status = read_mapping(function, names, mapping, out);
    PyObject *key, *value;
    Py_ssize_t pos = 0;
    while (status == 0 && kwargs != NULL && PyDict_Next(kwargs, &pos, &key, &value))
        status = set_keyword(function, names, key, value, out);
    if (status < 0)
        pn_options_clear(out, count);
    return status;
}

void
pn_options_clear(PyObject **values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        Py_CLEAR(values[i]);
}

bool
pn_is_options(PyObject *obj)
{
    return PyDict_Check(obj) || (PyMapping_Check(obj) && !PySequence_Check(obj));
}

bool
pn_is_callback(PyObject *obj)
{
    return obj != NULL && PyCallable_Check(obj) && !pn_is_options(obj);
}

/* --- callables --- */

static bool
is_coroutine_function(PyObject *obj)
{
    if (PyMethod_Check(obj))
        obj = PyMethod_GET_FUNCTION(obj);
    if (!PyFunction_Check(obj))
        return false;
    PyCodeObject *code = (PyCodeObject *)PyFunction_GET_CODE(obj);
    /* The garbage collection of Python 3.11 leaves none in a function that it clears. */
    return code != NULL && (code->co_flags & (CO_COROUTINE | CO_ASYNC_GENERATOR)) != 0;
}

static bool
is_partial(PyObject *obj)
{
    for (PyTypeObject *type = Py_TYPE(obj); type != NULL; type = type->tp_base) {
        if (strcmp(type->tp_name, "functools.partial") == 0)
            return true;
    }
    return false;
}

/* The function in partial(partial(function)); new reference. NULL if it has no end: a partial may contain itself, and
 * calling that overflows the C stack in CPython. */
static PyObject *
without_partials(PyObject *obj)
{
    Py_INCREF(obj);
    for (int i = 0; is_partial(obj); i++) {
        PyObject *inner = i < MOST_PARTIALS ? PyObject_GetAttrString(obj, "func") : NULL;
        if (inner == NULL) {
            PyErr_Clear();
            Py_DECREF(obj);
            return NULL;
        }
        Py_SETREF(obj, inner);
    }
    return obj;
}

static bool
makes_coroutines(PyObject *obj)
{
    if (is_coroutine_function(obj))
        return true;
    if (PyFunction_Check(obj) || PyMethod_Check(obj) || PyCFunction_Check(obj) || PyType_Check(obj))
        return false;
    PyObject *call = PyObject_GetAttrString((PyObject *)Py_TYPE(obj), "__call__");
    bool yes = call != NULL && is_coroutine_function(call);
    PyErr_Clear();
    Py_XDECREF(call);
    return yes;
}

int
pn_check_callable(PnState *st, PyObject *obj, const char *name)
{
    (void)st;
    if (!PyCallable_Check(obj)) {
        pn_raise_arg_type(name, "a callable", obj);
        return -1;
    }
    PyObject *inner = without_partials(obj);
    if (inner == NULL) {
        pn_raise_arg_type(name, "a callable, not a functools.partial that contains itself", obj);
        return -1;
    }
    bool plain = !makes_coroutines(inner);
    Py_DECREF(inner);
    if (plain)
        return 0;
    pn_raise_coded(PyExc_TypeError, "ERR_INVALID_ARG_TYPE",
                   "The \"%s\" argument must be a plain function, not a coroutine function: nothing would await it. "
                   "Start the coroutine from a plain function, with asyncio.run_coroutine_threadsafe(coro(), loop). "
                   "Received %R",
                   name, obj);
    return -1;
}

/* --- values --- */

int
pn_arg_number(PyObject *obj, const char *name, double *out)
{
    if (PyBool_Check(obj) || (!PyLong_Check(obj) && !PyFloat_Check(obj))) {
        pn_raise_arg_type(name, "an int or float", obj);
        return -1;
    }
    if (PyFloat_Check(obj)) {
        *out = PyFloat_AS_DOUBLE(obj);
        return 0;
    }
    *out = PyLong_AsDouble(obj);
    if (*out == -1.0 && PyErr_Occurred()) { /* an int too big for a float counts as infinite */
        int overflow;
        PyErr_Clear();
        (void)PyLong_AsLongLongAndOverflow(obj, &overflow);
        *out = overflow < 0 ? -Py_HUGE_VAL : Py_HUGE_VAL;
    }
    return 0;
}

int
pn_arg_int(PyObject *obj, const char *name, long least, long most, const char *range, long *out)
{
    int overflow = 0;
    if (!PyLong_Check(obj) || PyBool_Check(obj)) {
        pn_raise_arg_type(name, "an int", obj);
        return -1;
    }
    *out = PyLong_AsLongAndOverflow(obj, &overflow);
    if (overflow == 0 && *out >= least && *out <= most)
        return 0;
    pn_raise_range(name, range, obj);
    return -1;
}

int
pn_arg_ms(PyObject *obj, const char *name, double *out)
{
    double ms;
    if (pn_arg_number(obj, name, &ms) < 0)
        return -1;
    if (!(ms >= 0 && ms <= DBL_MAX)) {
        pn_raise_range(name, "a non-negative finite number", obj);
        return -1;
    }
    *out = ms;
    return 0;
}

int
pn_arg_bool(PyObject *obj)
{
    return obj == NULL ? 0 : PyObject_IsTrue(obj);
}

static bool
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static double
js_prefixed(const char *text, size_t len, int base)
{
    double value = 0;
    if (len == 0)
        return Py_NAN;
    for (size_t i = 0; i < len; i++) {
        int c = Py_TOLOWER(text[i]);
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
        if (digit >= base)
            return Py_NAN;
        value = value * base + digit;
    }
    return value;
}

double
pn_js_number(const char *text, size_t len)
{
    char buf[64];
    while (len > 0 && is_space(text[0]))
        text++, len--;
    while (len > 0 && is_space(text[len - 1]))
        len--;
    if (len == 0)
        return 0;
    if (len > 2 && text[0] == '0') {
        int kind = Py_TOLOWER(text[1]);
        int base = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 0;
        if (base != 0)
            return js_prefixed(text + 2, len - 2, base);
    }
    if (len >= sizeof(buf) || strspn(text, "0123456789+-.eE") < len)
        return Py_NAN;
    memcpy(buf, text, len);
    buf[len] = '\0';
    char *end;
    double value = PyOS_string_to_double(buf, &end, NULL);
    if (PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_ValueError))
            PyErr_Clear();
        return Py_NAN;
    }
    return *end == '\0' ? value : Py_NAN;
}

/* NaN if the object is not a number; also with MemoryError set. */
static double
port_number(PyObject *obj)
{
    double value = Py_NAN;
    if (PyUnicode_Check(obj)) {
        Py_ssize_t len;
        const char *text = PyUnicode_AsUTF8AndSize(obj, &len);
        if (text != NULL && strspn(text, " \t\n\v\f\r") < (size_t)len) /* '' and ' ' are not ports */
            value = pn_js_number(text, (size_t)len);
        else if (text == NULL && PyErr_ExceptionMatches(PyExc_UnicodeError))
            PyErr_Clear();
        return value;
    }
    if (PyFloat_Check(obj))
        return PyFloat_AS_DOUBLE(obj);
    value = PyLong_AsDouble(obj);
    if (value == -1.0 && PyErr_Occurred()) /* too large for a double */
        PyErr_Clear();
    return value;
}

int
pn_arg_port(PyObject *obj, const char *name, uint16_t *out)
{
    if (PyBool_Check(obj) || (!PyLong_Check(obj) && !PyFloat_Check(obj) && !PyUnicode_Check(obj))) {
        pn_raise_arg_type(strcmp(name, "Port") == 0 ? "options.port" : name, "an int or str", obj);
        return -1;
    }
    double value = port_number(obj);
    if (PyErr_Occurred())
        return -1;
    if (!(value >= 0 && value <= 65535) || value != floor(value)) {
        PyObject *received = pn_received(obj);
        if (received != NULL)
            pn_raise_coded(PyExc_ValueError, "ERR_SOCKET_BAD_PORT", "%s should be >= 0 and < 65536. Received %U.", name,
                           received);
        Py_XDECREF(received);
        return -1;
    }
    *out = (uint16_t)value;
    return 0;
}

PyObject *
pn_arg_path(PyObject *obj, const char *name)
{
    int is_path = pn_is_path(obj);
    if (is_path <= 0)
        return is_path < 0 ? NULL : pn_raise_arg_type(name, "a str, bytes or os.PathLike", obj);
    PyObject *path = PyOS_FSPath(obj);
    if (path == NULL || PyBytes_Check(path))
        return path;
    PyObject *bytes = PyUnicode_EncodeFSDefault(path);
    Py_DECREF(path);
    if (bytes == NULL && PyErr_ExceptionMatches(PyExc_UnicodeError)) {
        PyErr_Clear();
        return pn_raise_arg_value(name, "must be encodable as a file name", obj);
    }
    return bytes;
}

PyObject *
pn_path_text(PyObject *bytes)
{
    return PyUnicode_DecodeFSDefaultAndSize(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
}

/* --- attributes --- */

int
pn_attribute(PyObject *obj, const char *name, PyObject **out)
{
    *out = PyObject_GetAttrString(obj, name);
    if (*out != NULL)
        return 1;
    if (!PyErr_ExceptionMatches(PyExc_AttributeError))
        return -1;
    PyErr_Clear();
    return 0;
}

int
pn_has_attribute(PyObject *obj, const char *name)
{
    PyObject *value;
    int found = pn_attribute(obj, name, &value);
    Py_XDECREF(value);
    return found;
}

int
pn_is_path(PyObject *obj)
{
    if (PyUnicode_Check(obj) || PyBytes_Check(obj))
        return 1;
    return pn_has_attribute((PyObject *)Py_TYPE(obj), "__fspath__");
}

/* --- for the Python modules --- */

PyObject *
pn_raise_arg_type_function(PyObject *module, PyObject *args)
{
    const char *name, *expected;
    PyObject *got;
    (void)module;
    if (!PyArg_ParseTuple(args, "ssO", &name, &expected, &got))
        return NULL;
    return pn_raise_arg_type(name, expected, got);
}

PyObject *
pn_raise_unknown_function(PyObject *module, PyObject *args)
{
    const char *function;
    PyObject *known, *key;
    (void)module;
    if (PyArg_ParseTuple(args, "sO!U", &function, &PyTuple_Type, &known, &key))
        raise_unlike(function, known, key);
    return NULL;
}

PyObject *
pn_check_callback_function(PyObject *module, PyObject *args)
{
    PyObject *callback;
    const char *name = "callback";
    if (!PyArg_ParseTuple(args, "O|s", &callback, &name) ||
        pn_check_callable(pn_state_of_module(module), callback, name) < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyObject *
pn_reduce_handle(PyObject *op, PyObject *protocol)
{
    (void)protocol;
    PyObject *module = PyImport_ImportModule("pynet._handles");
    PyObject *result = module != NULL ? PyObject_CallMethod(module, "reduce", "O", op) : NULL;
    Py_XDECREF(module);
    return result;
}
