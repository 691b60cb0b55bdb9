# Shared by the scripts beside it; sourced, never run. Wants bash only.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
mkdir -p .make
LOG=$ROOT/.make/last-step.log
STEP=0
STEPS=${STEPS:-0}

# begin WORDS: start the line of a step, "[3/7] WORDS … "
begin() {
    STEP=$((STEP + 1))
    printf '[%d/%d] %s … ' "$STEP" "$STEPS" "$1"
}

# finish WORDS: end the line of a step
finish() { printf '%s\n' "$1"; }

# fail WORDS: end the line of a step, say on stderr what went wrong and how to mend it, leave
fail() {
    printf 'failed\n'
    printf '\n%s\n' "$@" >&2
    exit 1
}

# step WORDS COMMAND…: run a command as one step; its output is shown only if it fails
step() {
    local words=$1 started=$SECONDS status=0
    shift
    begin "$words"
    "$@" >"$LOG" 2>&1 </dev/null &
    local child=$!
    trap 'kill "$child" 2>/dev/null; exit 130' INT TERM
    if [ -t 1 ]; then # the seconds so far, rewritten in place
        while kill -0 "$child" 2>/dev/null; do
            printf '\r[%d/%d] %s … %d s ' "$STEP" "$STEPS" "$words" $((SECONDS - started))
            sleep 0.5
        done
        printf '\r[%d/%d] %s … ' "$STEP" "$STEPS" "$words"
    fi
    wait "$child" || status=$?
    trap - INT TERM
    [ "$status" = 0 ] || fail "$(tail -n 30 "$LOG")"
    finish "done ($((SECONDS - started)) s)"
}
