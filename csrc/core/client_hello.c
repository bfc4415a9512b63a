/* client_hello.c - finds the name of the server in a ClientHello. */
#include "core/client_hello.h"

#include <stdbool.h>

#define HANDSHAKE    22
#define CLIENT_HELLO 1
#define SERVER_NAME  0
#define HOST_NAME    0

/* What is left of a structure. */
struct span {
    const uint8_t *at;
    size_t len;
};

/* Takes `n` bytes. */
static bool
take(struct span *s, size_t n, struct span *out)
{
    if (n > s->len)
        return false;
    *out = (struct span){s->at, n};
    s->at += n;
    s->len -= n;
    return true;
}

/* Takes a length of `width` bytes and as many bytes. */
static bool
take_vector(struct span *s, size_t width, struct span *out)
{
    struct span number;
    size_t n = 0;
    if (!take(s, width, &number))
        return false;
    for (size_t i = 0; i < width; i++)
        n = n << 8 | number.at[i];
    return take(s, n, out);
}

/* The first host name of the extension's list. */
static bool
host_name(struct span extension, struct span *name)
{
    struct span list, type;
    if (!take_vector(&extension, 2, &list))
        return false;
    while (take(&list, 1, &type) && take_vector(&list, 2, name)) {
        if (type.at[0] == HOST_NAME)
            return name->len > 0;
    }
    return false;
}

static bool
is_printable(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] <= ' ' || s.at[i] > '~')
            return false;
    }
    return true;
}

int
pn_client_hello_name(const uint8_t *data, size_t len, const char **name, size_t *name_len)
{
    struct span in = {data, len}, part, hello, extensions, type, body, found;
    if (len > 0 && (data[0] != HANDSHAKE || (len > 1 && data[1] != 3)))
        return -1;
    if (len < 5)
        return 0;
    if (((size_t)data[3] << 8 | data[4]) + 5 > PN_CLIENT_HELLO_LONGEST)
        return -1;
    (void)take(&in, 3, &part);
    if (!take_vector(&in, 2, &part))
        return 0;
    if (!take(&part, 1, &type) || type.at[0] != CLIENT_HELLO || !take_vector(&part, 3, &hello) ||
        !take(&hello, 2 + 32, &body) ||   /* version, random */
        !take_vector(&hello, 1, &body) || /* session */
        !take_vector(&hello, 2, &body) || /* cipher suites */
        !take_vector(&hello, 1, &body) || /* compression */
        !take_vector(&hello, 2, &extensions))
        return -1;
    while (take(&extensions, 2, &type) && take_vector(&extensions, 2, &body)) {
        if (type.at[0] != 0 || type.at[1] != SERVER_NAME)
            continue;
        if (!host_name(body, &found) || !is_printable(found))
            return -1;
        *name = (const char *)found.at;
        *name_len = found.len;
        return 1;
    }
    return -1;
}
