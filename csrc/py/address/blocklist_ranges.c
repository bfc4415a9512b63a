/* blocklist_ranges.c - PRIVATE_RANGES and SPECIAL_RANGES, the attributes of the type BlockList; see blocklist_rules.h. */
#include "py/address/blocklist_rules.h"

/* Node's ranges, in its order. */
static const char *const private_ranges[] = {
    "10.0.0.0/8", "172.16.0.0/12",  "192.168.0.0/16", "127.0.0.0/8",
    "::1/128",    "169.254.0.0/16", "fe80::/10",      "fc00::/7",
};

/* The blocks of IANA's IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890) that no other one contains, and
 * multicast. IPv4-mapped addresses (::ffff:0:0/96) are absent: in a list they count as the IPv4 addresses. */
static const char *const special_ranges[] = {
    "0.0.0.0/8",         /* this network: RFC 791 */
    "10.0.0.0/8",        /* private use: RFC 1918 */
    "100.64.0.0/10",     /* shared by the customers of a carrier (CGNAT): RFC 6598 */
    "127.0.0.0/8",       /* loopback: RFC 1122 */
    "169.254.0.0/16",    /* link-local: RFC 3927 */
    "172.16.0.0/12",     /* private use: RFC 1918 */
    "192.0.0.0/24",      /* IETF protocol assignments: RFC 6890 */
    "192.0.2.0/24",      /* documentation: RFC 5737 */
    "192.31.196.0/24",   /* AS112: RFC 7535 */
    "192.52.193.0/24",   /* multicast tunnels (AMT): RFC 7450 */
    "192.88.99.0/24",    /* relays of 6to4, deprecated: RFC 7526 */
    "192.168.0.0/16",    /* private use: RFC 1918 */
    "192.175.48.0/24",   /* AS112: RFC 7534 */
    "198.18.0.0/15",     /* benchmarking: RFC 2544 */
    "198.51.100.0/24",   /* documentation: RFC 5737 */
    "203.0.113.0/24",    /* documentation: RFC 5737 */
    "224.0.0.0/4",       /* multicast: RFC 5771 */
    "240.0.0.0/4",       /* reserved, and broadcast: RFC 1112, RFC 919 */
    "::/128",            /* unspecified: RFC 4291 */
    "::1/128",           /* loopback: RFC 4291 */
    "64:ff9b::/96",      /* IPv4 addresses behind a translator (NAT64): RFC 6052 */
    "64:ff9b:1::/48",    /* the same, for local use: RFC 8215 */
    "100::/64",          /* discard-only: RFC 6666 */
    "100:0:0:1::/64",    /* dummy prefix: RFC 9780 */
    "2001::/23",         /* IETF protocol assignments, such as Teredo, benchmarking, ORCHID: RFC 2928 */
    "2001:db8::/32",     /* documentation: RFC 3849 */
    "2002::/16",         /* 6to4: RFC 3056 */
    "2620:4f:8000::/48", /* AS112: RFC 7534 */
    "3fff::/20",         /* documentation: RFC 9637 */
    "5f00::/16",         /* segment routing: RFC 9602 */
    "fc00::/7",          /* unique local: RFC 4193 */
    "fe80::/10",         /* link-local: RFC 4291 */
    "ff00::/8",          /* multicast: RFC 4291 */
};

static int
set_ranges(PyObject *type, const char *name, const char *const *texts, size_t count)
{
    PyObject *ranges = PyTuple_New((Py_ssize_t)count);
    for (size_t i = 0; ranges != NULL && i < count; i++) {
        PyObject *text = PyUnicode_FromString(texts[i]);
        if (text == NULL)
            Py_CLEAR(ranges);
        else
            PyTuple_SET_ITEM(ranges, (Py_ssize_t)i, text);
    }
    int status = ranges != NULL ? PyObject_SetAttrString(type, name, ranges) : -1;
    Py_XDECREF(ranges);
    return status;
}

#define SET_RANGES(type, name, texts) set_ranges(type, name, texts, sizeof(texts) / sizeof(*(texts)))

int
pn_blocklist_setup(PnState *st)
{
    PyObject *type = (PyObject *)st->BlockList;
    if (SET_RANGES(type, "PRIVATE_RANGES", private_ranges) < 0)
        return -1;
    return SET_RANGES(type, "SPECIAL_RANGES", special_ranges);
}
