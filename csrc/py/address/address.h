/* address.h - the SocketAddress type, for the files that accept one.
 *
 * The files of this folder:
 *   address_type.c    SocketAddress
 *   address_info.c    AddressInfo, and an address as text
 *   endpoint.c        the forms of an address that connect() and listen() take
 *   ip_objects.c      is_ip(), is_ipv4(), is_ipv6(); objects of the module ipaddress
 *   blocklist_type.c  BlockList: check(); the question "is this peer blocked?" of servers and connect()
 *   blocklist_args.c  its rules from arguments
 *   blocklist_text.c  its rules as text and as JSON */
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
/* Sets what a spec cannot: __match_args__. */
int pn_address_setup(PnState *st);

/* Returns the value of a SocketAddress; NULL if `obj` is not one. */
const struct pn_addr *pn_address_value(PnState *st, PyObject *obj);
/* Returns the canonical text, without the port. New reference. */
PyObject *pn_address_text(const struct pn_addr *addr);

/* Gets `options.port`, for which Node has one error code whatever its type. Returns 0 (`*out` is unchanged if `obj`
 * is NULL), or -1 with ERR_SOCKET_BAD_PORT. */
int pn_options_port(PyObject *obj, uint16_t *out);
/* Returns 4 or 6 for 'ipv4' and 'ipv6' in any case, 0 for anything else. */
uint8_t pn_family_of_text(PyObject *text);
/* Raises ValueError (ERR_INVALID_ADDRESS), which names the argument and the expected family (0: either, 4, 6). */
PyObject *pn_raise_address(const char *name, uint8_t family, PyObject *got);

#endif
