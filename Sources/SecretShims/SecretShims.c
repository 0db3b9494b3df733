#include "SecretShims.h"

static const SecretSchema schema = {
    "org.mado.Secret", SECRET_SCHEMA_NONE, {{"name", SECRET_SCHEMA_ATTRIBUTE_STRING}, {NULL, 0}}, 0, 0, 0, 0, 0, 0, 0, 0};

static void take(GError *error, char **failure) {
    *failure = g_strdup(error ? error->message : "unknown");
    g_clear_error(&error);
}

int mado_secret_service_answers(void) {
    GError *error = NULL;
    SecretService *service = secret_service_get_sync(SECRET_SERVICE_OPEN_SESSION, NULL, &error);
    g_clear_error(&error);
    if (!service) return 0;
    g_object_unref(service);
    return 1;
}

char *mado_secret_find(const char *name, char **failure) {
    GError *error = NULL;
    *failure = NULL;
    char *secret = secret_password_lookup_sync(&schema, NULL, &error, "name", name, NULL);
    if (error) take(error, failure);
    return secret;
}

void mado_secret_free(char *secret) { secret_password_free(secret); }

int mado_secret_store(const char *name, const char *label, const char *value, char **failure) {
    GError *error = NULL;
    *failure = NULL;
    if (secret_password_store_sync(&schema, SECRET_COLLECTION_DEFAULT, label, value, NULL, &error, "name", name, NULL))
        return 1;
    take(error, failure);
    return 0;
}

int mado_secret_clear(const char *name, char **failure) {
    GError *error = NULL;
    *failure = NULL;
    secret_password_clear_sync(&schema, NULL, &error, "name", name, NULL);
    if (!error) return 1;
    take(error, failure);
    return 0;
}
