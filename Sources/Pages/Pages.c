#include "Pages.h"

#include <string.h>
#include <webkit/webkit.h>

#define GAME_SCHEME "mado-game"

typedef struct {
    MadoPageHandler handler;
    gpointer data;
    GDestroyNotify released;
    char *site;
    char *game_folder;
    GTlsCertificate *authority;
    /// The certificate that was let in already: a second refusal of it is none of trust.
    GTlsCertificate *trusted;
} Page;

static void page_free(gpointer pointer) {
    Page *page = pointer;
    if (page->released) page->released(page->data);
    g_free(page->site);
    g_free(page->game_folder);
    g_clear_object(&page->authority);
    g_clear_object(&page->trusted);
    g_free(page);
}

static Page *page_of(gpointer view) { return g_object_get_data(view, "mado-page"); }

static void tell(gpointer view, MadoPageEvent event, const char *text) {
    Page *page = page_of(view);
    page->handler(event, text, page->data);
}

/// Scheme, host and port, by which pages of one site are known.
static char *site_of(const char *address) {
    GUri *uri = g_uri_parse(address, G_URI_FLAGS_NONE, NULL);
    if (!uri) return g_strdup("");
    const char *host = g_uri_get_host(uri);
    char *site = g_strdup_printf("%s://%s:%d", g_uri_get_scheme(uri), host ? host : "", g_uri_get_port(uri));
    g_uri_unref(uri);
    return site;
}

static gboolean decide(WebKitWebView *view, WebKitPolicyDecision *decision, WebKitPolicyDecisionType type,
                       gpointer unused) {
    (void)unused;
    if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE) {
        if (webkit_response_policy_decision_is_mime_type_supported(WEBKIT_RESPONSE_POLICY_DECISION(decision)))
            return FALSE;
        webkit_policy_decision_ignore(decision);
        return TRUE;
    }
    WebKitNavigationAction *action =
        webkit_navigation_policy_decision_get_navigation_action(WEBKIT_NAVIGATION_POLICY_DECISION(decision));
    const char *address = webkit_uri_request_get_uri(webkit_navigation_action_get_request(action));
    gboolean is_new = type == WEBKIT_POLICY_DECISION_TYPE_NEW_WINDOW_ACTION;
    char *site = site_of(address);
    gboolean is_inside = !is_new && (strcmp(site, page_of(view)->site) == 0 || g_str_has_prefix(address, "about:"));
    g_free(site);
    if (is_inside) return FALSE;
    // What moves by itself leads nowhere; frames of others are the page's own affair.
    WebKitNavigationType kind = webkit_navigation_action_get_navigation_type(action);
    if (!is_new && kind != WEBKIT_NAVIGATION_TYPE_LINK_CLICKED && !webkit_navigation_action_is_redirect(action))
        return FALSE;
    if (webkit_navigation_action_is_user_gesture(action) || is_new) tell(view, MADO_PAGE_LEADS_OUT, address);
    webkit_policy_decision_ignore(decision);
    return TRUE;
}

static void load_changed(WebKitWebView *view, WebKitLoadEvent event, gpointer unused) {
    (void)unused;
    if (event == WEBKIT_LOAD_STARTED) tell(view, MADO_PAGE_LOADING, NULL);
    if (event == WEBKIT_LOAD_FINISHED) tell(view, MADO_PAGE_LOADED, NULL);
}

static gboolean load_failed(WebKitWebView *view, WebKitLoadEvent event, const char *address, GError *error,
                            gpointer unused) {
    (void)event;
    (void)address;
    (void)unused;
    // Ended by ourselves, or by another page that was asked for.
    if (g_error_matches(error, WEBKIT_NETWORK_ERROR, WEBKIT_NETWORK_ERROR_CANCELLED)) return TRUE;
    if (g_error_matches(error, WEBKIT_POLICY_ERROR, WEBKIT_POLICY_ERROR_FRAME_LOAD_INTERRUPTED_BY_POLICY_CHANGE))
        return TRUE;
    tell(view, MADO_PAGE_FAILED, error->message);
    return TRUE;
}

/// The organisation's own authority is trusted besides the system's, for this host and certificate.
static gboolean tls_failed(WebKitWebView *view, const char *address, GTlsCertificate *certificate,
                           GTlsCertificateFlags errors, gpointer unused) {
    (void)errors;
    (void)unused;
    Page *page = page_of(view);
    GUri *uri = g_uri_parse(address, G_URI_FLAGS_NONE, NULL);
    gboolean is_known = page->trusted && g_tls_certificate_is_same(page->trusted, certificate);
    if (uri && page->authority && !is_known) {
        GSocketConnectable *host = g_network_address_new(g_uri_get_host(uri), 443);
        GTlsCertificateFlags left = g_tls_certificate_verify(certificate, host, page->authority);
        g_object_unref(host);
        if (left == 0) {
            g_set_object(&page->trusted, certificate);
            webkit_network_session_allow_tls_certificate_for_host(webkit_web_view_get_network_session(view),
                                                                  certificate, g_uri_get_host(uri));
            webkit_web_view_load_uri(view, address);
            g_uri_unref(uri);
            return TRUE;
        }
    }
    if (uri) g_uri_unref(uri);
    tell(view, MADO_PAGE_FAILED, "The server's certificate is not trusted.");
    return TRUE;
}

static gboolean permission_asked(WebKitWebView *view, WebKitPermissionRequest *request, gpointer unused) {
    (void)view;
    (void)unused;
    webkit_permission_request_deny(request);
    return TRUE;
}

static void download_started(WebKitNetworkSession *session, WebKitDownload *download, gpointer unused) {
    (void)session;
    (void)unused;
    webkit_download_cancel(download);
}

static void title_changed(WebKitWebView *view, GParamSpec *property, gpointer unused) {
    (void)property;
    (void)unused;
    tell(view, MADO_PAGE_TITLE, webkit_web_view_get_title(view));
}

static gboolean menu_asked(WebKitWebView *view, WebKitContextMenu *menu, WebKitHitTestResult *place, gpointer unused) {
    (void)view;
    (void)menu;
    (void)place;
    (void)unused;
    return TRUE;
}

/// One file of a game; links and paths that lead out of its folder have none.
static void serve_game(WebKitURISchemeRequest *request, gpointer folder) {
    GError *error = NULL;
    char *path = g_uri_unescape_string(webkit_uri_scheme_request_get_path(request), NULL);
    char *file = path ? g_canonicalize_filename(path + (path[0] == '/'), folder) : NULL;
    size_t length = strlen(folder);
    char *bytes = NULL;
    gsize size = 0;
    if (!file || strncmp(file, folder, length) != 0 || file[length] != '/' ||
        g_file_test(file, G_FILE_TEST_IS_SYMLINK) || !g_file_get_contents(file, &bytes, &size, &error)) {
        if (!error) error = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_NOENT, "There is no such file.");
        webkit_uri_scheme_request_finish_error(request, error);
        g_error_free(error);
    } else {
        GInputStream *stream = g_memory_input_stream_new_from_data(bytes, (gssize)size, g_free);
        WebKitURISchemeResponse *response = webkit_uri_scheme_response_new(stream, (gint64)size);
        char *type = g_content_type_guess(file, NULL, 0, NULL);
        char *mime = type ? g_content_type_get_mime_type(type) : NULL;
        webkit_uri_scheme_response_set_content_type(response, mime ? mime : "application/octet-stream");
        SoupMessageHeaders *headers = soup_message_headers_new(SOUP_MESSAGE_HEADERS_RESPONSE);
        soup_message_headers_append(headers, "Content-Security-Policy",
                                    "default-src " GAME_SCHEME ": 'unsafe-inline' 'unsafe-eval' data: blob:");
        webkit_uri_scheme_response_set_http_headers(response, headers);
        webkit_uri_scheme_request_finish_with_response(request, response);
        g_free(mime);
        g_free(type);
        g_object_unref(response);
        g_object_unref(stream);
    }
    g_free(file);
    g_free(path);
}

static WebKitNetworkSession *session_new(const MadoPageOptions *options) {
    WebKitNetworkSession *session = webkit_network_session_new_ephemeral();
    if (options->proxy) {
        WebKitNetworkProxySettings *settings = webkit_network_proxy_settings_new(options->proxy, NULL);
        webkit_network_session_set_proxy_settings(session, WEBKIT_NETWORK_PROXY_MODE_CUSTOM, settings);
        webkit_network_proxy_settings_free(settings);
    } else {
        webkit_network_session_set_proxy_settings(session, WEBKIT_NETWORK_PROXY_MODE_NO_PROXY, NULL);
    }
    g_signal_connect(session, "download-started", G_CALLBACK(download_started), NULL);
    return session;
}

static WebKitSettings *settings_new(void) {
    WebKitSettings *settings = webkit_settings_new();
    webkit_settings_set_enable_developer_extras(settings, FALSE);
    webkit_settings_set_allow_file_access_from_file_urls(settings, FALSE);
    webkit_settings_set_enable_webrtc(settings, FALSE);
    webkit_settings_set_enable_media_stream(settings, FALSE);
    webkit_settings_set_javascript_can_open_windows_automatically(settings, FALSE);
    webkit_settings_set_hardware_acceleration_policy(settings, WEBKIT_HARDWARE_ACCELERATION_POLICY_NEVER);
    return settings;
}

GtkWidget *mado_page_new(const MadoPageOptions *options, const char *address, MadoPageHandler handler, gpointer data,
                         GDestroyNotify released) {
    Page *page = g_new0(Page, 1);
    page->handler = handler;
    page->data = data;
    page->released = released;
    page->game_folder = g_strdup(options->game_folder);
    char *start = options->game_folder ? g_strconcat(GAME_SCHEME ":///", address, NULL) : g_strdup(address);
    page->site = site_of(start);
    if (options->authority_file) page->authority = g_tls_certificate_new_from_file(options->authority_file, NULL);
    WebKitWebContext *context = webkit_web_context_new();
    webkit_web_context_set_cache_model(context, WEBKIT_CACHE_MODEL_DOCUMENT_VIEWER);
    if (options->game_folder) {
        webkit_web_context_register_uri_scheme(context, GAME_SCHEME, serve_game, g_strdup(options->game_folder), g_free);
        WebKitSecurityManager *manager = webkit_web_context_get_security_manager(context);
        webkit_security_manager_register_uri_scheme_as_secure(manager, GAME_SCHEME);
        webkit_security_manager_register_uri_scheme_as_cors_enabled(manager, GAME_SCHEME);
    }
    WebKitNetworkSession *session = session_new(options);
    WebKitSettings *settings = settings_new();
    GtkWidget *view = g_object_new(WEBKIT_TYPE_WEB_VIEW, "web-context", context, "network-session", session,
                                   "settings", settings, NULL);
    g_object_unref(context);
    g_object_unref(session);
    g_object_unref(settings);
    g_object_set_data_full(G_OBJECT(view), "mado-page", page, page_free);
    GdkRGBA background = options->is_dark ? (GdkRGBA){0.12, 0.12, 0.12, 1} : (GdkRGBA){1, 1, 1, 1};
    webkit_web_view_set_background_color(WEBKIT_WEB_VIEW(view), &background);
    g_signal_connect(view, "decide-policy", G_CALLBACK(decide), NULL);
    g_signal_connect(view, "load-changed", G_CALLBACK(load_changed), NULL);
    g_signal_connect(view, "load-failed", G_CALLBACK(load_failed), NULL);
    g_signal_connect(view, "load-failed-with-tls-errors", G_CALLBACK(tls_failed), NULL);
    g_signal_connect(view, "permission-request", G_CALLBACK(permission_asked), NULL);
    g_signal_connect(view, "notify::title", G_CALLBACK(title_changed), NULL);
    g_signal_connect(view, "context-menu", G_CALLBACK(menu_asked), NULL);
    webkit_web_view_load_uri(WEBKIT_WEB_VIEW(view), start);
    g_free(start);
    return view;
}

void mado_page_reload(GtkWidget *page) { webkit_web_view_reload(WEBKIT_WEB_VIEW(page)); }
void mado_page_go_back(GtkWidget *page) { webkit_web_view_go_back(WEBKIT_WEB_VIEW(page)); }
