# shellcheck shell=bash
# The demo project: made by the admin command and through the web server, as a client would. Sourced after process.sh and home.sh.

demo_project=MyProject
demo_ims_org=0123456789ABCDEF01234567@AdobeOrg

# demo_credentials HOME RUN: the project, a token with every permission in it and an API key; sets demo_token and demo_api_key.
demo_credentials() {
    local home=$1 run=$2 category action permissions=''
    # shellcheck source=/dev/null
    [ ! -f "$home/credentials" ] || . "$home/credentials"
    demo_token=${demo_token-} demo_api_key=${demo_api_key-}
    if [ "$(cluster_psql "$run" patchbay -c "select count(*) from patchbay.project where name = '$demo_project'")" = 0 ]; then
        "$home/patchbay" project add "$demo_project" --ims-org "$demo_ims_org" --description "The demo of quickstart" >/dev/null ||
            die "cannot add the demo project"
    fi
    if [ -z "$demo_token" ]; then
        for category in API_MANAGEMENT SECRETS IDENTITY CONNECTIONS GLOBAL_SETTINGS; do
            for action in MANAGE DEPLOY_UNDEPLOY EXPORT_IMPORT VIEW; do
                permissions+=,$category:$action
            done
        done
        demo_token=$("$home/patchbay" token issue --project "$demo_project" --name quickstart --permission "${permissions#,}" \
            --expires never) || die "cannot issue a token for the demo project"
    fi
    if [ -z "$demo_api_key" ]; then
        demo_api_key=$("$home/patchbay" client add "quickstart $(date -u +%Y-%m-%dT%H:%M:%SZ)") || die "cannot add an API client"
    fi
    write_env "$home/credentials" demo_token "$demo_token" demo_api_key "$demo_api_key"
}

# demo_request METHOD URL [BODY]: sets demo_status and demo_answer (its head and body). The token is on no command line.
demo_request() {
    local options=(--silent --show-error --include --max-time 30 --request "$1" --header @- "$2")
    [ $# -lt 3 ] || options+=(--header 'Content-Type: application/json' --data "$3")
    if demo_answer=$(curl "${options[@]}" 2>&1 <<<"Authorization: Bearer $demo_token"); then
        demo_answer=${demo_answer//$'\r'/}
        demo_status=${demo_answer#* }
        demo_status=${demo_status:0:3}
    else
        demo_status=000
    fi
}

demo_connection() { printf '%s/apiops/projects/%s/connections/%s' "$1" "$demo_project" "$2"; }

# demo_make URL: the connections that the documentation's examples update.
demo_make() {
    local name body
    while read -r name body; do
        demo_request POST "$(demo_connection "$1" "$name/")" "$body"
        [[ $demo_status == 200 || $demo_answer == *"already exists!"* ]] ||
            die "making a demo connection was answered $demo_status: ${demo_answer##*$'\n'}"
    done <<'BODIES'
my-email-connection {"type":"email","name":"my-email-connection","description":"Sends the demo's mail","host":"smtp.example.com","port":587,"enableStartTls":true,"auth":true,"username":"user@example.com","password":"first-app-password","from":"noreply@example.com"}
old-connection-name {"type":"email","name":"old-connection-name","description":"Waits for a better name","host":"smtp.example.com","port":587,"auth":true,"username":"user@example.com","password":"password"}
my-db-connection {"type":"database","name":"my-db-connection","description":"The demo's database","dbType":"POSTGRES","host":"localhost","port":5432,"databaseName":"mydb","username":"dbuser","password":"dbpassword"}
BODIES
}

# demo_show URL: example 1 of the documentation, shown with its answer.
demo_show() {
    local body='{
    "type": "email",
    "name": "my-email-connection",
    "description": "Updated email connection",
    "deployToWorker": true,
    "enabled": true,
    "host": "smtp.gmail.com",
    "port": 587,
    "enableStartTls": true,
    "auth": true,
    "username": "updated-user@example.com",
    "password": "new-app-password",
    "defaultEncoding": "UTF-8",
    "from": "noreply@example.com"
  }' url
    url=$(demo_connection "$1" my-email-connection/)
    cat <<REQUEST

Example 1 of the documentation, "Update Connection Configuration":

curl -X PUT \\
  "$url" \\
  -H "Authorization: Bearer \$PATCHBAY_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '$body'

REQUEST
    demo_request PUT "$url" "$body"
    say "$demo_answer"
    say
}
