/* ip_objects.h - addresses and networks as users have them: text, bytes, objects of the module ipaddress. */
#ifndef PN_PY_ADDRESS_IP_OBJECTS_H
#define PN_PY_ADDRESS_IP_OBJECTS_H

#include "core/addr.h"
#include "py/base/state.h"

/* The characters of a str, in place when it is ASCII. false when it has no UTF-8 form (lone surrogates). */
bool pn_text_of_str(PyObject *str, const char **text, size_t *len);

/* pn_addr_parse() for rules and SocketAddress, with any name an interface may have (none, too) after the '%' of an IPv6
 * address; it is dropped. 0, or -1. */
int pn_ip_from_text(const char *text, size_t len, struct pn_addr *out);

/* 1 when `obj` is an IPv4Address or IPv6Address (or Interface) of the module ipaddress, with its value in `*out`, the
 * zone dropped; 0 when it is none; -1 with what reading it raised. */
int pn_ip_from_object(PnState *st, PyObject *obj, struct pn_addr *out);
/* The same for IPv4Network and IPv6Network. */
int pn_net_from_object(PnState *st, PyObject *obj, struct pn_addr *out, unsigned *prefix);
bool pn_is_ip_object(PnState *st, PyObject *obj);

/* The text of an address object, zone included; of anything else the object itself. New reference. */
PyObject *pn_host_of_object(PnState *st, PyObject *obj);

/* is_ip(), is_ipv4(), is_ipv6() */
PyObject *pn_is_ip(PyObject *module, PyObject *input);
PyObject *pn_is_ipv4(PyObject *module, PyObject *input);
PyObject *pn_is_ipv6(PyObject *module, PyObject *input);
extern const char pn_is_ip_doc[], pn_is_ipv4_doc[], pn_is_ipv6_doc[];

#endif
