/* proxy_note.c - a copy of a header of the PROXY protocol, which a socket keeps. */
#include <string.h>

#include "py/socket/socket.h"

struct pn_proxy_note *
pn_proxy_note_new(const struct pn_proxy_header *h, const uint8_t *bytes, size_t len)
{
    struct pn_proxy_note *note = PyMem_RawCalloc(1, sizeof(*note) + len);
    if (note == NULL)
        return NULL;
    memcpy(note->bytes, bytes, len);
    note->len = len;
    note->h = *h;
    /* The header points into `bytes`: now into the copy. */
    if (h->tlvs != NULL)
        note->h.tlvs = note->bytes + (h->tlvs - bytes);
    if (h->source_path != NULL) {
        note->h.source_path = note->bytes + (h->source_path - bytes);
        note->h.destination_path = note->bytes + (h->destination_path - bytes);
    }
    return note;
}

void
pn_proxy_note_free(struct pn_proxy_note *note)
{
    if (note == NULL)
        return;
    Py_XDECREF(note->info);
    PyMem_RawFree(note);
}
