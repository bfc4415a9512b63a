/* resolve_code.c - maps the platform's EAI_* numbers to Node's error codes (ENOTFOUND), and checks the hints of a
 * lookup. */
#include "uvio/net.h"
#include <uv.h>

#include "uvio/resolve.h"

static const struct {
    int status;
    const char *code;
} codes[] = {
    {EAI_NONAME, "ENOTFOUND"},
#ifdef EAI_NODATA
    {EAI_NODATA, "ENOTFOUND"},
#endif
#ifdef EAI_ADDRFAMILY
    {EAI_ADDRFAMILY, "EAI_ADDRFAMILY"},
#endif
    {EAI_AGAIN, "EAI_AGAIN"},           {EAI_BADFLAGS, "EAI_BADFLAGS"}, {EAI_FAIL, "EAI_FAIL"},
    {EAI_FAMILY, "EAI_FAMILY"},         {EAI_MEMORY, "EAI_MEMORY"},     {EAI_SERVICE, "EAI_SERVICE"},
    {EAI_SOCKTYPE, "EAI_SOCKTYPE"},
};

const char *
pn_lookup_code(int status, int sys_errno)
{
    if (status == EAI_SYSTEM && sys_errno != 0)
        return uv_err_name(uv_translate_sys_error(sys_errno));
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].status == status)
            return codes[i].code;
    }
    return "EAI_SYSTEM";
}

int
pn_resolver_default_flags(void)
{
#ifdef _WIN32
    return 0; /* as Node there */
#else
    return AI_ADDRCONFIG;
#endif
}

bool
pn_resolver_flags_ok(int flags)
{
    return (flags & ~(AI_ADDRCONFIG | AI_V4MAPPED | AI_ALL)) == 0;
}
