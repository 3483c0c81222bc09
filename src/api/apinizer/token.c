/*
 * POST /apiops/auth/token: a name and a password for an access token.
 *
 * Three things come between the request and its answer: may this caller try now, is the password right (slow on purpose, in a thread), and the
 * opening of the session. What is answered does not depend on whether there is such a user. Passwords are in the request's arena only, which is
 * wiped. Logins that wait for a thread are bounded, or a flood of them would take all the room that other requests have.
 */
#include "api/apinizer/apinizer.h"
#include "http/url.h"
#include "json/writer.h"
#include "registry/login.h"
#include "seal/password.h"

enum phase { PHASE_BEGIN, PHASE_CHECK, PHASE_FINISH };

struct logging_in {
    struct login login;
    enum phase phase;
    struct bytes grant_type;
    struct bytes password;
    struct bytes verifier; /* the stored one, or empty */
    enum password_check check;
};

/* Reads the form. False: it is wrong, and that is answered. */
static bool take_form(struct api_exchange *exchange, struct logging_in *state)
{
    const struct {
        const char *name;
        struct bytes *value;
    } parameters[] = {{"grant_type", &state->grant_type}, {"client_id", &state->login.name}, {"client_secret", &state->password}};
    struct bytes rest = exchange->request->body;
    struct bytes name, value;

    while (url_next_parameter(&rest, &name, &value)) {
        if (!url_decode(name, true, exchange->arena, &name) || !url_decode(value, true, exchange->arena, &value)) {
            (void) apinizer_error(exchange, 400, "bad_request", "The form is not correctly percent-encoded UTF-8");
            return false;
        }
        for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
            if (!bytes_is(name, parameters[i].name)) {
                continue;
            }
            if (parameters[i].value->data != NULL) {
                (void) apinizer_error(exchange, 400, "bad_request", "%s must be given once", parameters[i].name);
                return false;
            }
            *parameters[i].value = value;
        }
    }
    if (!bytes_is(state->grant_type, "client_credentials")) {
        (void) apinizer_error(exchange, 400, "unsupported_grant_type", "GrantType value must be client_credentials!");
        return false;
    }
    for (size_t i = 1; i < sizeof parameters / sizeof parameters[0]; i++) {
        if (parameters[i].value->length == 0) {
            (void) apinizer_error(exchange, 400, "bad_request", "%s value can not be empty!", parameters[i].name);
            return false;
        }
    }
    return true;
}

enum api_step apinizer_token_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct logging_in *state = ARENA_NEW(exchange->arena, struct logging_in);

    (void) context;
    http_response_add(&exchange->response, "Cache-Control", BYTES("no-store"));
    if (state == NULL || !take_form(exchange, state)) {
        return API_ANSWERED;
    }
    state->login.address = exchange->request->remote_address;
    state->login.request_id = exchange->request->request_id;
    exchange->state = state;
    login_begin_call(&state->login, &exchange->call);
    return API_CALL;
}

/* In a thread. */
static void check_password(struct api_exchange *exchange)
{
    struct logging_in *state = exchange->state;

    state->check = password_check(state->password, state->verifier);
}

static enum api_step begin_check(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    struct logging_in *state = exchange->state;
    struct bytes verifier;
    int64_t seconds;

    switch (login_begin_outcome(result, &verifier, &seconds)) {
    case LOGIN_CHECK:
        break;
    case LOGIN_WAIT:
        return apinizer_too_many(exchange, seconds);
    case LOGIN_UNAVAILABLE:
        return apinizer_unavailable(exchange);
    default:
        return apinizer_failed(exchange, "the database refused a login");
    }
    if (context->logins > context->config->requests_limit / 4) {
        return apinizer_unavailable(exchange);
    }
    state->verifier = arena_copy(exchange->arena, verifier);
    if (state->verifier.data == NULL) {
        return API_ANSWERED;
    }
    context->logins++;
    state->phase = PHASE_CHECK;
    exchange->work = check_password;
    exchange->work_computes = true;
    return API_WORK;
}

static enum api_step finish_check(struct api_context *context, struct api_exchange *exchange)
{
    struct logging_in *state = exchange->state;

    context->logins--;
    if (state->check == PASSWORD_UNCHECKED) {
        return apinizer_unavailable(exchange);
    }
    if (state->check == PASSWORD_RIGHT) {
        state->login.verifier = state->verifier;
    }
    state->phase = PHASE_FINISH;
    login_finish_call(&state->login, &exchange->call);
    return API_CALL;
}

static enum api_step answer_token(struct api_exchange *exchange, const struct login *login)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, exchange->arena, 256);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    json_key(&writer, "access_token");
    json_string(&writer, bytes_from(login->session));
    json_key(&writer, "token_type");
    json_string(&writer, BYTES("Bearer"));
    json_key(&writer, "expires_in");
    json_integer(&writer, LOGIN_SECONDS);
    json_object_end(&writer);
    return json_writer_close(&writer) ? apinizer_json(exchange, 200, buf_bytes(&buf)) : API_ANSWERED;
}

static enum api_step finish_login(struct api_exchange *exchange, const struct db_result *result)
{
    const struct logging_in *state = exchange->state;

    switch (login_finish_outcome(result)) {
    case LOGIN_OPENED:
        return answer_token(exchange, &state->login);
    case LOGIN_WRONG:
        return apinizer_error(exchange, 401, "unauthorized_client", "Bad credentials");
    case LOGIN_UNAVAILABLE:
        return apinizer_unavailable(exchange);
    default:
        return apinizer_failed(exchange, "the database refused a login");
    }
}

enum api_step apinizer_token_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct logging_in *state = exchange->state;

    switch (state->phase) {
    case PHASE_BEGIN:
        return begin_check(context, exchange, result);
    case PHASE_CHECK:
        return finish_check(context, exchange);
    case PHASE_FINISH:
        break;
    }
    return finish_login(exchange, result);
}
