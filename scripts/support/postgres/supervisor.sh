# Runs a throw-away PostgreSQL for as long as its standard input is open, so that no cluster outlives the
# process that started it, however that process ends. Reads the lines "restart", "crash", "stop" and "start";
# answers each with "ok" once it is done. Environment: BIN, PORT, PASSWORD, SETTINGS (one per line).
set -eu
trap : INT TERM HUP PIPE

directory=$(mktemp -d "${TMPDIR:-/tmp}/media-sync-postgres-XXXXXX")
data="$directory/data"
pid=

start() {
    "$BIN/postgres" -D "$data" >>"$directory/log" 2>&1 &
    pid=$!
    attempt=0
    until "$BIN/pg_isready" --quiet --host=127.0.0.1 --port="$PORT"; do
        attempt=$((attempt + 1))
        if ! kill -0 "$pid" 2>/dev/null || [ "$attempt" -gt 600 ]; then
            tail -n 20 "$directory/log" >&2
            return 1
        fi
        sleep 0.05
    done
}

stop() {
    if [ -n "$pid" ]; then
        kill "-$1" "$pid" 2>/dev/null || :
        while kill -0 "$pid" 2>/dev/null; do wait "$pid" || :; done
        pid=
    fi
}

finish() {
    stop INT
    rm -rf "$directory"
}
trap finish EXIT

printf '%s' "$PASSWORD" >"$directory/password"
"$BIN/initdb" --pgdata="$data" --username=postgres --pwfile="$directory/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions >"$directory/log" 2>&1 || {
    cat "$directory/log" >&2
    exit 1
}
rm "$directory/password"
printf '%s\n' "$SETTINGS" "port = $PORT" >>"$data/postgresql.conf"
start
echo ok

while read -r command; do
    case $command in
    restart) stop INT && start ;;
    crash) stop QUIT && start ;;
    stop) stop INT ;;
    start) start ;;
    esac
    echo ok
done
