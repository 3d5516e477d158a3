# What building needs, for the scripts that source this: `require_swift`, and `install_packages PACKAGE...` on Debian and its kin.

# What the binary is linked against.
build_packages=(libssl-dev libcurl4-openssl-dev zlib1g-dev libsqlite3-dev libpq-dev pkg-config)

require_swift() {
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  if [ -z "$version" ] || [ "$(printf '6.2\n%s\n' "$version" | sort -V | head -n 1)" != 6.2 ]; then
    echo "Swift 6.2 or newer is required (found: ${version:-none}). Install it from https://www.swift.org/install/linux/" >&2
    return 1
  fi
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }

install_packages() {
  local missing=() package
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "Install with this system's package manager what Debian calls: ${missing[*]}" >&2
    return 1
  fi
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}
