/* tls_library.h - the functions of the OpenSSL that the module _ssl calls. pynet is not linked with it, and has none of its
 * headers: the types here have the tags of OpenSSL, and no members. */
#ifndef PN_PY_TLS_TLS_LIBRARY_H
#define PN_PY_TLS_TLS_LIBRARY_H

#include <Python.h>

#include <stdbool.h>
#include <stddef.h>

struct ssl_st;
struct ssl_ctx_st;
struct bio_st;
struct crypto_ex_data_st;

typedef void (*pn_tls_keylog)(const struct ssl_st *ssl, const char *line);
typedef void (*pn_tls_ex_call)(void *parent, void *ptr, struct crypto_ex_data_st *data, int index, long argl,
                               void *argp);

/* BUF_MEM: what a memory BIO has. Its members are public, since OpenSSL 1.1.0 these. */
struct buf_mem_st {
    size_t length;
    char *data;
    size_t max;
    unsigned long flags;
};

#define PN_SSL_ERROR_WANT_READ   2
#define PN_SSL_ERROR_ZERO_RETURN 6

struct pn_tls_library {
    int (*do_handshake)(struct ssl_st *ssl);
    int (*error)(const struct ssl_st *ssl, int result);
    int (*read)(struct ssl_st *ssl, void *base, size_t len, size_t *count);
    int (*write)(struct ssl_st *ssl, const void *base, size_t len, size_t *count);
    struct bio_st *(*rbio)(const struct ssl_st *ssl);
    struct bio_st *(*wbio)(const struct ssl_st *ssl);
    struct ssl_ctx_st *(*context)(const struct ssl_st *ssl);
    pn_tls_keylog (*keylog)(const struct ssl_ctx_st *context);
    void *(*ex_data)(const struct ssl_st *ssl, int index);
    void (*set_read_ahead)(struct ssl_st *ssl, int on);
    int (*bio_write)(struct bio_st *bio, const void *base, int len);
    int (*bio_read)(struct bio_st *bio, void *base, int len);
    size_t (*bio_pending)(struct bio_st *bio);
    long (*bio_control)(struct bio_st *bio, int command, long number, void *pointer);
    void (*free)(void *memory, const char *file, int line);
    int (*new_index)(int class, long argl, void *argp, pn_tls_ex_call made, void *dup, pn_tls_ex_call freed);
    void *made; /* own: which thread watches: tls_library.c */
};

#endif
