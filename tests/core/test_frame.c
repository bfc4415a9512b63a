/* needs: hooks */
/* test_frame.c - frames of messages: what was written comes back whole, in whatever pieces it arrives. */
#include "check.h"
#include "hooks.h"

#include "core/frame.h"

static void
store(struct pn_frames *f, const void *data, size_t len)
{
    size_t room;
    char *to = pn_frames_space(f, &room);
    CHECK(to != NULL && room >= len);
    memcpy(to, data, len);
    pn_frames_stored(f, len);
}

static void
store_frame(struct pn_frames *f, const char *message, uint8_t kind, uint8_t flags)
{
    unsigned char header[PN_FRAME_HEADER];
    pn_frame_header(header, strlen(message), kind, flags);
    store(f, header, sizeof(header));
    store(f, message, strlen(message));
}

static void
test_a_frame_comes_back(void)
{
    struct pn_frames f = {0};
    struct pn_frame out;
    CHECK(!pn_frames_ready(&f) && !pn_frames_begun(&f));
    store_frame(&f, "hello", 7, PN_FRAME_HAS_FD);
    CHECK(pn_frames_ready(&f));
    CHECK_INT(pn_frames_take(&f, &out), 1);
    CHECK_INT(out.kind, 7);
    CHECK_INT(out.flags, PN_FRAME_HAS_FD);
    CHECK(out.len == 5 && memcmp(out.message, "hello", 5) == 0);
    CHECK(!pn_frames_begun(&f));
    CHECK_INT(pn_frames_take(&f, &out), 0);
    pn_frames_clear(&f);
}

static void
test_bytes_one_by_one(void)
{
    struct pn_frames f = {0};
    struct pn_frame out;
    const char bytes[] = "\0\0\0\2\1\0ab\0\0\0\0\2\1";
    int frames = 0;
    for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
        store(&f, bytes + i, 1);
        int status = pn_frames_take(&f, &out);
        CHECK_INT(status, i == 7 || i == 13);
        frames += status;
        CHECK_INT(pn_frames_begun_with_fd(&f), i < 5 || (i > 7 && i < 13));
    }
    CHECK_INT(frames, 2);
    CHECK(out.len == 0 && out.kind == 2);
    pn_frames_clear(&f);
}

static void
test_what_is_no_frame(void)
{
    struct pn_frame out;
    unsigned char header[PN_FRAME_HEADER];
    for (int i = 0; i < 3; i++) {
        struct pn_frames f = {0};
        pn_frame_header(header, i == 0 ? PN_FRAME_LONGEST + 1 : i == 1 ? 0xffffffff : 0, 1, i == 2 ? 2 : 0);
        store(&f, header, sizeof(header));
        CHECK(pn_frames_ready(&f));
        CHECK_INT(pn_frames_take(&f, &out), -1);
        pn_frames_clear(&f);
    }
}

static void
test_the_longest_frame_fits(void)
{
    struct pn_frames f = {0};
    struct pn_frame out;
    unsigned char header[PN_FRAME_HEADER];
    size_t room, left = PN_FRAME_LONGEST;
    store_frame(&f, "before", 0, 0);
    pn_frame_header(header, PN_FRAME_LONGEST, 1, 0);
    store(&f, header, sizeof(header));
    CHECK_INT(pn_frames_take(&f, &out), 1);
    while (left > 0) {
        CHECK_INT(pn_frames_take(&f, &out), 0);
        char *to = pn_frames_space(&f, &room);
        CHECK(room > 0);
        room = room < left ? room : left;
        memset(to, 'x', room);
        pn_frames_stored(&f, room);
        left -= room;
    }
    CHECK_INT(pn_frames_take(&f, &out), 1);
    CHECK(out.len == PN_FRAME_LONGEST && out.message[out.len - 1] == 'x');
    pn_frames_clear(&f);
}

static void
test_out_of_memory(void)
{
    struct pn_frames f = {0};
    size_t room;
    hook_fail_alloc(0, false);
    CHECK(pn_frames_space(&f, &room) == NULL);
    hook_fail_alloc(-1, false);
    store_frame(&f, "again", 0, 0);
    CHECK(pn_frames_ready(&f));
    pn_frames_clear(&f);
    CHECK_INT(hook_alloc_live(), 0);
}

int
main(void)
{
    RUN(test_a_frame_comes_back);
    RUN(test_bytes_one_by_one);
    RUN(test_what_is_no_frame);
    RUN(test_the_longest_frame_fits);
    RUN(test_out_of_memory);
    return 0;
}
