/* socket_proxy.c - the header of the PROXY protocol that an accepted connection began with: the socket's ends become those
 * of the header; the property `proxy`, a ProxyInfo of pynet/_proxy.py, is made when it is asked for. */
#include "py/address/address_info.h"
#include "py/socket/socket.h"

int
pn_socket_take_proxy(PnSocket *s, struct pn_proxy_note *note)
{
    struct pn_socket_extras *extras = pn_extras_of(s);
    struct pn_endpoints *ends = NULL;
    bool has_client = pn_proxy_client(note) != NULL;
    if (extras != NULL && has_client && (ends = PyMem_RawCalloc(1, sizeof(*ends))) == NULL)
        PyErr_NoMemory();
    if (extras == NULL || (has_client && ends == NULL)) {
        pn_proxy_note_free(note);
        return -1;
    }
    (void)pn_stream_local(s->d.io, &note->local);
    (void)pn_stream_peer(s->d.io, &note->peer);
    extras->proxy = note;
    if (ends != NULL) {
        ends->local = note->h.destination;
        ends->peer = note->h.source;
        s->endpoints = ends;
    }
    return 0;
}

/* --- the property --- */

/* AddressInfo or None. New reference. */
static PyObject *
address(PnState *st, const struct pn_addr *addr)
{
    return addr->family != 0 ? pn_address_info(st, addr) : Py_NewRef(Py_None);
}

static PyObject *
end_of_header(PnState *st, const struct pn_proxy_header *h, bool source)
{
    const uint8_t *path = source ? h->source_path : h->destination_path;
    size_t len = source ? h->source_path_len : h->destination_path_len;
    if (path != NULL && len > 0)
        return PyUnicode_DecodeFSDefaultAndSize((const char *)path, (Py_ssize_t)len);
    return address(st, source ? &h->source : &h->destination);
}

/* [(type, bytes), ...] */
static PyObject *
tlvs_of(const struct pn_proxy_header *h)
{
    PyObject *list = PyList_New(0);
    size_t at = 0, len;
    uint8_t type;
    const uint8_t *value;
    while (list != NULL && pn_proxy_next_tlv(h, &at, &type, &value, &len)) {
        PyObject *both = Py_BuildValue("iy#", (int)type, value, (Py_ssize_t)len);
        if (both == NULL || PyList_Append(list, both) < 0)
            Py_CLEAR(list);
        Py_XDECREF(both);
    }
    return list;
}

/* Each value may be NULL, with an exception. */
static PyObject *
make_info(PnState *st, const struct pn_proxy_note *note)
{
    const struct pn_proxy_header *h = &note->h;
    PyObject *module = PyImport_ImportModule("pynet._proxy");
    PyObject *v[5] = {0}, *info = NULL;
    if (module != NULL && (v[0] = address(st, &note->peer)) != NULL && (v[1] = address(st, &note->local)) != NULL &&
        (v[2] = end_of_header(st, h, true)) != NULL && (v[3] = end_of_header(st, h, false)) != NULL &&
        (v[4] = tlvs_of(h)) != NULL)
        info = PyObject_CallMethod(module, "make_info", "isOOOOO", (int)h->version, h->local ? "LOCAL" : "PROXY", v[0],
                                   v[1], v[2], v[3], v[4]);
    for (size_t i = 0; i < 5; i++)
        Py_XDECREF(v[i]);
    Py_XDECREF(module);
    return info;
}

/* The import may run user code, which may connect the socket again: the copy stays the caller's. */
PyObject *
pn_socket_get_proxy(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    struct pn_proxy_note *note = s->extras != NULL ? s->extras->proxy : NULL;
    (void)closure;
    if (note == NULL)
        Py_RETURN_NONE;
    if (note->info != NULL)
        return Py_NewRef(note->info);
    struct pn_proxy_note *copy = pn_proxy_note_new(&note->h, note->bytes, note->len);
    if (copy == NULL)
        return PyErr_NoMemory();
    copy->peer = note->peer;
    copy->local = note->local;
    PyObject *info = make_info(s->d.em.st, copy);
    pn_proxy_note_free(copy);
    if (info != NULL && s->extras != NULL && s->extras->proxy == note && note->info == NULL)
        note->info = Py_NewRef(info);
    return info;
}
