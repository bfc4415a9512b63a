/* address_info.h - converts addresses to Python objects: AddressInfo (address(), endpoints), and text. */
#ifndef PN_PY_ADDRESS_ADDRESS_INFO_H
#define PN_PY_ADDRESS_ADDRESS_INFO_H

#include "core/addr.h"
#include "py/base/state.h"

/* Returns AddressInfo(address, port, family). New reference. */
PyObject *pn_address_info(PnState *st, const struct pn_addr *addr);
/* Returns the text with the zone, without the port. New reference. */
PyObject *pn_address_text_scoped(const struct pn_addr *addr);

#endif
