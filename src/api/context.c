/*
 * Start and stop of what requests share, and the proof that our keys are the database's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/log.h"
#include "deploy/courier.h"
#include "registry/connector.h"
#include "registry/identity.h"
#include "registry/token.h"
#include "registry/type.h"
#include "seal/seal.h"

/*
 * The schema this program was written for; `patchbay upgrade` brings older ones here. An upgrade keeps what workers of the version before it
 * call (sql/upgrade/README.md), so the next version is as good: workers run on while it comes.
 */
enum { SCHEMA_VERSION = 1 };

/* How soon a changed keyring is noticed. */
enum { REFRESH_US = 1000000 };

enum { HELLO_ORDINAL, HELLO_SCHEMA_VERSION, HELLO_KEY_NUMBER, HELLO_CANARY };

static bool take_time_zone(const char *name, struct fault *fault)
{
    if (!config_time_zone_is_known(name)) {
        return fault_set(fault, FAULT_INVALID, "time_zone is not in the zone database (/usr/share/zoneinfo)");
    }
    if (setenv("TZ", name, 1) != 0) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    tzset();
    return true;
}

bool api_context_open(struct api_context *context, const struct config *config, struct fault *fault)
{
    struct keyring *keyring = NULL;
    struct type_table *types = NULL;
    struct connector_table *connectors = NULL;

    memset(context, 0, sizeof *context);
    context->config = config;
    if (gethostname(context->host_name, sizeof context->host_name - 1) != 0) {
        strcpy(context->host_name, "localhost");
    }
    bool opened = courier_start(fault) && take_time_zone(config->time_zone, fault) && keyring_new(&keyring, config->keyring_file, fault) && type_table_load(&types, config->types_dir, fault)
                  && connector_table_load(&connectors, config->connectors_dir, fault)
                  && identity_cache_new(&context->identities, (size_t) config->identity_cache, fault)
                  && touch_table_new(&context->touched, fault)
                  && (config->rate_limit == 0 || rate_table_open(&context->rates, config->rate_limit_file, config->rate_limit, fault)
                      || fault_wrap(fault, "rate_limit_file"));
    context->keyring = keyring;
    context->types = types;
    context->connectors = connectors;
    if (!opened) {
        api_context_close(context);
    }
    return opened;
}

static void free_keyring(const struct keyring *keyring)
{
    union { const struct keyring *lent; struct keyring *owned; } ours = {keyring};

    keyring_free(ours.owned);
}

void api_context_refresh(struct api_context *context)
{
    int64_t now_us = clock_monotonic_us();
    struct keyring *next;
    struct fault fault;

    if (now_us - context->refreshed_us < REFRESH_US) {
        return;
    }
    context->refreshed_us = now_us;
    if (context->former_count == API_FORMER_KEYRINGS || !keyring_is_stale(context->keyring, context->config->keyring_file)) {
        return;
    }
    if (!keyring_new(&next, context->config->keyring_file, &fault)) {
        log_say(LOG_ERROR, "keyring_refused", "%s; the keys that are known stay in use", fault.message);
        return;
    }
    context->former[context->former_count++] = context->keyring;
    context->keyring = next;
    log_say(LOG_INFO, "keyring_changed", "key %d is active", (int) keyring_active(next));
}

/* The context hands keyring and types out as const; closing them is its owner's right. */
void api_context_close(struct api_context *context)
{
    union { const struct type_table *lent; struct type_table *owned; } types = {context->types};
    union { const struct connector_table *lent; struct connector_table *owned; } connectors = {context->connectors};

    rate_table_close(context->rates);
    if (context->touched != NULL) {
        touch_table_free(context->touched);
    }
    if (context->identities != NULL) {
        identity_cache_free(context->identities);
    }
    connector_table_free(connectors.owned);
    if (types.owned != NULL) {
        type_table_free(types.owned);
    }
    free_keyring(context->keyring);
    for (size_t i = 0; i < context->former_count; i++) {
        free_keyring(context->former[i]);
    }
    memset(context, 0, sizeof *context);
}

bool api_hello(void *argument, const struct db_result *result, struct fault *fault)
{
    const struct api_context *context = argument;
    struct arena *arena = arena_new(65536);
    bool proven = arena != NULL || fault_set(fault, FAULT_INTERNAL, "out of memory");

    for (int row = 0; row < result->count && proven; row++) {
        int64_t version = db_number(result, row, HELLO_SCHEMA_VERSION);
        if (version < SCHEMA_VERSION || version > SCHEMA_VERSION + 1) {
            proven = fault_set(fault, FAULT_INVALID, "the database has schema version %lld, this worker needs %d: run `patchbay upgrade` or install matching versions",
                               (long long) version, SCHEMA_VERSION);
        } else if (!db_is_null(result, row, HELLO_KEY_NUMBER)) {
            int32_t number = (int32_t) db_number(result, row, HELLO_KEY_NUMBER);
            arena_reset(arena);
            if (keyring_key(context->keyring, number) == NULL) {
                proven = fault_set(fault, FAULT_INVALID, "the database holds secrets sealed with key %d, which %s has not", (int) number,
                                   context->config->keyring_file);
            } else if (!seal_canary_check(context->keyring, number, db_text(result, row, HELLO_CANARY), arena, fault)) {
                proven = fault_set(fault, FAULT_INVALID, "key %d of %s is not the key that the database's secrets are sealed with", (int) number,
                                   context->config->keyring_file);
            }
        }
    }
    if (arena != NULL) {
        arena_free(arena);
    }
    return proven;
}
