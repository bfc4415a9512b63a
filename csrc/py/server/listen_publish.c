/* listen_publish.c - what listen() publishes on the channels of pynet.diagnostics. Only called when there is a subscriber. */
#include "py/address/address_info.h"
#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/loop/diagnostics.h"
#include "py/loop/driver.h"
#include "py/server/listen_request.h"

/* Steals `value`, which may be NULL with an exception. */
static int
set(PyObject *dict, const char *key, PyObject *value)
{
    int status = value != NULL ? PyDict_SetItemString(dict, key, value) : -1;
    Py_XDECREF(value);
    return status;
}

/* As the options of listen(): the path, or the port and the host. */
static PyObject *
options_of(const struct pn_place *at)
{
    PyObject *dict = PyDict_New();
    int status = dict != NULL ? 0 : -1;
    if (status == 0 && at->path != NULL)
        status = set(dict, "path", pn_path_text(at->path));
    else if (status == 0)
        status = set(dict, "port", PyLong_FromLong(at->addr.port));
    if (status == 0 && at->path == NULL && at->host != NULL)
        status = set(dict, "host", Py_NewRef(at->host));
    else if (status == 0 && at->path == NULL && at->addr.family != 0)
        status = set(dict, "host", pn_address_text_scoped(&at->addr));
    if (status < 0)
        Py_CLEAR(dict);
    return dict;
}

/* One place: its options. Several: a list of these, as "addresses". A descriptor: nothing. */
static PyObject *
options(const struct pn_places *places)
{
    if (places != NULL && places->count == 1)
        return options_of(&places->at[0]);
    PyObject *dict = PyDict_New();
    PyObject *list = dict != NULL && places != NULL ? PyList_New(0) : NULL;
    for (size_t i = 0; list != NULL && i < places->count; i++) {
        PyObject *each = options_of(&places->at[i]);
        if (each == NULL || PyList_Append(list, each) < 0)
            Py_CLEAR(list);
        Py_XDECREF(each);
    }
    if (dict != NULL && places != NULL && set(dict, "addresses", list) < 0)
        Py_CLEAR(dict);
    return dict;
}

int
pn_listen_publish_start(PnServer *s, const struct pn_listen *l)
{
    PyObject *dict = options(l->places);
    if (dict == NULL)
        return -1;
    pn_publish(s->em.st, "tracing:net.server.listen:asyncStart", "server", (PyObject *)s, "options", dict);
    Py_DECREF(dict);
    return pn_check_alive(&s->em) < 0 || pn_state_loop(s->em.st) == NULL ? -1 : 0;
}

void
pn_listen_publish_raised(PnServer *s)
{
    PyObject *error = pn_take_exception();
    pn_publish(s->em.st, "tracing:net.server.listen:error", "server", (PyObject *)s, "error", error);
    pn_put_back_exception(error);
}
