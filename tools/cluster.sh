# shellcheck shell=bash
# A private PostgreSQL 15 cluster in a folder. Sourced after process.sh by quickstart and by the tests.
#
#     FOLDER                 the caller's
#     FOLDER/data            the cluster, the services' user's
#     FOLDER/postgres.mark   the running server (process.sh)
#     SOCKETS                where its Unix socket is; there is no TCP port
#
# Its superuser is `postgres`, who is whoever runs the services (and root): that is peer authentication, nobody needs a password
# for it. Everyone else needs a password (SCRAM), unless the cluster was made with `trust`, for tests in a private folder.

postgres_programs=

cluster_find_programs() {
    local folder
    for folder in /usr/lib/postgresql/15/bin "$(pg_config --bindir 2>/dev/null)"; do
        if [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ]; then
            postgres_programs=$folder
            return 0
        fi
    done
    die "PostgreSQL 15 is missing: apt install postgresql-15"
}

# cluster_make FOLDER AUTHENTICATION [INITDB OPTION...]: AUTHENTICATION is scram-sha-256 or trust, for everyone but the superuser.
cluster_make() {
    local folder=$1 authentication=$2 name problem
    shift 2
    service_folder "$folder/data"
    problem=$(cd / && service "$postgres_programs/initdb" --pgdata="$folder/data" --username=postgres --encoding=UTF8 --locale=C.UTF-8 \
        --auth=reject --no-sync --no-instructions "$@" 2>&1 >/dev/null) || {
        rm -rf "$folder/data"
        die "initdb failed in $folder: $(tail -n 1 <<<"$problem")"
    }
    {
        printf 'local all postgres peer map=service\n'
        printf 'local all all %s\n' "$authentication"
    } | cluster_write "$folder/data/pg_hba.conf"
    for name in "$(service id -un)" root; do
        printf 'service %s postgres\n' "$name"
    done | sort -u | cluster_write "$folder/data/pg_ident.conf"
    # initdb's own file stays below: it found out what kind of shared memory works here.
    { service cat "$folder/data/postgresql.conf" && cluster_settings; } | cluster_write "$folder/data/patchbay.conf"
    service mv "$folder/data/patchbay.conf" "$folder/data/postgresql.conf"
}

# Writes standard input to a file as the services' user.
cluster_write() { service dd of="$1" status=none; }

# Durability is spelled out although it is the default: it is what Patchbay's answers rest on. Statements and the details of errors
# may hold what a client sent, so they stay out of the log.
cluster_settings() {
    cat <<'SETTINGS'
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
fsync = on
synchronous_commit = on
full_page_writes = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
include_if_exists = 'start.conf'
log_line_prefix = '%m [%p] %q%u '
log_statement = 'none'
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
SETTINGS
}

# cluster_start FOLDER SOCKETS LOG [SETTING...]: returns once it answers. What was said here stays said when it is restarted by hand.
cluster_start() {
    local folder=$1 sockets=$2 log=$3
    shift 3
    printf '%s\n' "unix_socket_directories = '$sockets'" "$@" | cluster_write "$folder/data/start.conf"
    cluster_start_again "$folder" "$sockets" "$log"
}

# The same with the settings of the last time.
cluster_start_again() {
    local folder=$1 sockets=$2 log=$3 deadline=$((SECONDS + 10))
    cluster_launch "$folder" "$log"
    until cluster_psql "$sockets" postgres -c 'select 1' >/dev/null 2>&1; do
        if ! cluster_running "$folder"; then
            # After a crash the remains of the old server may take a moment to go.
            if [[ $(cluster_says "$log") != *@(lock file|pre-existing shared memory)* ]] || [ "$SECONDS" -ge "$deadline" ]; then
                die "PostgreSQL did not start: $(cluster_says "$log") (all of it: $log)"
            fi
            sleep 0.5
            cluster_launch "$folder" "$log"
        fi
        sleep 0.1
    done
}

# Why it ended, as far as the log tells.
cluster_says() { { grep -a 'FATAL:' "$1" || cat "$1"; } | tail -n 1 | cut -c 1-300; }

cluster_launch() { process_start "$1/postgres.mark" "$2" "$postgres_programs/postgres" -D "$1/data"; }

# cluster_adopt FOLDER SOCKETS: a server that somebody restarted by hand has another process id. When one answers at our socket
# for our data it is ours; then its mark is written anew.
cluster_adopt() {
    local data pid
    data=$(cluster_psql "$2" postgres -c 'show data_directory' 2>/dev/null) && [ "$data" -ef "$1/data" ] || return 1
    pid=$(service head -n 1 "$1/data/postmaster.pid") || return 1
    process_mark "$pid" >"$1/postgres.mark"
}

cluster_running() { process_running "$1/postgres.mark"; }

# A fast shutdown: sessions are ended, everything is written.
cluster_stop() { process_end "$1/postgres.mark" INT "${2-60}"; }

# cluster_psql SOCKETS DATABASE ARGUMENT...: as the superuser; statements come from the arguments or standard input.
cluster_psql() {
    local sockets=$1 database=$2
    shift 2
    env -u PGHOSTADDR -u PGSERVICE -u PGOPTIONS -u PGSSLMODE PGHOST="$sockets" PGPORT=5432 PGUSER=postgres PGDATABASE="$database" \
        PGCLIENTENCODING=UTF8 "$postgres_programs/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

# cluster_load SOCKETS DATABASE SQL_FOLDER: makes the database with Patchbay's schema, all of it or nothing.
cluster_load() {
    local sockets=$1 database=$2 problem
    cluster_psql "$sockets" postgres -c "create database \"$database\" template template0" || die "cannot make the database $database"
    problem=$(cluster_psql "$sockets" "$database" -1 -f "$3/install.sql" 2>&1 >/dev/null) || {
        cluster_psql "$sockets" postgres -c "drop database \"$database\"" || :
        die "the schema cannot be loaded: $(grep -m 1 -E 'ERROR|FATAL|error' <<<"$problem")"
    }
}

last_line() { tail -n 1 "$1" 2>/dev/null | cut -c 1-300; }
