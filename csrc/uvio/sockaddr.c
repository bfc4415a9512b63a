/* sockaddr.c - converts addresses and zones to and from the platform's socket addresses; see sockaddr.h. */
#include "uvio/sockaddr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

socklen_t
pn_addr_to_sockaddr(const struct pn_addr *a, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof(*out));
    if (a->family == 6) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(a->port);
        in6->sin6_scope_id = a->scope;
        memcpy(&in6->sin6_addr, a->bytes, 16);
        return sizeof(*in6);
    }
    struct sockaddr_in *in = (struct sockaddr_in *)out;
    in->sin_family = AF_INET;
    in->sin_port = htons(a->port);
    memcpy(&in->sin_addr, a->bytes, 4);
    return sizeof(*in);
}

bool
pn_addr_from_sockaddr(const struct sockaddr *sa, struct pn_addr *out)
{
    memset(out, 0, sizeof(*out));
    if (sa->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)sa;
        out->family = 4;
        out->port = ntohs(in->sin_port);
        memcpy(out->bytes, &in->sin_addr, 4);
        return true;
    }
    if (sa->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)sa;
        out->family = 6;
        out->port = ntohs(in6->sin6_port);
        out->scope = in6->sin6_scope_id;
        memcpy(out->bytes, &in6->sin6_addr, 16);
        return true;
    }
    return false;
}

static uint32_t
scope_of(const char *zone, size_t len)
{
    char name[IF_NAMESIZE];
    if (len == 0 || len >= sizeof(name))
        return 0;
    memcpy(name, zone, len);
    name[len] = '\0';
    uint32_t index = if_nametoindex(name);
    if (index != 0)
        return index;
    char *end;
    unsigned long n = strtoul(name, &end, 10);
    return *end == '\0' && n <= UINT32_MAX ? (uint32_t)n : 0;
}

int
pn_addr_parse_scoped(const char *text, size_t len, struct pn_addr *out)
{
    const char *zone = NULL;
    if (pn_addr_parse(text, len, out, &zone) < 0)
        return -1;
    if (zone != NULL)
        out->scope = scope_of(zone, len - (size_t)(zone - text));
    return 0;
}

size_t
pn_addr_format_scoped(const struct pn_addr *a, char *out, size_t size)
{
    char text[PN_ADDR_TEXT];
    char name[IF_NAMESIZE];
    (void)pn_addr_format(a, text);
    int n;
    if (a->scope == 0)
        n = snprintf(out, size, "%s", text);
    else if (if_indextoname(a->scope, name) != NULL)
        n = snprintf(out, size, "%s%%%s", text, name);
    else
        n = snprintf(out, size, "%s%%%u", text, (unsigned)a->scope);
    return n < 0 ? 0 : (size_t)n;
}
