/* failing_malloc.c - malloc() that fails on demand; preloaded by isolated/memory.py. glibc only.
 *
 * Counts the allocations that pynet or libuv ask for, themselves or through a short call of Python's C API (DEPTH frames
 * above malloc() at most, none of which runs Python code), and fails those from `first` on, `count` of them. */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unwind.h>

#ifndef DEPTH
#define DEPTH 4
#endif
#define RANGES 8

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t number, size_t size);
void *__libc_realloc(void *old, size_t size);

struct range {
    uintptr_t from, to;
};

static struct range ours[RANGES], theirs[RANGES], libuv;
static int ours_count, theirs_count;
static struct range eval;
static atomic_long first, last, seen, failed;
static atomic_size_t unit; /* if not 0: only allocations of a multiple of it fail */
static atomic_int armed;
static __thread int busy;

struct walk {
    int depth;
    int found;
    int in_libuv; /* the caller of malloc() itself */
};

static int
within(const struct range *r, int count, uintptr_t ip)
{
    for (int i = 0; i < count; i++)
        if (ip >= r[i].from && ip < r[i].to)
            return 1;
    return 0;
}

static _Unwind_Reason_Code
look_at(struct _Unwind_Context *context, void *arg)
{
    struct walk *w = arg;
    uintptr_t ip = _Unwind_GetIP(context);
    /* Python code, and what glibc does for getaddrinfo(): how they bear it is not for us to test. */
    if (within(&eval, 1, ip) || within(theirs, theirs_count, ip))
        return _URC_END_OF_STACK;
    w->found = within(ours, ours_count, ip);
    w->in_libuv = within(&libuv, 1, ip);
    return w->found || ++w->depth > DEPTH ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static int
fails(size_t size, int resizes)
{
    if (!atomic_load(&armed) || busy || (atomic_load(&unit) != 0 && size % atomic_load(&unit) != 0))
        return 0;
    struct walk w = {0, 0, 0};
    busy = 1;
    _Unwind_Backtrace(look_at, &w);
    busy = 0;
    if (!w.found || (resizes && w.in_libuv)) /* libuv aborts when its table of descriptors cannot grow */
        return 0;
    long number = atomic_fetch_add(&seen, 1) + 1;
    if (number < atomic_load(&first) || number > atomic_load(&last))
        return 0;
    atomic_fetch_add(&failed, 1);
    errno = ENOMEM;
    return 1;
}

void *
malloc(size_t size)
{
    return fails(size, 0) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t number, size_t size)
{
    return fails(number * size, 0) ? NULL : __libc_calloc(number, size);
}

void *
realloc(void *old, size_t size)
{
    return fails(size, 1) ? NULL : __libc_realloc(old, size);
}

static int
note_object(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    int is_libuv = strstr(info->dlpi_name, "/libuv") != NULL;
    int is_ours = is_libuv || strstr(info->dlpi_name, "/_pynet.") != NULL;
    if (!is_ours && strstr(info->dlpi_name, "/libc.so") == NULL)
        return 0;
    struct range *r = is_ours ? ours : theirs;
    int *count = is_ours ? &ours_count : &theirs_count;
    for (int i = 0; i < info->dlpi_phnum && *count < RANGES; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
            continue;
        r[*count].from = info->dlpi_addr + p->p_vaddr;
        r[*count].to = r[*count].from + p->p_memsz;
        if (is_libuv)
            libuv = r[*count];
        ++*count;
    }
    return 0;
}

/* Called once, when pynet is imported; how many ranges of code are pynet's and libuv's. */
int
failing_setup(void)
{
    dl_iterate_phdr(note_object, NULL);
    if (libuv.to == 0 && ours_count > 0)
        libuv = ours[0]; /* libuv is inside: what is ours cannot be told from it */
    void *function = dlsym(RTLD_DEFAULT, "_PyEval_EvalFrameDefault");
    Dl_info info;
    const ElfW(Sym) *symbol = NULL;
    if (function != NULL && dladdr1(function, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol != NULL)
        eval = (struct range){(uintptr_t)function, (uintptr_t)function + symbol->st_size};
    struct walk w = {0, 0, 0};
    _Unwind_Backtrace(look_at, &w); /* its own set-up */
    return eval.from != 0 ? ours_count : 0;
}

void
failing_arm(long from, long count)
{
    atomic_store(&first, from);
    atomic_store(&last, from + count - 1);
    atomic_store(&seen, 0);
    atomic_store(&failed, 0);
    atomic_store(&unit, 0);
    atomic_store(&armed, 1);
}

/* From now on all allocations fail whose size is a multiple of `size`: those of one array that doubles. */
void
failing_arm_sized(size_t size)
{
    failing_arm(1, LONG_MAX);
    atomic_store(&unit, size);
}

/* How many allocations have failed. */
long
failing_disarm(void)
{
    atomic_store(&armed, 0);
    return atomic_load(&failed);
}

long
failing_seen(void)
{
    return atomic_load(&seen);
}
