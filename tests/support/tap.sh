# shellcheck shell=bash
# TAP for tests that are shell scripts: `check "a sentence" COMMAND...` for each, `finish` at the end.

tap_count=0 tap_failed=0

# The command's output is shown when it fails.
check() {
    local name=$1 output
    shift
    tap_count=$((tap_count + 1))
    if output=$("$@" 2>&1); then
        printf 'ok %d - %s\n' "$tap_count" "$name"
    else
        tap_failed=$((tap_failed + 1))
        printf 'not ok %d - %s\n' "$tap_count" "$name"
        printf '%s\n' "$*" "$output" | sed 's/^/# /'
    fi
}

finish() {
    printf '1..%d\n' "$tap_count"
    [ "$tap_failed" = 0 ]
}
