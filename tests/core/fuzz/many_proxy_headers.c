/* many_proxy_headers.c - gives fuzz_proxy_header.c any number of headers, the same ones for the same seed.
 *
 *     program COUNT SEED FILE...
 *
 * Headers of both versions are made by their grammar, or taken from the files. Half of them are then damaged: changed
 * bytes, lengths and digits, cut off, continued, mixed with others. An undamaged one is read, and compared with what it
 * was made of. Each is read in random splits, too. The input that stops the program is in the file `crash-input`. */
#include "fuzz.h"

#include "../check.h"

#include "keep_input.h"

#include "core/proxy_header.h"

#include <stdbool.h>
#include <time.h>

enum { KEPT = 64, BUFFER = 3 * PN_PROXY_LONGEST };

/* A header, and what it must mean. */
struct made {
    uint8_t bytes[BUFFER];
    size_t size;
    bool known; /* `meaning` is what it says: nothing has damaged it */
    struct pn_proxy_header meaning;
    uint8_t paths[2 * PN_PROXY_PATH];
};

static bool
one_in(struct random_source *r, size_t n)
{
    return random_below(r, n) == 0;
}

/* --- pieces --- */

static void
add(struct made *m, const void *bytes, size_t size)
{
    CHECK(m->size + size <= BUFFER);
    memcpy(m->bytes + m->size, bytes, size);
    m->size += size;
}

static void
add_text(struct made *m, const char *text)
{
    add(m, text, strlen(text));
}

static void
add_number(struct made *m, unsigned value, unsigned base)
{
    char digits[16];
    size_t at = sizeof(digits);
    do
        digits[--at] = "0123456789abcdef"[value % base];
    while ((value /= base) > 0);
    add(m, digits + at, sizeof(digits) - at);
}

static void
add_random(struct made *m, struct random_source *r, size_t size)
{
    CHECK(m->size + size <= BUFFER);
    for (size_t i = 0; i < size; i++)
        m->bytes[m->size++] = (uint8_t)(random_next(r) >> 16);
}

static void
put_length(uint8_t *at, size_t length)
{
    at[0] = (uint8_t)(length >> 8);
    at[1] = (uint8_t)length;
}

static void
choose_end(struct random_source *r, uint8_t family, struct pn_addr *out)
{
    static const uint16_t ports[] = {0, 1, 9, 10, 80, 65535};
    size_t size = family == 4 ? 4 : 16;
    memset(out, 0, sizeof(*out));
    out->family = family;
    out->port = one_in(r, 4) ? ports[random_below(r, 6)] : (uint16_t)(random_next(r) >> 16);
    for (size_t i = 0; i < size; i++)
        out->bytes[i] = one_in(r, 3) ? 0 : (uint8_t)(random_next(r) >> 16);
}

/* --- version 1 --- */

static void
add_dotted(struct made *m, const uint8_t *bytes)
{
    for (int i = 0; i < 4; i++) {
        add_text(m, i > 0 ? "." : "");
        add_number(m, bytes[i], 10);
    }
}

/* In any of the forms of an address: groups, the longest or another run of zeros as "::", the end dotted. */
static void
add_ipv6(struct made *m, struct random_source *r, const uint8_t *bytes)
{
    int groups = one_in(r, 6) ? 6 : 8, from = -1, to = -1;
    unsigned value[8];
    for (int i = 0; i < 8; i++)
        value[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    for (int i = 0; i < groups && (from < 0 || one_in(r, 2)); i++) {
        if (value[i] != 0)
            continue;
        from = to = i;
        while (to < groups && value[to] == 0)
            to++;
        i = to;
    }
    for (int i = 0; i < groups; i++) {
        if (i == from) {
            add_text(m, "::");
            i = to - 1;
            continue;
        }
        add_text(m, i > 0 && i != to ? ":" : "");
        add_number(m, value[i], 16);
    }
    if (groups == 8)
        return;
    add_text(m, to == 6 ? "" : ":");
    add_dotted(m, bytes + 12);
}

static void
add_end(struct made *m, struct random_source *r, const struct pn_addr *end)
{
    if (end->family == 4)
        add_dotted(m, end->bytes);
    else
        add_ipv6(m, r, end->bytes);
}

static void
make_v1(struct made *m, struct random_source *r)
{
    static const char *const rests[] = {"", " ", " x", " 1.2.3.4 5.6.7.8 1 2", " \r\r \t"};
    struct pn_proxy_header *h = &m->meaning;
    h->version = 1;
    add_text(m, "PROXY ");
    if (one_in(r, 8)) {
        add_text(m, "UNKNOWN");
        add_text(m, rests[random_below(r, 5)]);
        add_text(m, "\r\n");
        return;
    }
    h->family = one_in(r, 2) ? 4 : 6;
    choose_end(r, h->family, &h->source);
    choose_end(r, h->family, &h->destination);
    add_text(m, h->family == 4 ? "TCP4 " : "TCP6 ");
    add_end(m, r, &h->source);
    add_text(m, " ");
    add_end(m, r, &h->destination);
    add_text(m, " ");
    add_number(m, h->source.port, 10);
    add_text(m, " ");
    add_number(m, h->destination.port, 10);
    add_text(m, "\r\n");
    m->known = m->known && m->size <= PN_PROXY_V1_LONGEST; /* two addresses with dotted ends are too long */
}

/* --- version 2 --- */

/* A path of a unix socket, or an abstract name: NULs fill it up, and one that ends with a NUL has lost it. */
static size_t
make_path(struct random_source *r, uint8_t *path)
{
    size_t len = one_in(r, 4) ? PN_PROXY_PATH : random_below(r, PN_PROXY_PATH + 1);
    memset(path, 0, PN_PROXY_PATH);
    for (size_t i = 0; i < len; i++)
        path[i] = (uint8_t)(1 + random_below(r, 255));
    if (len > 1 && one_in(r, 3))
        path[0] = 0;
    return len;
}

static void
add_addresses(struct made *m, struct random_source *r)
{
    struct pn_proxy_header *h = &m->meaning;
    uint8_t *path = m->paths, port[2];
    if (h->family == PN_PROXY_UNIX) {
        h->source_path = path;
        h->source_path_len = make_path(r, path);
        h->destination_path = path + PN_PROXY_PATH;
        h->destination_path_len = make_path(r, path + PN_PROXY_PATH);
        add(m, path, sizeof(m->paths));
    }
    else if (h->family != PN_PROXY_UNKNOWN) {
        size_t size = h->family == 4 ? 4 : 16;
        choose_end(r, h->family, &h->source);
        choose_end(r, h->family, &h->destination);
        add(m, h->source.bytes, size);
        add(m, h->destination.bytes, size);
        put_length(port, h->source.port);
        add(m, port, 2);
        put_length(port, h->destination.port);
        add(m, port, 2);
    }
}

static void
add_tlv(struct made *m, struct random_source *r, size_t room)
{
    static const uint8_t types[] = {0x01, 0x02, 0x04, 0x05, 0x20, 0x30, 0xe0, 0xef, 0xff, 0x00};
    uint8_t type = types[random_below(r, sizeof(types))];
    size_t start = m->size, most = one_in(r, 200) ? room - 3 : room - 3 < 40 ? room - 3 : 40;
    add(m, (const uint8_t[]){type, 0, 0}, 3);
    if (type == PN_TLV_SSL && most >= 16) {
        add_random(m, r, 5);
        for (size_t n = random_below(r, 3); n > 0; n--) { /* 5 + 2 * (3 + 2) <= 16 */
            add(m, (const uint8_t[]){(uint8_t)(0x21 + random_below(r, 5)), 0, (uint8_t)(n)}, 3);
            add_random(m, r, n);
        }
    }
    else {
        if (type == PN_TLV_SSL)
            m->bytes[start] = PN_TLV_NOOP;
        if (type == PN_TLV_UNIQUE_ID && most > 128)
            most = 128;
        add_random(m, r, random_below(r, most + 1));
    }
    put_length(m->bytes + start + 1, m->size - start - 3);
}

static void
make_v2(struct made *m, struct random_source *r)
{
    static const uint8_t families[] = {PN_PROXY_UNKNOWN, PN_PROXY_IPV4, PN_PROXY_IPV6, PN_PROXY_UNIX};
    static const uint8_t codes[] = {0x00, 0x11, 0x21, 0x31};
    struct pn_proxy_header *h = &m->meaning;
    size_t family = one_in(r, 8) ? 3 : random_below(r, 3), sum = 0;
    h->version = 2;
    h->local = one_in(r, 5);
    h->family = families[family];
    add(m, "\r\n\r\n\0\r\nQUIT\n", 12);
    add(m, (const uint8_t[]){h->local ? 0x20 : 0x21, codes[family], 0, 0}, 4);
    add_addresses(m, r);
    size_t tlvs = m->size;
    for (size_t n = one_in(r, 3) ? 0 : random_below(r, 6); n > 0 && m->size + 10 <= PN_PROXY_LONGEST; n--) {
        add_tlv(m, r, PN_PROXY_LONGEST - 7 - m->size); /* there will be room for the sum */
        if (sum == 0 && one_in(r, 6)) {
            add(m, (const uint8_t[]){PN_TLV_CRC32C, 0, 4, 0, 0, 0, 0}, 7);
            sum = m->size - 4;
        }
    }
    put_length(m->bytes + 14, m->size - PN_PROXY_V2_FIXED);
    if (sum > 0) {
        uint32_t crc = pn_crc32c(0, m->bytes, m->size);
        put_length(m->bytes + sum, crc >> 16);
        put_length(m->bytes + sum + 2, crc & 0xffff);
    }
    h->tlvs = m->bytes + tlvs;
    h->tlvs_len = m->size - tlvs;
    if (h->local) { /* what it says about addresses does not count */
        h->family = PN_PROXY_UNKNOWN;
        memset(&h->source, 0, sizeof(h->source));
        memset(&h->destination, 0, sizeof(h->destination));
        h->source_path_len = h->destination_path_len = 0;
    }
}

/* --- damage --- */

static void
cut_out(struct made *m, size_t at, size_t len)
{
    len = len < m->size - at ? len : m->size - at;
    memmove(m->bytes + at, m->bytes + at + len, m->size - at - len);
    m->size -= len;
}

static void
insert(struct made *m, size_t at, const uint8_t *bytes, size_t len)
{
    uint8_t copy[64];
    len = len < sizeof(copy) ? len : sizeof(copy);
    if (m->size + len > BUFFER)
        return;
    if (len > 0)
        memcpy(copy, bytes, len);
    memmove(m->bytes + at + len, m->bytes + at, m->size - at);
    memcpy(m->bytes + at, copy, len);
    m->size += len;
}

static void
damage_once(struct made *m, struct random_source *r, const struct input *other)
{
    static const uint8_t likely[] = "0123456789abcdefFxX.:%-+ \t\r\n\0\xff PROXYTCP46UNKNOWN";
    static const char *const words[] = {"0", "00", "65536", "99999", "256", "::", ":", "\r\n", " ", "PROXY ", "%lo"};
    size_t at = random_below(r, m->size + 1), from, len = 1 + random_below(r, 8);
    switch (random_below(r, 10)) {
    case 0:
        if (at < m->size)
            m->bytes[at] = (uint8_t)(random_next(r) >> 16);
        break;
    case 1:
        if (at < m->size)
            m->bytes[at] = likely[random_below(r, sizeof(likely) - 1)];
        break;
    case 2:
        if (at < m->size)
            m->bytes[at] ^= (uint8_t)(1 << random_below(r, 8));
        break;
    case 3:
        cut_out(m, at, len);
        break;
    case 4:
        insert(m, at, m->bytes + at, len < m->size - at ? len : m->size - at);
        break;
    case 5: {
        const char *word = words[random_below(r, sizeof(words) / sizeof(words[0]))];
        insert(m, at, (const uint8_t *)word, strlen(word));
        break;
    }
    case 6: /* cut off */
        m->size = at;
        break;
    case 7: /* a length, or what may be one, a little off or anything */
        if (m->size > PN_PROXY_V2_FIXED) {
            at = one_in(r, 2) ? 14 : 14 + random_below(r, m->size - 15);
            size_t value = (size_t)m->bytes[at] << 8 | m->bytes[at + 1];
            put_length(m->bytes + at, one_in(r, 4) ? (size_t)(random_next(r) >> 16) & 0xffff : value - 4 + len);
        }
        break;
    case 8: /* a piece of another */
        from = random_below(r, other->size + 1);
        insert(m, at, other->bytes + from, random_below(r, other->size - from + 1));
        break;
    default: /* the version, the command, the family */
        if (m->size > 13)
            m->bytes[12 + random_below(r, 2)] = (uint8_t)(random_below(r, 4) << 4 | random_below(r, 3));
    }
}

/* --- the checks beside those of the target --- */

static bool
same_end(const struct pn_addr *a, const struct pn_addr *b)
{
    return a->family == b->family && a->port == b->port && memcmp(a->bytes, b->bytes, 16) == 0;
}

static bool
same_bytes(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static void
check_meaning(const struct made *m, size_t header)
{
    const struct pn_proxy_header *want = &m->meaning;
    struct pn_proxy_header got;
    const char *reason = "";
    size_t used;
    CHECK_INT(pn_proxy_scan(m->bytes, m->size, &used), PN_PROXY_WHOLE);
    CHECK_INT(used, header);
    if (pn_proxy_parse(m->bytes, used, &got, &reason) != 0)
        CHECK_STR(reason, "a header that is well-formed");
    CHECK(got.version == want->version && got.family == want->family && got.local == want->local);
    CHECK(same_end(&got.source, &want->source) && same_end(&got.destination, &want->destination));
    CHECK(same_bytes(got.source_path, got.source_path_len, want->source_path, want->source_path_len));
    CHECK(
        same_bytes(got.destination_path, got.destination_path_len, want->destination_path, want->destination_path_len));
    CHECK(same_bytes(got.tlvs, got.tlvs_len, want->tlvs, want->tlvs_len));
}

/* The bytes come in random pieces: the first answer that is final is that for all bytes. */
static void
check_splits(const struct made *m, struct random_source *r)
{
    size_t used, part_used, n = 0;
    enum pn_proxy_status status = pn_proxy_scan(m->bytes, m->size, &used), part;
    do {
        size_t left = m->size - n;
        n += left > 0 ? 1 + random_below(r, one_in(r, 2) && left > 8 ? 8 : left) : 0;
        part = pn_proxy_scan(m->bytes, n, &part_used);
    } while (part == PN_PROXY_MORE && n < m->size);
    CHECK(part == status && (part != PN_PROXY_WHOLE || part_used == used));
}

/* --- the program --- */

static struct {
    size_t known, whole, refused, more, invalid, too_long;
} seen;

static void
count(const struct made *m)
{
    struct pn_proxy_header h;
    const char *reason;
    size_t used;
    switch (pn_proxy_scan(m->bytes, m->size, &used)) {
    case PN_PROXY_WHOLE:
        if (pn_proxy_parse(m->bytes, used, &h, &reason) == 0)
            seen.whole++;
        else
            seen.refused++;
        break;
    case PN_PROXY_MORE:
        seen.more++;
        break;
    case PN_PROXY_INVALID:
        seen.invalid++;
        break;
    case PN_PROXY_TOO_LONG:
        seen.too_long++;
    }
    seen.known += m->known;
}

/* Returns the size of the header, without the data behind it. */
static size_t
next_header(struct made *m, struct random_source *r, const struct input *seeds, size_t seed_count)
{
    const struct input *seed = &seeds[random_below(r, seed_count)];
    memset(&m->meaning, 0, sizeof(m->meaning));
    m->size = 0;
    m->known = one_in(r, 2);
    if (!m->known && one_in(r, 4))
        add(m, seed->bytes, seed->size);
    else if (one_in(r, 2))
        make_v1(m, r);
    else
        make_v2(m, r);
    size_t header = m->size;
    if (!m->known) {
        for (size_t n = 1 + random_below(r, 4); n > 0; n--)
            damage_once(m, r, &seeds[random_below(r, seed_count)]);
    }
    if (one_in(r, 2) && m->size + 32 <= BUFFER) /* data behind it */
        add_random(m, r, random_below(r, one_in(r, 500) ? BUFFER - m->size : 32));
    return header;
}

int
main(int argc, char **argv)
{
    static struct input seeds[KEPT];
    static struct made made;
    size_t seed_count = 0;
    if (argc < 4)
        return 2;
    unsigned long long total = strtoull(argv[1], NULL, 10), seed = strtoull(argv[2], NULL, 10);
    struct random_source r = {seed * 2 + 1};
    for (int i = 3; i < argc && seed_count < KEPT; i++, seed_count++)
        seeds[seed_count] = read_input(argv[i], PN_PROXY_LONGEST);
    keep_input_on_crash();
    printf("%llu headers, seed %llu\n", total, seed);
    fflush(stdout);
    double began = now();
    for (unsigned long long n = 0; n < total; n++) {
        size_t header = next_header(&made, &r, seeds, seed_count);
        running = (struct input){made.bytes, made.size};
        if (made.known)
            check_meaning(&made, header);
        check_splits(&made, &r);
        run_input(LLVMFuzzerTestOneInput, made.bytes, made.size);
        count(&made);
    }
    double seconds = now() - began;
    printf("%llu headers without a fault in %.1f s, %.0f a second\n", total, seconds, (double)total / seconds);
    printf("well-formed and compared %zu; read %zu, refused %zu, not all there %zu, no header %zu, too long %zu\n",
           seen.known, seen.whole, seen.refused, seen.more, seen.invalid, seen.too_long);
    for (size_t i = 0; i < seed_count; i++)
        free(seeds[i].bytes);
    return 0;
}
