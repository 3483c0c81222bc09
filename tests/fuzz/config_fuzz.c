/* Input: a configuration file. What is taken is within the ranges of the table; what is refused is told by line, without a value. */
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "tests/fuzz/fuzz.h"

static void check_report(void *context, const char *source, int line, const char *message)
{
    bool *reported = context;

    *reported = true;
    fuzz_require(strncmp(source, "/proc/", 6) == 0 && line >= 0 && message[0] != '\0');
    for (const char *c = message; *c != '\0'; c++) {
        fuzz_require((unsigned char) *c >= ' ' && (unsigned char) *c < 0x7f);
    }
}

static bool is_text(const struct config_setting *setting)
{
    return strcmp(setting->kind, "text") == 0 || strcmp(setting->kind, "choice") == 0;
}

static void check_setting(const struct config *config, const struct config_setting *setting)
{
    const char *place = (const char *) config + setting->offset;
    long number;

    if (is_text(setting)) {
        size_t length = strnlen(place, setting->size);
        fuzz_require(length < setting->size);
        fuzz_require(setting->choices != NULL || ((long) length >= setting->minimum && (long) length <= setting->maximum));
    } else {
        memcpy(&number, place, sizeof number);
        fuzz_require(number >= setting->minimum && number <= setting->maximum);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config config;
    bool reported = false;
    char name[64];

    for (const struct config_setting *setting = config_settings(); setting->name != NULL; setting++) {
        config_environment_name(setting, name, sizeof name);
        (void) unsetenv(name);
    }
    bool loaded = config_load(&config, fuzz_file(fuzz_bytes(data, size)), check_report, &reported);
    fuzz_require(loaded != reported);
    for (const struct config_setting *setting = config_settings(); setting->name != NULL; setting++) {
        check_setting(&config, setting);
    }
    return 0;
}
