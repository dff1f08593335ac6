# shellcheck shell=bash
# What the scripts in this folder share. Sourced, never run.

cache="${XDG_CACHE_HOME:-$HOME/.cache}/homehub-ci"
export PATH="$cache/bin:$PATH"

# The small model that the checks use, and where Ollama keeps it.
model_name=gemma3:270m
models="$cache/ollama-gemma3-270m"

say() { printf '%s\n' "$*"; }
fail() {
	printf 'FAIL: %s\n' "$*" >&2
	return 1
}

as_root() {
	if [[ $(id -u) == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

# free_port prints a port of the loopback address that nobody listens on.
free_port() {
	local port
	for _ in {1..100}; do
		port=$((20000 + RANDOM % 12000))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
			echo "$port"
			return
		}
	done
	fail "no free port found"
}

# wait_until SECONDS COMMAND... tries the command every 200 ms until it succeeds.
wait_until() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < deadline)) || return 1
		sleep 0.2
	done
}

# Every process that is started here is remembered in a file, because stages run in
# subshells, and ended by its own id.
started="$work/started"
remember_process() { echo "$1" >>"$started"; }

stop_everything() {
	local pid
	[[ -f $started ]] && tac "$started" | while read -r pid; do
		case $pid in
		container:*) docker rm --force "${pid#container:}" >/dev/null 2>&1 || true ;;
		*) end_process "$pid" ;;
		esac
	done
	rm -rf "$work" 2>/dev/null || as_root rm -rf "$work"
}

# end_process asks, asks PostgreSQL not to wait for its clients, then insists.
end_process() {
	local signal
	for signal in TERM INT KILL; do
		kill "-$signal" "$1" 2>/dev/null || as_root kill "-$signal" "$1" 2>/dev/null || return 0
		for _ in {1..30}; do
			kill -0 "$1" 2>/dev/null || return 0
			sleep 0.1
		done
	done
}
