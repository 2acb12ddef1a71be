# Functions shared by script/demo, script/test and .ci/run: packages, builds, quiet steps. This file
# is sourced and never run. It supports Debian 12, Ubuntu 24.04 and newer ones. On other systems,
# install the packages below by other means and run cmake --preset release.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc)
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# Packages that the release build and its tests need. g++ brings libgomp.
build_packages=(
  g++ cmake ninja-build pkg-config
  libxsimd-dev libstb-dev nlohmann-json3-dev libcli11-dev
  libjpeg-dev libpng-dev liblcms2-dev libtiff-dev libwebp-dev libheif-dev zlib1g-dev libarchive-dev libsnappy-dev
  doctest-dev libxtensor-dev libbenchmark-dev
)

say() { printf '==> %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# step TITLE COMMAND...: runs the command silently. Its output appears only if it fails.
step() {
  local title=$1 status=0
  shift
  say "$title"
  "$@" >"$logs/step" 2>&1 </dev/null || status=$?
  if ((status != 0)); then
    cat "$logs/step" >&2
    die "$title: exit status $status from $1"
  fi
}

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}

# missing_packages NAME...: prints the packages that are not installed, separated by blanks.
missing_packages() {
  local package missing=()
  command -v dpkg-query >/dev/null ||
    die "this script installs by apt; on another system install the likes of: $*"
  for package in "$@"; do
    installed "$package" || missing+=("$package")
  done
  printf '%s' "${missing[*]}"
}

# install_packages NAME...: installs the packages that are missing, by apt.
install_packages() {
  local missing
  missing=$(missing_packages "$@")
  [[ -n $missing ]] || return 0
  read -ra missing <<<"$missing"
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    die "missing packages and no sudo; as root run: apt-get install ${missing[*]}"
  fi
  # If sudo wants a password, it asks here, where the question is visible.
  ((EUID == 0)) || sudo -v
  step "Refreshing the package lists" as_root apt-get update -qq
  step "Installing ${missing[*]}" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# configure_and_build PRESET [TARGET...]: builds into build/PRESET. NST_CMAKE_ARGS adds cache
# settings. (.ci/run uses it to turn warnings into errors.)
configure_and_build() {
  local preset=$1 target arguments=()
  shift
  for target in "$@"; do arguments+=(--target "$target"); done
  # shellcheck disable=SC2086  # the variable holds several settings, which must be split
  (cd "$root" && step "Configuring build/$preset" cmake --preset "$preset" ${NST_CMAKE_ARGS:-})
  step "Building build/$preset with $jobs jobs" \
    cmake --build "$root/build/$preset" --parallel "$jobs" "${arguments[@]}"
}

# run_tests PRESET [CTEST OPTION...]: prints ctest's closing lines, or its whole output if a test
# fails.
run_tests() {
  local preset=$1 status=0
  shift
  say "Testing build/$preset"
  (cd "$root" && ctest --preset "$preset" --parallel "$jobs" --output-on-failure "$@") \
    >"$logs/ctest" 2>&1 </dev/null || status=$?
  if ((status != 0)); then
    cat "$logs/ctest"
    die "tests of build/$preset failed"
  fi
  sed -n '/% tests passed/,$p' "$logs/ctest"
}
