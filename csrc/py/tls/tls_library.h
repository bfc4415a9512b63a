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
struct bio_method_st;
struct crypto_ex_data_st;

typedef void (*pn_tls_keylog)(const struct ssl_st *ssl, const char *line);
typedef void (*pn_tls_ex_call)(void *parent, void *ptr, struct crypto_ex_data_st *data, int index, long argl,
                               void *argp);

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
    void (*set_bio)(struct ssl_st *ssl, struct bio_st *in, struct bio_st *out);
    int (*bio_type)(void);
    struct bio_method_st *(*method_new)(int type, const char *name);
    int (*method_set_read)(struct bio_method_st *method, int (*read)(struct bio_st *, char *, int));
    int (*method_set_write)(struct bio_method_st *method, int (*write)(struct bio_st *, const char *, int));
    int (*method_set_control)(struct bio_method_st *method, long (*control)(struct bio_st *, int, long, void *));
    struct bio_st *(*bio_new)(const struct bio_method_st *method);
    void (*bio_set_init)(struct bio_st *bio, int init);
    void (*bio_set_data)(struct bio_st *bio, void *data);
    void *(*bio_data)(struct bio_st *bio);
    void (*bio_set_flags)(struct bio_st *bio, int flags);
    void (*bio_clear_flags)(struct bio_st *bio, int flags);
    int (*new_index)(int class, long argl, void *argp, pn_tls_ex_call made, void *dup, pn_tls_ex_call freed);
    void *made;                   /* own: which thread watches: tls_library.c */
    struct bio_method_st *method; /* own, of tls_bio.c; NULL: the MemoryBIO stay */
};

#endif
