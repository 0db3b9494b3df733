#define _GNU_SOURCE
#include "CurlShims.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

CURLcode mado_curl_set_long(CURL *easy, CURLoption option, long value) { return curl_easy_setopt(easy, option, value); }

CURLcode mado_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

CURLcode mado_curl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

CURLcode mado_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

void mado_curl_set_functions(CURL *easy, const struct mado_curl_functions *functions, void *context) {
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, functions->header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, functions->write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, functions->read);
    curl_easy_setopt(easy, CURLOPT_READDATA, context);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, functions->seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, context);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, functions->progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, context);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, functions->tls);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, context);
}

int mado_curl_parse_address(struct mado_curl_address *address, const char *text) {
    memset(address, 0, sizeof *address);
    address->family = AF_INET;
    if (inet_pton(AF_INET, text, address->bytes) == 1) return 0;
    address->family = AF_INET6;
    return inet_pton(AF_INET6, text, address->bytes) == 1 ? 0 : -1;
}

static curl_socket_t open_only(void *context, curlsocktype purpose, struct curl_sockaddr *target) {
    const struct mado_curl_address *only = context;
    (void)purpose;
    if (target->family != only->family) return CURL_SOCKET_BAD;
    int is_same =
        target->family == AF_INET
            ? !memcmp(&((const struct sockaddr_in *)&target->addr)->sin_addr, only->bytes, 4)
            : !memcmp(&((const struct sockaddr_in6 *)(const void *)&target->addr)->sin6_addr, only->bytes, 16);
    if (!is_same) return CURL_SOCKET_BAD;
    return socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
}

void mado_curl_set_only_address(CURL *easy, struct mado_curl_address *address) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_only);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, address);
}

void mado_curl_set_proxy_authentication(CURL *easy, enum mado_curl_proxy_authentication kind) {
    unsigned long methods =
        kind == MADO_CURL_PROXY_NEGOTIATE ? CURLAUTH_NEGOTIATE : CURLAUTH_BASIC | CURLAUTH_DIGEST | CURLAUTH_NTLM;
    curl_easy_setopt(easy, CURLOPT_PROXYAUTH, methods);
}

int mado_curl_offers(CURL *easy) {
    unsigned long methods = (unsigned long)mado_curl_get_long(easy, CURLINFO_PROXYAUTH_AVAIL);
    return (methods & CURLAUTH_BASIC ? MADO_CURL_OFFERS_BASIC : 0) |
           (methods & (CURLAUTH_DIGEST | CURLAUTH_DIGEST_IE) ? MADO_CURL_OFFERS_DIGEST : 0) |
           (methods & CURLAUTH_NTLM ? MADO_CURL_OFFERS_NTLM : 0) |
           (methods & CURLAUTH_NEGOTIATE ? MADO_CURL_OFFERS_NEGOTIATE : 0);
}

long mado_curl_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

curl_off_t mado_curl_get_offset(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

curl_socket_t mado_curl_get_socket(CURL *easy) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK ? socket : CURL_SOCKET_BAD;
}

CURLMcode mado_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

CURL *mado_curl_next_done(CURLM *multi, CURLcode *result) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}
