/* proxy_header.c - headers of the PROXY protocol: how much of what came belongs to one, what it says, and how to write
 * one; see proxy_header.h. It allocates nothing. */
#include "core/proxy_header.h"

#include <stdio.h>
#include <string.h>

/* --- CRC-32C --- */

/* clang-format off */
static const uint32_t crc_table[256] = {
    0x00000000, 0xf26b8303, 0xe13b70f7, 0x1350f3f4, 0xc79a971f, 0x35f1141c, 0x26a1e7e8, 0xd4ca64eb,
    0x8ad958cf, 0x78b2dbcc, 0x6be22838, 0x9989ab3b, 0x4d43cfd0, 0xbf284cd3, 0xac78bf27, 0x5e133c24,
    0x105ec76f, 0xe235446c, 0xf165b798, 0x030e349b, 0xd7c45070, 0x25afd373, 0x36ff2087, 0xc494a384,
    0x9a879fa0, 0x68ec1ca3, 0x7bbcef57, 0x89d76c54, 0x5d1d08bf, 0xaf768bbc, 0xbc267848, 0x4e4dfb4b,
    0x20bd8ede, 0xd2d60ddd, 0xc186fe29, 0x33ed7d2a, 0xe72719c1, 0x154c9ac2, 0x061c6936, 0xf477ea35,
    0xaa64d611, 0x580f5512, 0x4b5fa6e6, 0xb93425e5, 0x6dfe410e, 0x9f95c20d, 0x8cc531f9, 0x7eaeb2fa,
    0x30e349b1, 0xc288cab2, 0xd1d83946, 0x23b3ba45, 0xf779deae, 0x05125dad, 0x1642ae59, 0xe4292d5a,
    0xba3a117e, 0x4851927d, 0x5b016189, 0xa96ae28a, 0x7da08661, 0x8fcb0562, 0x9c9bf696, 0x6ef07595,
    0x417b1dbc, 0xb3109ebf, 0xa0406d4b, 0x522bee48, 0x86e18aa3, 0x748a09a0, 0x67dafa54, 0x95b17957,
    0xcba24573, 0x39c9c670, 0x2a993584, 0xd8f2b687, 0x0c38d26c, 0xfe53516f, 0xed03a29b, 0x1f682198,
    0x5125dad3, 0xa34e59d0, 0xb01eaa24, 0x42752927, 0x96bf4dcc, 0x64d4cecf, 0x77843d3b, 0x85efbe38,
    0xdbfc821c, 0x2997011f, 0x3ac7f2eb, 0xc8ac71e8, 0x1c661503, 0xee0d9600, 0xfd5d65f4, 0x0f36e6f7,
    0x61c69362, 0x93ad1061, 0x80fde395, 0x72966096, 0xa65c047d, 0x5437877e, 0x4767748a, 0xb50cf789,
    0xeb1fcbad, 0x197448ae, 0x0a24bb5a, 0xf84f3859, 0x2c855cb2, 0xdeeedfb1, 0xcdbe2c45, 0x3fd5af46,
    0x7198540d, 0x83f3d70e, 0x90a324fa, 0x62c8a7f9, 0xb602c312, 0x44694011, 0x5739b3e5, 0xa55230e6,
    0xfb410cc2, 0x092a8fc1, 0x1a7a7c35, 0xe811ff36, 0x3cdb9bdd, 0xceb018de, 0xdde0eb2a, 0x2f8b6829,
    0x82f63b78, 0x709db87b, 0x63cd4b8f, 0x91a6c88c, 0x456cac67, 0xb7072f64, 0xa457dc90, 0x563c5f93,
    0x082f63b7, 0xfa44e0b4, 0xe9141340, 0x1b7f9043, 0xcfb5f4a8, 0x3dde77ab, 0x2e8e845f, 0xdce5075c,
    0x92a8fc17, 0x60c37f14, 0x73938ce0, 0x81f80fe3, 0x55326b08, 0xa759e80b, 0xb4091bff, 0x466298fc,
    0x1871a4d8, 0xea1a27db, 0xf94ad42f, 0x0b21572c, 0xdfeb33c7, 0x2d80b0c4, 0x3ed04330, 0xccbbc033,
    0xa24bb5a6, 0x502036a5, 0x4370c551, 0xb11b4652, 0x65d122b9, 0x97baa1ba, 0x84ea524e, 0x7681d14d,
    0x2892ed69, 0xdaf96e6a, 0xc9a99d9e, 0x3bc21e9d, 0xef087a76, 0x1d63f975, 0x0e330a81, 0xfc588982,
    0xb21572c9, 0x407ef1ca, 0x532e023e, 0xa145813d, 0x758fe5d6, 0x87e466d5, 0x94b49521, 0x66df1622,
    0x38cc2a06, 0xcaa7a905, 0xd9f75af1, 0x2b9cd9f2, 0xff56bd19, 0x0d3d3e1a, 0x1e6dcdee, 0xec064eed,
    0xc38d26c4, 0x31e6a5c7, 0x22b65633, 0xd0ddd530, 0x0417b1db, 0xf67c32d8, 0xe52cc12c, 0x1747422f,
    0x49547e0b, 0xbb3ffd08, 0xa86f0efc, 0x5a048dff, 0x8ecee914, 0x7ca56a17, 0x6ff599e3, 0x9d9e1ae0,
    0xd3d3e1ab, 0x21b862a8, 0x32e8915c, 0xc083125f, 0x144976b4, 0xe622f5b7, 0xf5720643, 0x07198540,
    0x590ab964, 0xab613a67, 0xb831c993, 0x4a5a4a90, 0x9e902e7b, 0x6cfbad78, 0x7fab5e8c, 0x8dc0dd8f,
    0xe330a81a, 0x115b2b19, 0x020bd8ed, 0xf0605bee, 0x24aa3f05, 0xd6c1bc06, 0xc5914ff2, 0x37faccf1,
    0x69e9f0d5, 0x9b8273d6, 0x88d28022, 0x7ab90321, 0xae7367ca, 0x5c18e4c9, 0x4f48173d, 0xbd23943e,
    0xf36e6f75, 0x0105ec76, 0x12551f82, 0xe03e9c81, 0x34f4f86a, 0xc69f7b69, 0xd5cf889d, 0x27a40b9e,
    0x79b737ba, 0x8bdcb4b9, 0x988c474d, 0x6ae7c44e, 0xbe2da0a5, 0x4c4623a6, 0x5f16d052, 0xad7d5351,
};
/* clang-format on */

uint32_t
pn_crc32c(uint32_t crc, const uint8_t *data, size_t len)
{
    crc = ~crc;
    for (size_t i = 0; i < len; i++)
        crc = crc >> 8 ^ crc_table[(crc ^ data[i]) & 0xff];
    return ~crc;
}

/* --- numbers in network byte order --- */

static unsigned
get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t
get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void
put16(uint8_t *p, size_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static void
put32(uint8_t *p, uint32_t value)
{
    put16(p, value >> 16);
    put16(p + 2, value & 0xffff);
}

/* --- where a header ends --- */

static const uint8_t signature[12] = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
static const uint8_t v1_begin[6] = {'P', 'R', 'O', 'X', 'Y', ' '};

static bool
begins_as(const uint8_t *data, size_t len, const uint8_t *with, size_t size)
{
    return memcmp(data, with, len < size ? len : size) == 0;
}

static enum pn_proxy_status
scan_v1(const uint8_t *data, size_t len, size_t *used)
{
    size_t most = len < PN_PROXY_V1_LONGEST ? len : PN_PROXY_V1_LONGEST;
    const uint8_t *end = memchr(data, '\n', most);
    if (end != NULL) {
        *used = (size_t)(end - data) + 1;
        return PN_PROXY_WHOLE;
    }
    return len < PN_PROXY_V1_LONGEST ? PN_PROXY_MORE : PN_PROXY_TOO_LONG;
}

static enum pn_proxy_status
scan_v2(const uint8_t *data, size_t len, size_t *used)
{
    if (len > 12 && (data[12] >> 4 != 2 || (data[12] & 15) > 1))
        return PN_PROXY_INVALID;
    if (len < PN_PROXY_V2_FIXED)
        return PN_PROXY_MORE;
    size_t rest = get16(data + 14);
    if (rest > PN_PROXY_V2_REST)
        return PN_PROXY_TOO_LONG;
    if (len < PN_PROXY_V2_FIXED + rest)
        return PN_PROXY_MORE;
    *used = PN_PROXY_V2_FIXED + rest;
    return PN_PROXY_WHOLE;
}

enum pn_proxy_status
pn_proxy_scan(const uint8_t *data, size_t len, size_t *used)
{
    *used = len;
    if (begins_as(data, len, signature, sizeof(signature)))
        return scan_v2(data, len, used);
    if (begins_as(data, len, v1_begin, sizeof(v1_begin)))
        return scan_v1(data, len, used);
    return PN_PROXY_INVALID;
}

/* --- version 1 --- */

/* The next field, which ends with `end`; `*p` is behind it then. NULL if there is none. */
static const char *
field(const char **p, const char *last, char end, size_t *len)
{
    const char *start = *p;
    const char *stop = memchr(start, end, (size_t)(last - start));
    if (stop == NULL)
        return NULL;
    *len = (size_t)(stop - start);
    *p = stop + 1;
    return start;
}

static bool
read_port(const char *text, size_t len, uint16_t *out)
{
    unsigned value = 0;
    if (len == 0 || len > 5 || (len > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';
        if (digit > 9)
            return false;
        value = value * 10 + digit;
    }
    *out = (uint16_t)value;
    return value <= 65535;
}

static bool
read_address(const char *text, size_t len, uint8_t family, struct pn_addr *out)
{
    const char *zone = NULL;
    return pn_addr_parse(text, len, out, &zone) == 0 && out->family == family && zone == NULL;
}

static const char *
parse_v1(const char *text, size_t len, struct pn_proxy_header *out)
{
    const char *p = text + sizeof(v1_begin), *last = text + len;
    size_t n[4];
    if (len > PN_PROXY_V1_LONGEST || last - p < 2 || last[-1] != '\n' || last[-2] != '\r' ||
        memchr(text, '\n', len - 1) != NULL)
        return "it does not end with CR LF";
    last--; /* behind the CR */
    if (last - p >= 8 && memcmp(p, "UNKNOWN", 7) == 0 && (p[7] == ' ' || p + 8 == last))
        return NULL;
    out->family = last - p > 5 && memcmp(p, "TCP4 ", 5) == 0 ? 4 : last - p > 5 && memcmp(p, "TCP6 ", 5) == 0 ? 6 : 0;
    if (out->family == 0)
        return "its protocol is not TCP4, TCP6 or UNKNOWN";
    p += 5;
    const char *source = field(&p, last, ' ', &n[0]);
    const char *destination = source != NULL ? field(&p, last, ' ', &n[1]) : NULL;
    if (destination == NULL || !read_address(source, n[0], out->family, &out->source) ||
        !read_address(destination, n[1], out->family, &out->destination))
        return "an address is not one of its family";
    const char *port = field(&p, last, ' ', &n[2]);
    const char *second = port != NULL ? field(&p, last, '\r', &n[3]) : NULL;
    if (second == NULL || p != last || !read_port(port, n[2], &out->source.port) ||
        !read_port(second, n[3], &out->destination.port))
        return "a port is not a number up to 65535";
    return NULL;
}

/* --- version 2 --- */

bool
pn_proxy_are_tlvs(const uint8_t *data, size_t len)
{
    while (len >= 3 && get16(data + 1) <= len - 3) {
        size_t size = 3 + get16(data + 1);
        data += size;
        len -= size;
    }
    return len == 0;
}

bool
pn_proxy_next_tlv(const struct pn_proxy_header *h, size_t *at, uint8_t *type, const uint8_t **value, size_t *len)
{
    if (h->tlvs_len - *at < 3)
        return false;
    const uint8_t *p = h->tlvs + *at;
    *type = p[0];
    *len = get16(p + 1);
    *value = p + 3;
    *at += 3 + *len;
    return true;
}

/* Of the header without the four bytes of the sum, which count as zeros. */
static bool
sum_is(const uint8_t *data, size_t len, const uint8_t *sum)
{
    static const uint8_t zeros[4] = {0};
    uint32_t crc = pn_crc32c(0, data, (size_t)(sum - data));
    crc = pn_crc32c(crc, zeros, sizeof(zeros));
    return pn_crc32c(crc, sum + 4, (size_t)(data + len - sum - 4)) == get32(sum);
}

static const char *
check_tlvs(const uint8_t *data, size_t len, const struct pn_proxy_header *h)
{
    size_t at = 0, n;
    uint8_t type;
    const uint8_t *value;
    bool summed = false;
    while (pn_proxy_next_tlv(h, &at, &type, &value, &n)) {
        if (type == PN_TLV_CRC32C) {
            if (summed || n != 4 || !sum_is(data, len, value))
                return "its checksum is wrong";
            summed = true;
        }
        else if (type == PN_TLV_SSL && (n < 5 || !pn_proxy_are_tlvs(value + 5, n - 5))) {
            return "its TLV about TLS is malformed";
        }
        else if (type == PN_TLV_UNIQUE_ID && n > 128) {
            return "its unique id is longer than 128 bytes";
        }
    }
    return NULL;
}

/* The size of both addresses; -1 for a family that a stream cannot have. */
static int
addresses_size(uint8_t family)
{
    return family == 0x00 ? 0 : family == 0x11 ? 12 : family == 0x21 ? 36 : family == 0x31 ? 2 * PN_PROXY_PATH : -1;
}

static size_t
path_len(const uint8_t *path)
{
    /* An abstract name begins with a NUL; the NULs that fill up do not belong to it. */
    size_t len = PN_PROXY_PATH;
    if (path[0] != 0) {
        const uint8_t *end = memchr(path, 0, PN_PROXY_PATH);
        return end != NULL ? (size_t)(end - path) : len;
    }
    while (len > 0 && path[len - 1] == 0)
        len--;
    return len;
}

static void
read_addresses(const uint8_t *p, uint8_t family, struct pn_proxy_header *out)
{
    size_t size = family == 0x11 ? 4 : 16;
    if (family == 0x31) {
        out->family = PN_PROXY_UNIX;
        out->source_path = p;
        out->source_path_len = path_len(p);
        out->destination_path = p + PN_PROXY_PATH;
        out->destination_path_len = path_len(p + PN_PROXY_PATH);
        return;
    }
    out->family = out->source.family = out->destination.family = family == 0x11 ? 4 : 6;
    memcpy(out->source.bytes, p, size);
    memcpy(out->destination.bytes, p + size, size);
    out->source.port = (uint16_t)get16(p + 2 * size);
    out->destination.port = (uint16_t)get16(p + 2 * size + 2);
}

/* A receiver must accept LOCAL, and ignore what it says about addresses. */
static const char *
parse_v2(const uint8_t *data, size_t len, struct pn_proxy_header *out)
{
    const uint8_t *rest = data + PN_PROXY_V2_FIXED;
    size_t rest_len = len - PN_PROXY_V2_FIXED;
    int size = addresses_size(data[13]);
    out->local = (data[12] & 15) == 0;
    if (size < 0 || (size_t)size > rest_len)
        return out->local ? NULL : size < 0 ? "its family is unknown" : "it is too short for its addresses";
    if (!pn_proxy_are_tlvs(rest + size, rest_len - (size_t)size))
        return out->local ? NULL : "its TLVs are malformed";
    out->tlvs = rest + size;
    out->tlvs_len = rest_len - (size_t)size;
    if (!out->local && size > 0)
        read_addresses(rest, data[13], out);
    return check_tlvs(data, len, out);
}

int
pn_proxy_parse(const uint8_t *data, size_t len, struct pn_proxy_header *out, const char **reason)
{
    size_t used;
    memset(out, 0, sizeof(*out));
    if (pn_proxy_scan(data, len, &used) != PN_PROXY_WHOLE || used != len) {
        *reason = "it is not a whole header";
        return -1;
    }
    out->version = data[0] == 'P' ? 1 : 2;
    *reason = out->version == 1 ? parse_v1((const char *)data, len, out) : parse_v2(data, len, out);
    return *reason == NULL ? 0 : -1;
}

/* --- writing --- */

static size_t
write_v1(const struct pn_proxy_header *h, uint8_t *out)
{
    char source[PN_ADDR_TEXT], destination[PN_ADDR_TEXT], *text = (char *)out;
    int len;
    if (h->local || h->family == PN_PROXY_UNKNOWN) {
        len = snprintf(text, PN_PROXY_LONGEST, "PROXY UNKNOWN\r\n");
        return (size_t)len;
    }
    if (h->family == PN_PROXY_UNIX)
        return 0;
    (void)pn_addr_format(&h->source, source);
    (void)pn_addr_format(&h->destination, destination);
    len = snprintf(text, PN_PROXY_LONGEST, "PROXY TCP%d %s %s %u %u\r\n", (int)h->family, source, destination,
                   (unsigned)h->source.port, (unsigned)h->destination.port);
    return (size_t)len;
}

/* Returns their size; -1 if a path is too long. */
static int
write_addresses(const struct pn_proxy_header *h, uint8_t *p)
{
    size_t size = h->family == 4 ? 4 : 16;
    if (h->local || h->family == PN_PROXY_UNKNOWN)
        return 0;
    if (h->family == PN_PROXY_UNIX) {
        if (h->source_path_len > PN_PROXY_PATH || h->destination_path_len > PN_PROXY_PATH)
            return -1;
        memset(p, 0, (size_t)2 * PN_PROXY_PATH);
        if (h->source_path_len > 0)
            memcpy(p, h->source_path, h->source_path_len);
        if (h->destination_path_len > 0)
            memcpy(p + PN_PROXY_PATH, h->destination_path, h->destination_path_len);
        return 2 * PN_PROXY_PATH;
    }
    memcpy(p, h->source.bytes, size);
    memcpy(p + size, h->destination.bytes, size);
    put16(p + 2 * size, h->source.port);
    put16(p + 2 * size + 2, h->destination.port);
    return (int)(2 * size + 4);
}

static size_t
write_v2(const struct pn_proxy_header *h, bool checksum, uint8_t *out)
{
    int size = write_addresses(h, out + PN_PROXY_V2_FIXED);
    size_t rest = (size_t)size + h->tlvs_len + (checksum ? 7 : 0);
    if (size < 0 || h->tlvs_len > PN_PROXY_V2_REST || rest > PN_PROXY_V2_REST)
        return 0;
    memcpy(out, signature, sizeof(signature));
    out[12] = h->local ? 0x20 : 0x21;
    out[13] = size == 0 ? 0x00 : h->family == 4 ? 0x11 : h->family == 6 ? 0x21 : 0x31;
    put16(out + 14, rest);
    if (h->tlvs_len > 0)
        memcpy(out + PN_PROXY_V2_FIXED + size, h->tlvs, h->tlvs_len);
    if (checksum) {
        uint8_t *tlv = out + PN_PROXY_V2_FIXED + (size_t)size + h->tlvs_len;
        memset(tlv, 0, 7);
        tlv[0] = PN_TLV_CRC32C;
        tlv[2] = 4;
        put32(tlv + 3, pn_crc32c(0, out, PN_PROXY_V2_FIXED + rest));
    }
    return PN_PROXY_V2_FIXED + rest;
}

size_t
pn_proxy_write(const struct pn_proxy_header *h, bool checksum, uint8_t *out)
{
    if (h->version == 1)
        return h->tlvs_len > 0 || checksum ? 0 : write_v1(h, out);
    return write_v2(h, checksum, out);
}
