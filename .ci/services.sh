# shellcheck shell=bash
# Starts the real PostgreSQL, Redis, Home Assistant and Ollama on free loopback ports, with
# nothing of theirs outside $work but Ollama's model, and exports where the tests find them.

did_not_start() {
	tail -n 50 "$work/$2" || true
	fail "$1 did not start"
}

postgres_options=()

start_postgres() {
	local bin dir="$work/postgres" port pid run=()
	for bin in /usr/lib/postgresql/*/bin; do :; done # the newest
	port="$(free_port)"
	mkdir "$dir"
	if [[ $(id -u) == 0 ]]; then # PostgreSQL refuses to run as root
		chown postgres "$dir"
		run=(setpriv --reuid=postgres --regid=postgres --init-groups --)
	fi
	"${run[@]}" "$bin/initdb" --pgdata="$dir/data" --username=postgres --auth=trust --encoding=UTF8 \
		--no-sync >"$work/postgres.log"
	# Durability is not what is tested here, and a server without fsync is twice as fast; a bench
	# sets postgres_options.
	"${run[@]}" "$bin/postgres" -D "$dir/data" -p "$port" -c listen_addresses=127.0.0.1 \
		-c unix_socket_directories= -c fsync=off -c max_connections=300 "${postgres_options[@]}" \
		>>"$work/postgres.log" 2>&1 </dev/null &
	pid=$!
	remember_process "$pid"
	wait_until 30 "$bin/pg_isready" -h 127.0.0.1 -p "$port" || did_not_start PostgreSQL postgres.log
	export HOMEHUB_TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
	say "PostgreSQL: $("$bin/postgres" --version), port $port"
}

start_redis() {
	local port
	port="$(free_port)"
	mkdir "$work/redis"
	redis-server --bind 127.0.0.1 --port "$port" --dir "$work/redis" --save '' --appendonly no \
		>"$work/redis.log" 2>&1 </dev/null &
	remember_process "$!"
	wait_until 10 redis-cli -h 127.0.0.1 -p "$port" ping || did_not_start Redis redis.log
	export HOMEHUB_TEST_REDIS_URL="redis://127.0.0.1:$port/0"
	say "Redis: $(redis-server --version | cut -d' ' -f1-3), port $port"
}

# start_hass starts Home Assistant with an empty folder: from its published image where
# HOMEHUB_CI_HASS_IMAGE names one, else as a process from the virtual environment.
start_hass() {
	local dir="$work/hass" port container
	port="$(free_port)"
	mkdir "$dir"
	cp .ci/hass/* "$dir"
	if [[ -n $hass_image ]]; then
		container="$(docker run --detach --publish "127.0.0.1:$port:8123" --volume "$dir:/config" "$hass_image")"
		remember_process "container:$container"
		say "Home Assistant: $hass_image, port $port"
	else
		HASS_HOST=127.0.0.1 HASS_PORT=$port "$cache/hass-$hass_version/bin/hass" --config "$dir" --skip-pip \
			>"$work/hass.log" 2>&1 </dev/null &
		remember_process "$!"
		say "Home Assistant: $hass_version, port $port"
	fi
	wait_until 120 curl --silent --fail "http://127.0.0.1:$port/api/onboarding" ||
		did_not_start "Home Assistant" hass.log
	export HOMEHUB_TEST_HASS_URL="http://127.0.0.1:$port"
}

# start_ollama starts an Ollama with the small model that install.sh left in the cache.
# Two calls at once is as much as two processors are worth.
start_ollama() {
	ollama_address="127.0.0.1:$(free_port)"
	HOME="$work" OLLAMA_HOST="$ollama_address" OLLAMA_MODELS="$models" OLLAMA_NUM_PARALLEL=2 OLLAMA_MULTIUSER_CACHE=1 \
		OLLAMA_NOPRUNE=1 "$cache/bin/ollama" serve \
		>"$work/ollama.log" 2>&1 </dev/null &
	remember_process "$!"
	wait_until 30 curl --silent --fail "http://$ollama_address/api/version" || did_not_start Ollama ollama.log
	export HOMEHUB_TEST_OLLAMA_URL="http://$ollama_address" HOMEHUB_TEST_OLLAMA_MODEL="$model_name"
	export HOMEHUB_TEST_OLLAMA_BINARY="$cache/bin/ollama" HOMEHUB_TEST_OLLAMA_MODELS="$models"
	say "Ollama: $ollama_version, $model_name, $ollama_address"
}

start_real_parts() {
	start_postgres
	start_redis
	start_hass
	export HOMEHUB_TEST_REQUIRED=1
}
