# shellcheck shell=bash disable=SC2154 # process_id and die are from process.sh
# The web server of one home: its configuration is a sample of conf/ with this home's values, so the samples are what runs.
# Sourced after process.sh.

# frontend_configure KIND SAMPLES FILE PORT WORKER RUN LOG CONFIGURATION: writes FILE from the sample. WORKER and RUN need plain
# names (lighttpd splits a command at spaces), the others not.
frontend_configure() {
    local kind=$1 sample=$2/$1.conf file=$3 port=$4 worker=$5 run=$6 log=$7 configuration=$8
    case $kind in
        lighttpd)
            fill_sample "$sample" "$file" "var.port =" "$port" "var.worker =" "\"$worker\"" "var.socket =" "\"$run/worker\"" \
                "var.workers =" "$(nproc)" "var.configuration =" "\"$configuration\"" "var.log =" "\"$log\"" "var.spool =" "\"$run\""
            ;;
        apache)
            fill_sample "$sample" "$file" "Define PATCHBAY_LISTEN" "127.0.0.1:$port" "Define PATCHBAY_WORKER" "$worker" \
                "Define PATCHBAY_CONFIGURATION" "\"$configuration\"" "Define PATCHBAY_RUN" "$run" "Define PATCHBAY_LOG" "\"$log\""
            ;;
    esac
}

# fill_sample SAMPLE FILE START VALUE...: the line of the sample that begins with START gets the value.
fill_sample() {
    local sample=$1 file=$2 line start
    local -A values=()
    shift 2
    while [ $# -gt 0 ]; do
        values[$1]=$2
        shift 2
    done
    while IFS= read -r line; do
        for start in "${!values[@]}"; do
            if [[ $line == "$start "* ]]; then
                line="$start ${values[$start]}"
                unset "values[$start]"
                break
            fi
        done
        printf '%s\n' "$line"
    done <"$sample" >"$file"
    [ ${#values[@]} -eq 0 ] || die "$sample has no line that begins with: ${!values[*]}"
}

# frontend_start KIND FILE MARK LOG
frontend_start() {
    case $1 in
        lighttpd) process_start "$3" "$4" lighttpd -D -f "$2" ;;
        apache) process_start "$3" "$4" apache2 -D FOREGROUND -f "$2" ;;
    esac
}

# frontend_stop MARK: requests in hand are finished; the workers end with it.
frontend_stop() {
    local signal=INT
    ! process_running "$1" || [ "$(cat "/proc/$process_id/comm" 2>/dev/null)" != apache2 ] || signal=WINCH
    process_end "$1" "$signal" 20
}
