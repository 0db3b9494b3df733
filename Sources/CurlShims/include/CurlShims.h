#pragma once
#include <curl/curl.h>
#include <stddef.h>

// What Swift cannot import from these headers: variadic functions, function-like macros and casts.

CURLcode mado_curl_set_long(CURL *_Nonnull easy, CURLoption option, long value);
CURLcode mado_curl_set_offset(CURL *_Nonnull easy, CURLoption option, curl_off_t value);
/// libcurl copies the text.
CURLcode mado_curl_set_text(CURL *_Nonnull easy, CURLoption option, const char *_Nullable value);
/// What the pointer points to has to live as long as the transfer.
CURLcode mado_curl_set_pointer(CURL *_Nonnull easy, CURLoption option, void *_Nullable value);

typedef size_t (*mado_curl_data_function)(char *_Nonnull bytes, size_t size, size_t count, void *_Nonnull context);
typedef int (*mado_curl_seek_function)(void *_Nonnull context, curl_off_t offset, int origin);
typedef int (*mado_curl_progress_function)(void *_Nonnull context, curl_off_t receive_total, curl_off_t received,
                                           curl_off_t send_total, curl_off_t sent);
typedef CURLcode (*mado_curl_tls_function)(CURL *_Nonnull easy, void *_Nonnull tls_context, void *_Nonnull context);

/// The functions that a transfer calls, all with the same context.
struct mado_curl_functions {
    mado_curl_data_function _Nonnull header;
    mado_curl_data_function _Nonnull write;
    mado_curl_data_function _Nonnull read;
    mado_curl_seek_function _Nonnull seek;
    mado_curl_progress_function _Nonnull progress;
    mado_curl_tls_function _Nonnull tls;
};
void mado_curl_set_functions(CURL *_Nonnull easy, const struct mado_curl_functions *_Nonnull functions,
                             void *_Nonnull context);

/// The only address that a transfer's sockets may go to.
struct mado_curl_address {
    int family;
    unsigned char bytes[16];
};
/// 0 when the text is an IPv4 or IPv6 address.
int mado_curl_parse_address(struct mado_curl_address *_Nonnull address, const char *_Nonnull text);
/// A socket to another address is never made. What the pointer points to has to live as long as the transfer.
void mado_curl_set_only_address(CURL *_Nonnull easy, struct mado_curl_address *_Nonnull address);

/// What may be done to authenticate to a proxy: Negotiate with the tickets that the user has, or the others with a
/// name and a password.
enum mado_curl_proxy_authentication { MADO_CURL_PROXY_NEGOTIATE, MADO_CURL_PROXY_PASSWORD };
void mado_curl_set_proxy_authentication(CURL *_Nonnull easy, enum mado_curl_proxy_authentication kind);

/// One of the ways to authenticate that a proxy offered, in mado_curl_offers.
enum {
    MADO_CURL_OFFERS_BASIC = 1,
    MADO_CURL_OFFERS_DIGEST = 2,
    MADO_CURL_OFFERS_NTLM = 4,
    MADO_CURL_OFFERS_NEGOTIATE = 8
};
int mado_curl_offers(CURL *_Nonnull easy);

long mado_curl_get_long(CURL *_Nonnull easy, CURLINFO info);
curl_off_t mado_curl_get_offset(CURL *_Nonnull easy, CURLINFO info);

/// The socket of a connection that was made and not used (CURLOPT_CONNECT_ONLY); -1 without one.
curl_socket_t mado_curl_get_socket(CURL *_Nonnull easy);

/// 0 when it is there.
CURLMcode mado_curl_multi_set_long(CURLM *_Nonnull multi, CURLMoption option, long value);

/// The next transfer that is done, or NULL.
CURL *_Nullable mado_curl_next_done(CURLM *_Nonnull multi, CURLcode *_Nonnull result);
