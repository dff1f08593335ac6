# shellcheck shell=bash
# Installs what the checks need: system packages by apt, Go tools and a Home Assistant into
# the cache. Everything is pinned, and what is already there is left alone.

golangci_version=v2.15.0
govulncheck_version=v1.9.0
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

# install_go_tool NAME PACKAGE VERSION
install_go_tool() {
	[[ -x $cache/bin/$1 && "$(go version -m "$cache/bin/$1")" == *$'\tmod\t'*$'\t'"$3"$'\t'* ]] && return
	say "building $1 $3 (once, some minutes)"
	GOBIN="$cache/bin" GOFLAGS='' go install "$2@$3"
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
	install_packages ca-certificates curl gcc git hunspell hunspell-hu jq libc6-dev postgresql redis-server shellcheck
	install_go_tool golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint "$golangci_version"
	install_go_tool govulncheck golang.org/x/vuln/cmd/govulncheck "$govulncheck_version"
	[[ -n $hass_image ]] || install_hass
	go mod download
}
