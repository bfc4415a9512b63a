/* names.c - interns names, and derives Node's spelling from PEP 8 names: each public attribute gets an alias
 * (set_no_delay, setNoDelay). */
#include "py/base/names.h"

#include <string.h>

int
pn_names_init(struct pn_names *names)
{
#define PN_NAME_INIT(n)                                      \
    if ((names->n = PyUnicode_InternFromString(#n)) == NULL) \
        return -1;
    PN_NAMES(PN_NAME_INIT)
#undef PN_NAME_INIT
    return 0;
}

void
pn_names_clear(struct pn_names *names)
{
#define PN_NAME_CLEAR(n) Py_CLEAR(names->n);
    PN_NAMES(PN_NAME_CLEAR)
#undef PN_NAME_CLEAR
}

/* Words that Node writes in capitals, except at the start of a name. */
static const char *const words[][2] = {
    {"ip", "IP"}, {"ipv4", "IPv4"}, {"ipv6", "IPv6"}, {"cidr", "CIDR"}, {"cidrs", "CIDRs"}, {"json", "JSON"},
};

static const char *
spelled(const char *word, size_t len)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i][0]) == len && memcmp(words[i][0], word, len) == 0)
            return words[i][1];
    }
    return NULL;
}

int
pn_camel(const char *snake, char *out)
{
    size_t n = 0;
    if (snake[0] == '_' || strchr(snake, '_') == NULL || strlen(snake) >= PN_CAMEL_MAX)
        return 0;
    const char *word = snake;
    for (int first = 1; *word != '\0'; first = 0) {
        size_t len = strcspn(word, "_");
        const char *special = first ? NULL : spelled(word, len);
        memcpy(out + n, special ? special : word, len);
        if (!first && special == NULL && out[n] >= 'a' && out[n] <= 'z')
            out[n] = (char)(out[n] - 'a' + 'A');
        n += len;
        word += len;
        if (*word == '_')
            word++;
    }
    out[n] = '\0';
    return 1;
}

static int
is_constant(const char *name)
{
    return name[0] >= 'A' && name[0] <= 'Z';
}

/* Reads `dict` and sets the aliases on `owner` afterwards. */
static int
alias_all(PyObject *owner, PyObject *dict)
{
    PyObject *names = PyMapping_Keys(dict);
    if (names == NULL)
        return -1;
    int status = 0;
    for (Py_ssize_t i = 0; status == 0 && i < PyList_GET_SIZE(names); i++) {
        char camel[PN_CAMEL_MAX];
        PyObject *name = PyList_GET_ITEM(names, i);
        const char *text = PyUnicode_AsUTF8(name);
        if (text == NULL) {
            status = -1;
            break;
        }
        if (is_constant(text) || !pn_camel(text, camel))
            continue;
        PyObject *value = PyObject_GetItem(dict, name);
        status = value == NULL ? -1 : PyObject_SetAttrString(owner, camel, value);
        Py_XDECREF(value);
    }
    Py_DECREF(names);
    return status;
}

/* Node's spellings work, but what lists the members of an object need not list each of them twice. */
static PyObject *
dir_without_aliases(PyObject *self, PyObject *unused)
{
    (void)unused;
    PyObject *names = PyObject_CallMethod((PyObject *)&PyBaseObject_Type, "__dir__", "O", self);
    PyObject *messages = names != NULL ? PyImport_ImportModule("pynet._messages") : NULL;
    PyObject *kept = messages != NULL ? PyObject_CallMethod(messages, "without_aliases", "O", names) : NULL;
    Py_XDECREF(messages);
    Py_XDECREF(names);
    return kept;
}

static PyMethodDef dir_methods[] = {
    {"__dir__", dir_without_aliases, METH_NOARGS,
     "__dir__($self, /)\n--\n\n"
     "Returns the members, without Node's spellings."},
    {NULL, NULL, 0, NULL},
};

int
pn_alias_type(PyTypeObject *type)
{
    PyObject *dir = PyDescr_NewMethod(type, &dir_methods[0]);
    int added = dir != NULL ? PyObject_SetAttrString((PyObject *)type, "__dir__", dir) : -1;
    Py_XDECREF(dir);
    if (added < 0)
        return -1;
    PyObject *dict = PyObject_GetAttrString((PyObject *)type, "__dict__");
    if (dict == NULL)
        return -1;
    int status = alias_all((PyObject *)type, dict);
    Py_DECREF(dict);
    return status;
}

int
pn_alias_module(PyObject *module)
{
    return alias_all(module, PyModule_GetDict(module));
}

PyObject *
pn_alias_type_function(PyObject *module, PyObject *type)
{
    (void)module;
    PyObject *dict = PyObject_GetAttrString(type, "__dict__");
    int status = dict != NULL ? alias_all(type, dict) : -1;
    Py_XDECREF(dict);
    return status < 0 ? NULL : Py_NewRef(type);
}
