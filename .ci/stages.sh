# shellcheck shell=bash
# The checks, one function each. A stage runs in a subshell with -e.

# notice is for what somebody must read although it is no failure; it is repeated at the end.
notice() {
	say "NOTICE: $*"
	echo "$*" >>"$work/notices"
}

stage_tools() { install_everything; }

stage_scripts() { shellcheck --external-sources --check-sourced .ci/run .ci/trial bench/run; }

stage_format() { golangci-lint fmt --diff; }

stage_lint() {
	golangci-lint config verify || notice "the linter's schema could not be fetched, its settings were not verified"
	golangci-lint run ./...
}

stage_modules() {
	go mod verify
	go mod tidy -diff
}

stage_vet() {
	go vet ./...
	go vet -tags faultpoints ./platform/fault ./modules
}

# The README's own test command: nothing but Go.
stage_test() { go test ./...; }

# Everything again, on the real parts and with the race detector at once: what is missing
# fails here.
stage_real() {
	start_real_parts
	local more=()
	if $is_full; then more=(-count=3); else more=(-count=1); fi
	CGO_ENABLED=1 go test -race -shuffle=on -timeout=20m "${more[@]}" ./...
	# A server killed at every step of an utterance: that takes fault points, compiled in for this alone.
	go test -tags faultpoints -count=1 -timeout=15m -run '^TestKilled' ./modules
}

# The path to a language model, on a real Ollama and a small model. By itself, because it measures
# times; what is missing fails here.
stage_llm() {
	start_ollama
	HOMEHUB_TEST_OLLAMA_REQUIRED=1 go test -v -p=1 -count=1 -timeout=15m -run '^TestReal' ./modules/llm ./modules |
		grep --line-buffered -vE '^(=== |PASS$|ok .*no tests)'
}

# Known vulnerabilities that this code reaches. What has no fixed release cannot be mended
# by us: it is told, and fails nothing.
stage_vulnerabilities() {
	local report="$work/vulnerabilities.json" reached database=()
	if [[ -n ${GOVULNDB:-} ]]; then database=(-db "$GOVULNDB"); fi
	if ! govulncheck "${database[@]}" -format json ./... >"$report" 2>"$work/govulncheck.log"; then
		cat "$work/govulncheck.log"
		[[ ${GITHUB_ACTIONS:-} != true ]] && grep -qE 'no such host|connection refused|i/o timeout' "$work/govulncheck.log" || return 1
		notice "known vulnerabilities were NOT checked: their database is out of reach (GOVULNDB names a mirror)"
		return 0
	fi
	# A finding whose trace ends in a function is one that our code calls.
	reached="$(jq -r 'select(.finding.trace[0].function?) | .finding
		| [.osv, .trace[0].module, (.fixed_version // "none")] | @tsv' "$report" | sort -u)"
	[[ -n $reached ]] || return 0
	local id module fixed fixable=0
	while IFS=$'\t' read -r id module fixed; do
		if [[ $fixed == none ]]; then
			notice "$id in $module is reached and has no fixed release"
		else
			say "$id in $module is fixed in $fixed"
			fixable=$((fixable + 1))
		fi
	done <<<"$reached"
	((fixable == 0)) || fail "$fixable reachable vulnerabilities have a fixed release"
}

# How well sentences are understood must not sink below these.
stage_evaluation() {
	local folder=../shared/eval/ha-intents-hu effect wrong
	go build -o "$work/homehub" .
	if [[ -d $folder ]]; then
		"$work/homehub" eval "$folder" --min-effect 0.99 --max-wrong 0.002
	else
		notice "the development sentences ($folder) are not here; only the repository's own were scored"
	fi
	"$work/homehub" eval modules/intent/testdata/eval --min-effect 1 --max-wrong 0
	while read -r folder effect wrong; do
		"$work/homehub" eval "modules/intent/testdata/unseen/$folder" --min-effect "$effect" --max-wrong "$wrong" </dev/null
	done <modules/intent/testdata/unseen/gates
}

# Every fuzz target, wherever it is, for some seconds.
stage_fuzz() {
	local seconds=5 folder target targets failures=0
	if $is_full; then seconds=60; fi
	for folder in $(git grep -l --untracked '^func Fuzz' -- '*_test.go' | xargs -r -n1 dirname | sort -u); do
		targets="$(go test -list='^Fuzz' "./$folder")"
		while read -r target; do
			say "./$folder $target"
			go test -run='^$' -fuzz="^$target\$" -fuzztime="${seconds}s" "./$folder" </dev/null || failures=$((failures + 1))
		done < <(grep '^Fuzz' <<<"$targets")
	done
	((failures == 0)) || fail "$failures fuzz targets failed"
}

# What the README promises a stranger, in a clean clone with an empty data folder.
stage_trial() { .ci/trial "$work/clone"; }

# What the device maker's guide promises, with its own example.
stage_device() { .ci/device "$work/device"; }
