/* address.h - the SocketAddress type, for the files that take one. */
#ifndef PN_PY_ADDRESS_ADDRESS_H
#define PN_PY_ADDRESS_ADDRESS_H

#include "core/addr.h"
#include "py/base/state.h"

typedef struct {
    PyObject_HEAD
    struct pn_addr addr; /* scope 0: zones are dropped */
    uint32_t flowlabel;
} PnAddress;

#define PN_ADDRESS(op) ((PnAddress *)(void *)(op))

extern PyType_Spec pn_address_spec;
/* What the spec cannot say: __match_args__. */
int pn_address_setup(PnState *st);

/* The value of a SocketAddress; NULL when `obj` is none. */
const struct pn_addr *pn_address_value(PnState *st, PyObject *obj);
/* Its canonical text, without the port. New reference. */
PyObject *pn_address_text(const struct pn_addr *addr);

/* `options.port`, for which Node has one code whatever the type: 0 (`*out` unchanged when `obj` is NULL), or -1 with
 * ERR_SOCKET_BAD_PORT. */
int pn_options_port(PyObject *obj, uint16_t *out);
/* 4 or 6 for 'ipv4' and 'ipv6' in any case, 0 for anything else. */
uint8_t pn_family_of_text(PyObject *text);
/* ValueError (ERR_INVALID_ADDRESS) that names the argument and says which family was wanted (0: either, 4, 6). */
PyObject *pn_raise_address(const char *name, uint8_t family, PyObject *got);

#endif
