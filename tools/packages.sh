# shellcheck shell=bash
# Debian packages that quickstart needs, and how it gets them. Sourced after process.sh.
#
# A package is asked for by a file or a program that it brings, so that what came by another way counts too, and apt is not called
# when nothing is missing.

# packages_for WHAT: lines of a Debian package and what it brings.
packages_for() {
    case $1 in
        build)
            echo gcc gcc
            echo libc6-dev /usr/include/stdio.h
            echo make make
            echo autoconf autoreconf
            echo automake automake
            echo pkg-config pkg-config
            echo libfcgi-dev /usr/include/fcgiapp.h
            echo libpq-dev /usr/include/postgresql/libpq-fe.h
            echo libyajl-dev /usr/include/yajl/yajl_parse.h
            echo libcurl4-openssl-dev curl-config
            echo libssl-dev /usr/include/openssl/evp.h
            ;;
        run)
            echo postgresql-15 /usr/lib/postgresql/15/bin/postgres
            echo curl curl
            ;;
        lighttpd) echo lighttpd lighttpd ;;
        apache)
            echo apache2-bin apache2
            echo libapache2-mod-fcgid /usr/lib/apache2/modules/mod_fcgid.so
            ;;
        test)
            echo check /usr/include/check.h
            echo lighttpd-mod-webdav /usr/lib/lighttpd/mod_webdav.so
            echo openssl openssl
            echo postgresql-15-pgtap /usr/share/postgresql/15/extension/pgtap.control
            echo postgresql-15-plpgsql-check /usr/share/postgresql/15/extension/plpgsql_check.control
            echo python3 python3
            echo python3-psycopg2 /usr/lib/python3/dist-packages/psycopg2/__init__.py
            echo procps pgrep
            echo time time
            echo valgrind valgrind
            echo shellcheck shellcheck
            ;;
    esac
}

# packages_missing WHAT...: prints the names of those that are not there.
packages_missing() {
    local what package brings
    for what in "$@"; do
        while read -r package brings; do
            case $brings in
                /*) [ -e "$brings" ] || echo "$package" ;;
                *) command -v "$brings" >/dev/null || echo "$package" ;;
            esac
        done < <(packages_for "$what")
    done
}

# packages_install LOG WHAT...: installs what is missing, or ends with one line.
packages_install() {
    local log=$1 missing as_root=()
    shift
    mapfile -t missing < <(packages_missing "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "these Debian packages are missing and there is no apt here: ${missing[*]}"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "packages are missing; as root: apt install ${missing[*]}"
        as_root=(sudo)
    fi
    say "Installing with apt, which may take some minutes: ${missing[*]} (log: $log)"
    { mkdir -p "${log%/*}" && : >"$log"; } 2>/dev/null || die "no permission to write in ${log%/*} as $(id -un): run as its owner, or remove it"
    "${as_root[@]}" bash -s -- "${missing[@]}" <<<"$(declare -f install_quietly); install_quietly \"\$@\"" >"$log" 2>&1 ||
        die "apt could not install them: $({ grep -E '^(E|sudo): ' "$log" || cat "$log"; } | tail -n 1) (all of it: $log; by hand: apt install ${missing[*]})"
    mapfile -t missing < <(packages_missing "$@")
    [ ${#missing[@]} -eq 0 ] || die "apt installed them, yet something is still missing: ${missing[*]}"
}

# Runs as root, in a shell of its own. The servers' packages start system services when they are installed. Ours are private ones, so
# the system's are neither started (policy-rc.d, if the system has none of its own) nor left to start with the machine.
install_quietly() {
    set -eu
    local policy=/usr/sbin/policy-rc.d unit new=()
    for unit in lighttpd apache2 postgresql; do
        [ -e "/lib/systemd/system/$unit.service" ] || new+=("$unit.service")
    done
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        trap 'exit 1' HUP INT TERM
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq -o DPkg::Lock::Timeout=600 update || echo "apt-get update failed; trying with the lists that are there"
    apt-get -qq -y --no-install-recommends -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 install "$@" </dev/null
    if [ -d /run/systemd/system ]; then
        for unit in "${new[@]}"; do
            [ ! -e "/lib/systemd/system/$unit" ] || systemctl --quiet disable "$unit" || :
        done
    fi
}
