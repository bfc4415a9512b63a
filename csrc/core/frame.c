/* frame.c - frames of messages and descriptors between processes: their header, and an incremental parser; see frame.h.
 *
 * Owns: one block of memory, which holds the longest frame. */
#include "core/frame.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY ((size_t)PN_FRAME_HEADER + PN_FRAME_LONGEST)

void
pn_frame_header(unsigned char header[PN_FRAME_HEADER], size_t len, uint8_t kind, uint8_t flags)
{
    for (int i = 0; i < 4; i++)
        header[i] = (unsigned char)(len >> (24 - 8 * i));
    header[4] = kind;
    header[5] = flags;
}

static size_t
message_length(const struct pn_frames *f)
{
    size_t len = 0;
    for (size_t i = 0; i < 4; i++)
        len = len << 8 | (unsigned char)f->base[f->start + i];
    return len;
}

static unsigned char
flags_of(const struct pn_frames *f)
{
    return (unsigned char)f->base[f->start + 5];
}

char *
pn_frames_space(struct pn_frames *f, size_t *len)
{
    if (f->base == NULL && (f->base = malloc(CAPACITY)) == NULL)
        return NULL;
    if (f->start > 0) {
        memmove(f->base, f->base + f->start, f->end - f->start);
        f->end -= f->start;
        f->start = 0;
    }
    *len = CAPACITY - f->end;
    return f->base + f->end;
}

void
pn_frames_stored(struct pn_frames *f, size_t len)
{
    f->end += len;
}

/* As pn_frames_take(), and takes nothing. */
static int
look(const struct pn_frames *f)
{
    size_t have = f->end - f->start;
    if (have < PN_FRAME_HEADER)
        return 0;
    size_t len = message_length(f);
    if (len > PN_FRAME_LONGEST || (flags_of(f) & ~PN_FRAME_HAS_FD) != 0)
        return -1;
    return have - PN_FRAME_HEADER >= len;
}

bool
pn_frames_ready(const struct pn_frames *f)
{
    return look(f) != 0;
}

int
pn_frames_take(struct pn_frames *f, struct pn_frame *out)
{
    int status = look(f);
    if (status != 1)
        return status;
    const char *header = f->base + f->start;
    *out = (struct pn_frame){
        .kind = (uint8_t)header[4],
        .flags = flags_of(f),
        .message = header + PN_FRAME_HEADER,
        .len = message_length(f),
    };
    f->start += PN_FRAME_HEADER + out->len;
    if (f->start == f->end)
        f->start = f->end = 0;
    return 1;
}

bool
pn_frames_begun_with_fd(const struct pn_frames *f)
{
    size_t have = f->end - f->start;
    return have > 0 && (have < PN_FRAME_HEADER || (flags_of(f) & PN_FRAME_HAS_FD) != 0);
}

void
pn_frames_clear(struct pn_frames *f)
{
    free(f->base);
    *f = (struct pn_frames){0};
}
