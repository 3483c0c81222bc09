# shellcheck shell=bash
# Starting, knowing and ending the services of one folder. Sourced by quickstart and by the tests; needs bash.
#
# A service is remembered by a mark: its process id with its start time and the boot it was started in. A process id alone may
# belong to a stranger by the time it is used, so nothing is ever signalled whose mark does not match.
#
# PostgreSQL refuses to run as root, and workers need no root, so as root every service runs as the user postgres. Folders above a
# clone or a home may be closed to that user (root's own home is); then the services get the one capability that lets them pass.

say() { printf '%s\n' "$*"; }
warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
# Every failure is one line that says what to do.
die() {
    warn "$*"
    exit 1
}

# A text as one word for sh.
quote_sh() {
    local text=${1//\'/\'\\\'\'}
    printf "'%s'" "$text"
}

# ---- the user of the services ---------------------------------------------------------------------------------------------

service_command=() # what is put before a service's command line; empty unless we are root
process_parent_signal= # when set, a service gets this signal should the script that started it die

# service_reaches PATH...: can the services read all of these? (Not `test -r`: access(2) knows nothing of capabilities.)
service_reaches() {
    local path
    for path in "$@"; do
        if [ -d "$path" ]; then
            service ls "$path" >/dev/null 2>&1 || return 1
        else
            service head -c 1 "$path" >/dev/null 2>&1 || return 1
        fi
    done
}

# service_user_choose CAPABILITIES PATH...: the services will have to read these paths. CAPABILITIES: more to give, for instance
# "net_bind_service", or "".
service_user_choose() {
    local capabilities=$1 capability
    shift
    [ "$(id -u)" = 0 ] || return 0
    id postgres >/dev/null 2>&1 || die "PostgreSQL does not run as root and there is no user postgres: install the package postgresql-15"
    # dac_read_search passes closed folders for reading; containers often keep only dac_override.
    for capability in '' dac_read_search dac_override; do
        if give_capabilities "$capability $capabilities" && service_reaches "$@"; then
            return 0
        fi
    done
    give_capabilities "$capabilities" || die "root may not give the capability $capabilities here: choose a port above 1023"
    die "the user postgres may not pass the folders above $1, and root may not give it the capability to do so here:" \
        "use a folder that others may enter, for instance below /srv (chmod o+x opens one)"
}

# give_capabilities "NAME NAME...": the services keep these and no others. False when the machine does not allow it.
give_capabilities() {
    local list='' name
    service_command=(setpriv --reuid=postgres --regid=postgres --init-groups)
    for name in $1; do
        list+=",+$name"
    done
    if [ -n "$list" ]; then
        service_command+=("--inh-caps=-all$list" "--ambient-caps=-all$list" "--bounding-set=-all$list")
    fi
    service true 2>/dev/null
}

# Runs a command as the services' user.
service() { "${service_command[@]}" "$@"; }

# Files that services write to: made empty if need be.
service_file() {
    local file
    for file in "$@"; do
        [ -f "$file" ] || : >"$file" || die "cannot write $file"
        chmod 600 "$file"
        [ "$(id -u)" != 0 ] || chown postgres:postgres "$file"
    done
}

# Folders that services write to.
service_folder() {
    local folder
    for folder in "$@"; do
        [ -d "$folder" ] || mkdir -p "$folder" || die "cannot make the folder $folder"
        if [ "$(id -u)" = 0 ]; then
            chown postgres:postgres "$folder" || die "cannot give $folder to the user postgres"
        fi
        chmod 700 "$folder"
    done
}

# ---- processes ------------------------------------------------------------------------------------------------------------

# The mark of a running process: "pid start-time boot". False when there is no such process, or it ended and was not yet waited for.
process_mark() {
    local stat fields
    { read -r stat </proc/"$1"/stat; } 2>/dev/null || return 1
    stat=${stat##*) }
    read -ra fields <<<"$stat"
    [ "${fields[0]}" != Z ] && [ "${fields[0]}" != X ] || return 1
    printf '%s %s %s\n' "$1" "${fields[19]}" "$(</proc/sys/kernel/random/boot_id)"
}

# process_running FILE: does the process still run whose mark the file holds? Sets process_id.
process_running() {
    local mark now
    process_id=
    [ -f "$1" ] && read -r mark <"$1" && [ -n "$mark" ] || return 1
    now=$(process_mark "${mark%% *}") && [ "$now" = "$mark" ] || return 1
    process_id=${mark%% *}
}

# process_start FILE LOG COMMAND...: starts a service in a session of its own, detached from our terminal and our open files.
process_start() {
    local file=$1 log=$2 pid descriptor
    shift 2
    (
        for descriptor in /proc/self/fd/*; do
            descriptor=${descriptor##*/}
            [ "$descriptor" -le 2 ] || eval "exec $descriptor>&-" 2>/dev/null || :
        done
        exec setsid "${service_command[@]}" setpriv ${process_parent_signal:+--pdeathsig "$process_parent_signal"} -- "$@" \
            </dev/null >>"$log" 2>&1
    ) &
    pid=$!
    disown "$pid"
    process_mark "$pid" >"$file" || :
}

# process_end FILE SIGNAL SECONDS: asks with SIGNAL, waits, and after SECONDS kills. Only ever the process of the mark.
process_end() {
    local file=$1 deadline=$((SECONDS + $3))
    if process_running "$file"; then
        kill -s "$2" "$process_id" 2>/dev/null || :
        while process_running "$file" && [ "$SECONDS" -lt "$deadline" ]; do
            sleep 0.1
        done
        if process_running "$file"; then
            kill -s KILL "$process_id" 2>/dev/null || :
            while process_running "$file"; do
                sleep 0.1
            done
        fi
    fi
    rm -f "$file"
}
