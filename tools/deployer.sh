# shellcheck shell=bash disable=SC2154 # process_id is from process.sh
# The deployer of one home, and who starts it again when it dies. Sourced after process.sh, cluster.sh and home.sh.

# deployer_start HOME RUN BUILD: a small script starts it, again and again, until it is told to stop.
deployer_start() {
    local home=$1 run=$2 build=$3
    service_file "$home/log/deployer.log"
    cluster_write "$run/deployer-command" <<SCRIPT
#!/bin/sh
# SIGTERM ends the deployer, which finishes what is under way, and then this.
PATCHBAY_CONFIG=$(quote_sh "$run/patchbay.conf")
export PATCHBAY_CONFIG
$(home_environment)
stopping=
trap 'stopping=yes; [ -z "\$deployer" ] || kill "\$deployer" 2>/dev/null' TERM INT
while [ -z "\$stopping" ]; do
    setpriv --pdeathsig TERM -- $(quote_sh "$build/patchbay") deployer &
    deployer=\$!
    wait "\$deployer"
    [ -n "\$stopping" ] || sleep 1
done
wait
SCRIPT
    service chmod 700 "$run/deployer-command"
    process_start "$home/deployer.mark" "$home/log/deployer.log" "$run/deployer-command"
}

# deployer_stop HOME
deployer_stop() { process_end "$1/deployer.mark" TERM 20; }
