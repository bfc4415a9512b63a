/* address_info.c - makes AddressInfo and address text with a zone, see address_info.h. */
#include "py/address/address_info.h"

#include "uvio/sockaddr.h"

PyObject *
pn_address_info(PnState *st, const struct pn_addr *addr)
{
    char text[PN_ADDR_TEXT + 24];
    (void)pn_addr_format_scoped(addr, text, sizeof(text));
    return PyObject_CallFunction(st->AddressInfo, "siO", text, (int)addr->port,
                                 addr->family == 6 ? st->names.IPv6 : st->names.IPv4);
}

PyObject *
pn_address_text_scoped(const struct pn_addr *addr)
{
    char text[PN_ADDR_TEXT + 24];
    (void)pn_addr_format_scoped(addr, text, sizeof(text));
    return PyUnicode_FromString(text);
}
