/* blocklist_files.c - load(), from_file() and save(): files of rules; see blocklist_rules.h.
 *
 * Threads: each function is called with the GIL. It is released while the lines of a file are parsed, and while a list
 *          is built that no other thread can see. */
#include <string.h>

#include "py/address/blocklist_rules.h"
#include "py/address/ip_objects.h"
#include "py/base/args.h"
#include "py/base/errors.h"

/* A list of fewer rules is built at once, with the GIL. */
#define MANY_RULES 1000

/* --- errors of lines --- */

/* Returns what an error begins with, as UTF-8: "blocked.txt: line 7: ". `name` is a str, or NULL. */
static PyObject *
where_of(PyObject *name, size_t number)
{
    PyObject *text = name != NULL ? PyUnicode_FromFormat("%U: line %zu: ", name, number)
                                  : PyUnicode_FromFormat("line %zu: ", number);
    PyObject *bytes = text != NULL ? PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace") : NULL;
    Py_XDECREF(text);
    return bytes;
}

static void
raise_line(enum pn_text_status status, PyObject *name, const struct pn_lines *lines, const struct pn_rule *rule)
{
    PyObject *where = where_of(name, lines->number);
    PyObject *got = PyUnicode_DecodeUTF8(lines->text, (Py_ssize_t)lines->len, "backslashreplace");
    if (where != NULL && got != NULL)
        pn_rule_raise(status, PyBytes_AS_STRING(where), "rule", rule, got);
    Py_XDECREF(where);
    Py_XDECREF(got);
}

/* --- reading --- */

/* Reads the rules of a text in memory, without the GIL. */
static int
read_lines(PyObject *data, PyObject *name, struct pn_rules *out)
{
    struct pn_lines lines;
    struct pn_rule rule;
    enum pn_text_status status;
    int pushed = 0;
    pn_lines_init(&lines, PyBytes_AS_STRING(data), (size_t)PyBytes_GET_SIZE(data));
    Py_BEGIN_ALLOW_THREADS do
    {
        status = pn_lines_next(&lines, &rule);
        if (status == PN_TEXT_RULE)
            pushed = pn_rules_push(out, &rule);
    }
    while (status == PN_TEXT_RULE && pushed == 0)
        ;
    Py_END_ALLOW_THREADS if (pushed < 0) PyErr_NoMemory();
    else if (status != PN_TEXT_NOTHING) raise_line(status, name, &lines, &rule);
    return pushed < 0 || status != PN_TEXT_NOTHING ? -1 : 0;
}

/* Returns the characters of a line, or of all lines, as bytes. Returns NULL with TypeError for anything but str and
 * bytes. */
static PyObject *
bytes_of(PyObject *data, const char *expected)
{
    if (PyBytes_Check(data))
        return Py_NewRef(data);
    if (PyUnicode_Check(data))
        return PyUnicode_AsEncodedString(data, "utf-8", "surrogatepass");
    return pn_raise_arg_type("file", expected, data);
}

/* Reads one item of an iterable of lines. */
static int
read_item(PyObject *item, struct pn_lines *line, struct pn_rules *out)
{
    struct pn_rule rule;
    PyObject *bytes = bytes_of(item, "a path, an open file or an iterable of lines (str or bytes)");
    if (bytes == NULL)
        return -1;
    line->number++;
    line->text = PyBytes_AS_STRING(bytes);
    line->len = (size_t)PyBytes_GET_SIZE(bytes);
    enum pn_text_status status = pn_line_parse(&line->text, &line->len, &rule);
    int result = 0;
    if (status == PN_TEXT_RULE && (result = pn_rules_push(out, &rule)) < 0) {
        PyErr_NoMemory();
    }
    else if (status > PN_TEXT_NOTHING) {
        raise_line(status, NULL, line, &rule);
        result = -1;
    }
    Py_DECREF(bytes);
    return result;
}

static int
read_iterable(PyObject *file, struct pn_rules *out)
{
    struct pn_lines line = {0};
    PyObject *item, *iterator = PyObject_GetIter(file);
    if (iterator == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Clear();
            pn_raise_arg_type("file", "a path, an open file or an iterable of lines (str or bytes)", file);
        }
        return -1;
    }
    int status = 0;
    while (status == 0 && (item = PyIter_Next(iterator)) != NULL) {
        status = read_item(item, &line, out);
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? -1 : status;
}

/* --- files --- */

static PyObject *
read_path(PyObject *path)
{
    PyObject *io = PyImport_ImportModule("io");
    PyObject *file = io != NULL ? PyObject_CallMethod(io, "open", "Os", path, "rb") : NULL;
    PyObject *data = file != NULL ? PyObject_CallMethod(file, "read", NULL) : NULL;
    if (file != NULL) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyObject *closed = PyObject_CallMethod(file, "close", NULL);
        if (closed == NULL)
            PyErr_Clear();
        Py_XDECREF(closed);
        PyErr_Restore(type, value, traceback);
    }
    Py_XDECREF(file);
    Py_XDECREF(io);
    return data;
}

/* Calls read() of an open file. */
static PyObject *
read_open(PyObject *read)
{
    PyObject *data = PyObject_CallNoArgs(read);
    if (data == NULL)
        return NULL;
    PyObject *bytes = bytes_of(data, "a file whose read() gives str or bytes");
    Py_DECREF(data);
    return bytes;
}

/* Returns the path as a str; NULL, without an exception, if `path` is not one. */
static PyObject *
name_of_path(PyObject *path)
{
    PyObject *text = NULL;
    if (PyUnicode_FSDecoder(path, &text))
        return text;
    PyErr_Clear();
    return NULL;
}

/* Returns the name of an open file; NULL, without an exception, if it has none. */
static PyObject *
name_of_file(PyObject *file)
{
    PyObject *name, *text = NULL;
    if (pn_attribute(file, "name", &name) <= 0) {
        PyErr_Clear();
        return NULL;
    }
    text = name_of_path(name);
    Py_DECREF(name);
    return text;
}

static int
read_file(PyObject *file, struct pn_rules *out)
{
    PyObject *read = NULL, *name, *data;
    int found = pn_is_path(file);
    if (found < 0)
        return -1;
    if (found > 0) {
        data = read_path(file);
        name = data != NULL ? name_of_path(file) : NULL;
    }
    else {
        found = pn_attribute(file, "read", &read);
        if (found <= 0)
            return found < 0 ? -1 : read_iterable(file, out);
        data = read_open(read);
        name = data != NULL ? name_of_file(file) : NULL;
        Py_DECREF(read);
    }
    int status = data != NULL ? read_lines(data, name, out) : -1;
    Py_XDECREF(data);
    Py_XDECREF(name);
    return status;
}

/* --- adding --- */

/* Adds all rules or, when out of memory, none. An empty list gets a tree that was built without the GIL. */
static int
add_rules(struct pn_blocklist *list, const struct pn_rules *rules)
{
    if (pn_blocklist_size(list) == 0 && rules->count >= MANY_RULES) {
        struct pn_blocklist fresh;
        int status;
        pn_blocklist_init(&fresh, list->seed);
        Py_BEGIN_ALLOW_THREADS status = pn_blocklist_add(&fresh, rules->items, rules->count);
        Py_END_ALLOW_THREADS if (status == 0 && pn_blocklist_size(list) == 0)
        {
            pn_blocklist_clear(list);
            *list = fresh;
            return 0;
        }
        pn_blocklist_clear(&fresh); /* meanwhile another thread has added rules */
        if (status < 0)
            return -1;
    }
    return pn_blocklist_add(list, rules->items, rules->count);
}

PyObject *
pn_blocklist_load(PyObject *op, PyObject *file)
{
    struct pn_rules rules = {0};
    int status = read_file(file, &rules);
    PyObject *count = status == 0 ? PyLong_FromSize_t(rules.count) : NULL;
    if (count != NULL && add_rules(&PN_BLOCKLIST(op)->list, &rules) < 0) {
        PyErr_NoMemory();
        Py_CLEAR(count);
    }
    pn_rules_free(&rules);
    return count;
}

PyObject *
pn_blocklist_from_file(PyObject *type, PyObject *file)
{
    PnState *st = pn_state_of_type((PyTypeObject *)(void *)type);
    PyObject *op = PyObject_CallNoArgs(type);
    if (op == NULL)
        return NULL;
    if (!PyObject_TypeCheck(op, st->BlockList)) {
        PyErr_Format(PyExc_TypeError, "%R() must return a BlockList", type);
        Py_DECREF(op);
        return NULL;
    }
    PyObject *count = pn_blocklist_load(op, file);
    if (count == NULL)
        Py_CLEAR(op);
    Py_XDECREF(count);
    return op;
}

/* --- writing --- */

/* Returns the lines of a file, oldest rule first. */
static PyObject *
lines_of(const struct pn_blocklist *list)
{
    char text[PN_RULE_TEXT];
    struct pn_rule rule;
    size_t size = 0, cursor = 0;
    while (pn_blocklist_next(list, &cursor, &rule))
        size += pn_rule_format(&rule, text) + 1;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (bytes == NULL)
        return NULL;
    /* The newest rule comes first, and stands at the end. */
    char *at = PyBytes_AS_STRING(bytes) + size;
    cursor = 0;
    while (pn_blocklist_next(list, &cursor, &rule)) {
        size_t len = pn_rule_format(&rule, text);
        *--at = '\n';
        at -= len;
        memcpy(at, text, len);
    }
    return bytes;
}

PyObject *
pn_blocklist_save(PyObject *op, PyObject *file)
{
    int path = pn_is_path(file), writes = path != 0 ? path : pn_has_attribute(file, "write");
    if (writes < 0)
        return NULL;
    if (writes == 0)
        return pn_raise_arg_type("file", "a path or an open file", file);
    PyObject *module = PyImport_ImportModule("pynet._files");
    PyObject *lines = module != NULL ? lines_of(&PN_BLOCKLIST(op)->list) : NULL;
    PyObject *done = lines != NULL ? PyObject_CallMethod(module, path ? "replace" : "write", "OO", file, lines) : NULL;
    Py_XDECREF(lines);
    Py_XDECREF(module);
    return done;
}
