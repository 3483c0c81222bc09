# shellcheck shell=bash
# Building in a folder of its own below .build in the source tree. Sourced after process.sh.
#
# Two builds at once would both make ./configure, so one lock covers everything that may write into the source tree.

# build SOURCE NAME TARGET FLAG...: configures SOURCE/.build/NAME if need be and makes TARGET; ends with one line when that fails. A
# build folder that was made for another place or with other flags is made anew.
build() {
    local source=$1 folder=$1/.build/$2 log=$1/.build/$2.log target=$3 lock
    shift 3
    [[ $source != *[^A-Za-z0-9/._+,@%:~-]* ]] ||
        die "the GNU build cannot work in a folder with spaces or special characters in its path: move $source"
    [ ! -e "$source/config.status" ] || die "the source tree is configured itself: run \`make distclean' in $source first"
    mkdir -p "$source/.build" 2>/dev/null || die "no permission to write in $source as $(id -un): run as its owner"
    { exec {lock}>"$source/.build/lock"; } 2>/dev/null || die "no permission to write in $source/.build as $(id -un): run as its owner, or remove it"
    flock --nonblock "$lock" || {
        say "Waiting for another build"
        flock "$lock"
    }
    if [ "$(cat "$folder/configured" 2>/dev/null)" != "$source $*" ]; then
        say "Configuring (log: $log)"
        if ! rm -rf "$folder" || ! mkdir "$folder"; then
            die "cannot make $folder: run as its owner, or remove it"
        fi
        make_configure "$source" "$log"
        (cd "$folder" && ../../configure --quiet "$@") >"$log" 2>&1 </dev/null ||
            die "configure failed: $(grep -m 1 error: "$log" || last_line "$log") (all of it: $log)"
        printf '%s\n' "$source $*" >"$folder/configured"
    fi
    say "Building (log: $log)"
    make -C "$folder" -j "$(nproc)" "$target" >"$log" 2>&1 </dev/null ||
        die "the build failed: $(grep -m 1 -E 'error:|\*\*\*' "$log" || last_line "$log") (all of it: $log)"
    exec {lock}>&-
}

# ./configure is not kept in git.
make_configure() {
    local source=$1 log=$2
    if [ ! -x "$source/configure" ] || [ ! -f "$source/build-aux/tap-driver.sh" ] || [ ! -f "$source/Makefile.in" ]; then
        "$source/autogen.sh" >"$log" 2>&1 </dev/null || die "autogen.sh failed: $(last_line "$log") (all of it: $log)"
    fi
}
