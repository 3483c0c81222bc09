# shellcheck shell=bash
# The home of one quickstart: what is in it and how it is made. Sourced after process.sh and cluster.sh.
#
#     data/            PostgreSQL's cluster          run/     sockets (or a link to a short folder below /tmp, see home_run_folder)
#     log/             what everybody writes         *.mark   who runs (process.sh)
#     keyring          the keys of the boxes         pgpass, worker.pgpass   database passwords
#     patchbay.conf    settings of worker and command; lighttpd.conf or apache.conf
#     credentials      the demo's token and API key, kept for the next run
#     env, patchbay    for you: the variables to source, and the admin command
#
# The caller owns it and what is secret in it; data, run, keyring, worker.pgpass and the logs belong to the services' user.

# home_make HOME: safe to repeat. Refuses a folder whose files it would overwrite.
home_make() {
    local home=$1 name
    if [ ! -e "$home/.quickstart" ]; then
        for name in data run log keyring pgpass worker.pgpass patchbay.conf credentials env patchbay; do
            [ ! -e "$home/$name" ] || die "$home is no home of quickstart, but has a $name of its own: choose another --home"
        done
    fi
    if [ ! -d "$home" ]; then
        mkdir -p "$home" 2>/dev/null || die "no permission to make $home: choose another --home"
    fi
    { : >>"$home/.quickstart"; } 2>/dev/null ||
        die "no permission to write in $home as $(id -un): choose another --home, or run as its owner"
    mkdir -p "$home/log"
    service_file "$home/log/postgres.log" "$home/log/web.log" "$home/log/lighttpd.log" "$home/log/apache.log" "$home/log/worker.log"
}

# What another user's services made, ours cannot use.
home_check_owner() {
    local owner
    [ -e "$1/data" ] || return 0
    owner=$(stat -c %U "$1/data")
    [ "$owner" = "$(service id -un)" ] || die "what is in $1 was made for the user $owner: run as the same user as then, or choose another --home"
}

# home_run_folder HOME: sets run, the folder of the sockets. Their paths end at 107 bytes and a web server splits commands at spaces,
# so a long or an unusual path gets a folder below /tmp instead, with a link to it at its place.
home_run_folder() {
    run=$1/run
    if [ ${#run} -le 80 ] && [[ $run != *[^A-Za-z0-9/._+-]* ]]; then
        [ ! -L "$run" ] || rm -f "$run"
        service_folder "$run"
        return 0
    fi
    home_forget_run_folder "$1"
    run=$(mktemp -d /tmp/patchbay.XXXXXX) || die "cannot make a folder in /tmp"
    service_folder "$run"
    ln -s "$run" "$1/run"
}

home_forget_run_folder() {
    local folder
    [ -L "$1/run" ] || return 0
    folder=$(readlink "$1/run")
    [[ $folder != /tmp/patchbay.?????? ]] || rm -rf "$folder"
    rm -f "$1/run"
}

# home_database HOME RUN SQL_FOLDER: the cluster runs; roles have passwords, the database has the schema. Passwords reach psql by its
# standard input and no log.
home_database() {
    local home=$1 run=$2 role file password
    if [ "$(cluster_psql "$run" postgres -c "select count(*) from pg_database where datname = 'patchbay'")" = 0 ]; then
        cluster_load "$run" patchbay "$3"
    fi
    for role in admin worker; do
        file=$home/pgpass
        [ "$role" = admin ] || file=$home/worker.pgpass
        [ ! -s "$file" ] || continue
        password=$(random_text)
        cluster_psql "$run" patchbay <<SQL || die "cannot set the password of patchbay_$role"
set log_min_duration_statement = -1;
set log_statement = 'none';
set log_min_error_statement = 'panic';
alter role patchbay_$role password '$password';
SQL
        (umask 077 && printf '*:*:*:patchbay_%s:%s\n' "$role" "$password" >"$file.new")
        [ "$role" = admin ] || service_file "$file.new"
        mv "$file.new" "$file"
    done
}

# 192 random bits as hexadecimal digits.
random_text() { od -An -N 24 -tx1 /dev/urandom | tr -d ' \n'; }

# home_dsn RUN ROLE PASSFILE: how libpq is told where to connect.
home_dsn() {
    local file=$3
    [[ $file != *\ * ]] || file="'$file'"
    printf 'host=%s port=5432 dbname=patchbay user=%s passfile=%s' "$1" "$2" "$file"
}

# home_settings SAMPLE: of what the environment said (the array settings, by name) leaves the settings that a home may have from its
# caller; the sample has the names of all. Where things are in a home is the home's own affair. settings_folders is set to the folders
# that the services will have to read.
home_settings() {
    local name value
    settings_folders=()
    for name in "${!settings[@]}"; do
        value=${settings[$name]}
        if [[ $name == @(*[a-z]*|DATABASE|ADMIN_DATABASE|OWNER_DATABASE|SQL_DIR|KEYRING_FILE|RATE_LIMIT_FILE) ]] ||
            ! grep -q "^#\?${name,,} =" "$1"; then
            unset "settings[$name]"
        elif [[ $name == @(TYPES_DIR|CONNECTORS_DIR|IMPORT_KEY_FILE) && -e $value ]]; then
            # shellcheck disable=SC2004 # by name, no number
            settings[$name]=$(realpath -- "$value")
            [ ! -d "$value" ] || settings_folders+=("${settings[$name]}")
        fi
    done
    [ ${#settings[@]} = 0 ] || say "Settings from the environment: $(printf '%s\n' "${!settings[@]}" | sort | paste -sd ' ')"
}

# home_environment: those settings as lines of sh; what is there already wins.
home_environment() {
    local name
    for name in "${!settings[@]}"; do
        # shellcheck disable=SC2016 # sh expands it
        printf '[ "${PATCHBAY_%s+given}" ] || export PATCHBAY_%s=%s\n' "$name" "$name" "$(quote_sh "${settings[$name]}")"
    done
}

# home_programs HOME RUN BUILD TYPES: keyring, settings, the worker's command line and the admin command.
home_programs() {
    local home=$1 run=$2 build=$3 types=$4 problem
    if [ ! -e "$home/keyring" ]; then
        problem=$("$build/patchbay.fcgi" --create-keyring "$home/keyring" 2>&1 >/dev/null) || die "cannot make a keyring: $problem"
        service_file "$home/keyring"
    fi
    home_write_settings "$home/patchbay.conf" <<SETTINGS
database = $(home_dsn "$run" patchbay_worker "$home/worker.pgpass")
admin_database = $(home_dsn "$run" patchbay_admin "$home/pgpass")
owner_database = host=$run port=5432 dbname=patchbay user=postgres
sql_dir = ${types%/conf/types}/sql
keyring_file = $home/keyring
types_dir = $types
connectors_dir = ${types%/types}/connectors
rate_limit_file = $run/rate_limit
SETTINGS
    # mod_fcgid cuts long values of the environment.
    service ln -sfn "$home/patchbay.conf" "$run/patchbay.conf"
    # The worker ends with the web server that started it, also when that one is killed.
    cluster_write "$run/worker-command" <<SCRIPT
#!/bin/sh
$(home_environment)
exec setpriv --pdeathsig TERM -- $(quote_sh "$build/patchbay.fcgi") 2>>$(quote_sh "$home/log/worker.log")
SCRIPT
    service chmod 700 "$run/worker-command"
    cat >"$home/patchbay" <<SCRIPT
#!/bin/sh
# The admin command for this home.
PATCHBAY_CONFIG=$(quote_sh "$home/patchbay.conf")
export PATCHBAY_CONFIG
$(home_environment)
exec $(quote_sh "$build/patchbay") "\$@"
SCRIPT
    chmod 755 "$home/patchbay"
    problem=$("$home/patchbay" check-config 2>&1 >/dev/null) || die "the configuration is refused: $(head -n 1 <<<"$problem")"
}

# home_write_settings FILE: a home's settings are on standard input; what its user added to the file stays, and counts.
home_write_settings() {
    local file=$1 mark='# Yours, which stays and counts:' added='' line
    [ ! -e "$file" ] || added=$(sed "1,/^$mark\$/d" "$file")
    {
        printf '# Written by quickstart at each start, down to the last comment. docs/settings.md tells what the settings mean.\n'
        while IFS= read -r line; do
            grep -q "^ *${line%% *} *=" <<<"$added" || printf '%s\n' "$line"
        done
        printf '%s\n' "$mark"
        [ -z "$added" ] || printf '%s\n' "$added"
    } >"$file.new"
    mv -f "$file.new" "$file"
}

# write_env FILE NAME VALUE...: lines of NAME='value', only for the owner, there all at once.
write_env() {
    local file=$1
    shift
    (
        umask 077
        while [ $# -gt 0 ]; do
            printf '%s=%s\n' "$1" "$(quote_sh "$2")"
            shift 2
        done >"$file.new"
    )
    mv -f "$file.new" "$file"
}
