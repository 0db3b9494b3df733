#pragma once
#include <libsecret/secret.h>

// What Swift cannot import from these headers: variadic functions, function-like macros and casts. Here also the
// schema, whose fixed array Swift would import as a tuple of 32. All calls block; any thread.

/// Whether a secret service is on the session bus and opens a session; starts one where the bus can.
int mado_secret_service_answers(void);

/// The secret of that name, to be released with mado_secret_free; NULL when there is none, or with `*failure` set,
/// which is to be released with g_free.
char *_Nullable mado_secret_find(const char *_Nonnull name, char *_Nullable *_Nonnull failure);
void mado_secret_free(char *_Nullable secret);

/// 1 when it is stored; else 0 and `*failure`, which is to be released with g_free. The label is what a keyring's own
/// window shows.
int mado_secret_store(const char *_Nonnull name, const char *_Nonnull label, const char *_Nonnull value,
                      char *_Nullable *_Nonnull failure);

/// 1 when there is none of that name any more; else 0 and `*failure`.
int mado_secret_clear(const char *_Nonnull name, char *_Nullable *_Nonnull failure);
