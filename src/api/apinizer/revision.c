/*
 * How this dialect shows revisions: in the frame of its lists.
 */
#include "api/revision.h"

#include "api/apinizer/apinizer.h"
#include "api/precondition.h"

enum { PARAMETER_REVISION = 2 };

static struct connection_target *read_target(struct api_exchange *exchange)
{
    struct connection_target *target = ARENA_NEW(exchange->arena, struct connection_target);

    return target != NULL && apinizer_target(exchange, target) ? target : NULL;
}

static struct bytes member_text(const struct json_value *object, const char *key)
{
    const struct json_value *member = json_member(object, key);

    return member != NULL && member->kind == JSON_STRING ? member->text : BYTES("");
}

/* The references of an old revision that name nothing any more, as a PUT would be told. */
static enum api_step answer_missing(struct api_exchange *exchange, struct bytes missing)
{
    static const struct json_limits limits = {.depth = 4};
    struct settings_error *errors = NULL;
    struct settings_error **end = &errors;
    struct json_value *references;
    struct fault fault;

    if (!json_read(&references, missing, &limits, exchange->arena, &fault)) {
        return apinizer_failed(exchange, fault.message);
    }
    for (const struct json_value *reference = references->first; reference != NULL; reference = reference->next) {
        struct settings_error *error = ARENA_NEW(exchange->arena, struct settings_error);
        if (error == NULL) {
            return API_ANSWERED;
        }
        struct bytes kind = member_text(reference, "kind");
        struct bytes field = member_text(reference, "field");
        error->field = field.length == 0 ? kind : field; /* one that psql wrote has no field */
        error->message = arena_printf(exchange->arena, "%.*s must be the name of a %.*s in the project, but %.*s is not there any more",
                                      BYTES_FORMAT(error->field), BYTES_FORMAT(kind), BYTES_FORMAT(member_text(reference, "name")));
        *end = error;
        end = &error->next;
    }
    return errors == NULL ? apinizer_failed(exchange, "something was missing, but what is not known") : apinizer_validation_failed(exchange, errors);
}

static bool refuse(struct api_exchange *exchange, const struct connection_target *target, const struct connection_result *result, struct bytes name)
{
    switch (result->outcome) {
    case CONNECTION_NOT_FOUND:
        if (bytes_trim(target->handle).length == 0) {
            (void) apinizer_error(exchange, 400, "bad_request", "Connection name can not be empty!");
        } else {
            (void) apinizer_error(exchange, 404, "not_found", "Connection (name: %.*s) was not found!", BYTES_FORMAT(target->handle));
        }
        return true;
    case CONNECTION_REVISION_NOT_FOUND:
        (void) apinizer_error(exchange, 404, "not_found", "Connection (name: %.*s) has no revision %.*s!", BYTES_FORMAT(target->handle),
                              BYTES_FORMAT(exchange->parameters[PARAMETER_REVISION]));
        return true;
    case CONNECTION_NAME_TAKEN:
        (void) apinizer_error(exchange, 400, "bad_request", "Connection (name: %.*s) already exists!", BYTES_FORMAT(name));
        return true;
    case CONNECTION_REFERENCE_MISSING:
        (void) answer_missing(exchange, result->missing);
        return true;
    default:
        return apinizer_refused(exchange, target, result);
    }
}

static enum api_step refuse_page(struct api_exchange *exchange)
{
    return apinizer_error(exchange, 400, "invalid_parameter", "page must be a whole number from 0, size one from 1 to 1000");
}

static enum api_step answer_busy(struct api_exchange *exchange)
{
    http_response_add(&exchange->response, "Retry-After", BYTES("1"));
    return apinizer_error(exchange, 503, "server_error", "The connection is being changed by others. Please try again.");
}

static void begin_list(struct json_writer *writer, const char *items)
{
    (void) items;
    json_object(writer);
    json_key(writer, "success");
    json_boolean(writer, true);
    json_key(writer, "resultList");
    json_array(writer);
}

static void end_counted(struct json_writer *writer, int64_t total)
{
    json_array_end(writer);
    json_key(writer, "resultCount");
    json_integer(writer, total);
    json_object_end(writer);
}

static void end_list(struct json_writer *writer, const struct revision_page *page, int64_t total, struct arena *arena)
{
    (void) page, (void) arena;
    end_counted(writer, total);
}

static void begin_one(struct json_writer *writer)
{
    begin_list(writer, NULL);
}

static void end_one(struct json_writer *writer)
{
    end_counted(writer, 1);
}

static bool write_state(struct json_writer *writer, const struct connection_target *target, const struct connection_row *row, struct arena *arena)
{
    (void) target, (void) arena;
    apinizer_write_connection(writer, row, row->settings);
    return true;
}

static enum api_step answer_restored(struct api_context *context, struct api_exchange *exchange, struct revision_restoring *restoring,
                                     const struct revision_restored *restored)
{
    (void) restoring;
    if (restored->result.deploys) {
        return apinizer_deploy(context, exchange, &restored->result, NULL, restored->result.revision);
    }
    return apinizer_written(exchange, restored->deploy_to_worker, NULL, restored->result.revision);
}

const struct revision_form apinizer_revisions = {
    .revision_parameter = PARAMETER_REVISION, .offset_name = "page", .limit_name = "size", .counts_pages = true, .target = read_target,
    .if_match = precondition_revisions, .refused = refuse, .wrong_page = refuse_page, .failed = apinizer_failed, .busy = answer_busy,
    .json = apinizer_json, .tag = precondition_tag, .list_begin = begin_list, .list_end = end_list, .one_begin = begin_one, .one_end = end_one,
    .state = write_state, .restored = answer_restored,
};
