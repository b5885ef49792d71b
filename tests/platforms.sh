#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The same programs on other processors, systems, compilers and libraries: bash tests/platforms.sh [name...]
# Installs what it needs from Debian 12's packages, works in build/platforms/NAME, and prints the table of
# docs/platforms.md. eigen5 needs an installation of Eigen 5, which Debian 12 does not have: KLGRID_EIGEN5=PREFIX.
set -euo pipefail
cd "$(dirname "$0")/.."
export DEBIAN_FRONTEND=noninteractive

all=(windows aarch64 s390x i386 i386-x87 g++-11 g++-12 clang-14 clang-16 clang-19 libc++-16 eigen5)
# Of each folder one, in double, float and long double; without RapidCheck, which would have to be built for the target.
tests=(test_csv transform/test_gauss_transform grid/test_divergence line/test_relative_entropy fit/test_stationary_points)
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)

# Sets for a platform: the packages, the compiler and its flags, what runs its programs, the doubles that a register of
# Eigen's has there, and where Eigen is.
describe() {
  packages=(libeigen3-dev doctest-dev) flags=() run=() lanes=2 eigen=/usr/include/eigen3
  case $1 in
    windows)
      packages+=(g++-mingw-w64-x86-64-posix wine64)
      compiler=x86_64-w64-mingw32-g++-posix flags=(-static -include tests/platforms/windows_first.hpp) run=(/usr/lib/wine/wine64)
      export WINEPREFIX=$PWD/build/platforms/windows/wine WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml= ;;
    aarch64) packages+=(g++-aarch64-linux-gnu qemu-user) compiler=aarch64-linux-gnu-g++ flags=(-static) run=(qemu-aarch64) ;;
    s390x) packages+=(g++-s390x-linux-gnu qemu-user) compiler=s390x-linux-gnu-g++ flags=(-static) run=(qemu-s390x) lanes=1 ;;
    i386) packages+=(g++-i686-linux-gnu qemu-user) compiler=i686-linux-gnu-g++ flags=(-static -msse2 -mfpmath=sse) run=(qemu-i386) ;;
    i386-x87) packages+=(g++-i686-linux-gnu qemu-user) compiler=i686-linux-gnu-g++ flags=(-static) run=(qemu-i386) lanes=1 ;;
    g++-*) packages+=("$1") compiler=$1 ;;
    clang-*) packages+=("$1") compiler=clang++-${1#clang-} ;;
    libc++-16) packages+=(clang-16 libc++-16-dev libc++abi-16-dev) compiler=clang++-16 flags=(-stdlib=libc++) ;;
    eigen5) packages+=(g++ cmake ninja-build) compiler=g++ eigen=$KLGRID_EIGEN5/include/eigen3 ;;
    *) echo "no platform '$1'; there are: ${all[*]}" >&2; exit 2 ;;
  esac
}

install_packages() {
  local missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  local sudo
  sudo=$(command -v sudo || true)
  $sudo apt-get update -q >/dev/null
  $sudo apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
}

# compile SOURCE OBJECT [flag...]
compile() {
  $launcher $compiler -std=c++20 -O1 "${warnings[@]}" -Iinclude -Itests -isystem "$eigen" -isystem "$dir/include" \
    -DKLGRID_REFERENCE_DIR='"tests/reference"' "${flags[@]}" "${@:3}" -c "$1" -o "$2"
}

# link_and_run OBJECT...: prints what the program prints, without Windows's line ends.
link_and_run() {
  $compiler "${flags[@]}" "$@" -pthread -o "${1%.o}.exe"
  "${run[@]}" "${1%.o}.exe" | tr -d '\r'
}

# A project that has no Eigen but the one in PREFIX takes klgrid up, installed and as a subdirectory.
packages_of_eigen() {
  cmake --fresh -S . -B "$dir/klgrid" -G Ninja -DCMAKE_PREFIX_PATH="$KLGRID_EIGEN5" -DCMAKE_CXX_COMPILER=$compiler
  grep "^Eigen3_DIR:PATH=$KLGRID_EIGEN5" "$dir/klgrid/CMakeCache.txt"
  cmake --install "$dir/klgrid" --prefix "$dir/stage"
  for source in "" "$PWD"; do
    cmake --fresh -S tests/package/eigen_version -B "$dir/guest" -G Ninja -DCMAKE_PREFIX_PATH="$PWD/$dir/stage;$KLGRID_EIGEN5" \
      -DKLGRID_SOURCE_DIR="$source" -DEIGEN_STUB_VERSION=5 -DCMAKE_CXX_COMPILER=$compiler
    grep "^Eigen3_DIR:PATH=$KLGRID_EIGEN5" "$dir/guest/CMakeCache.txt"
    cmake --build "$dir/guest" --target guest
    "$dir/guest/guest"
  done
}

# Builds and runs everything for a platform; leaves the results in files of its folder.
try() {
  echo '#include <klgrid/klgrid.hpp>' >"$dir/umbrella.cpp"
  for standard in 20 23; do
    compile "$dir/umbrella.cpp" "$dir/umbrella.o" -std=c++${standard/23/2b}
    compile examples/quick_start.cpp "$dir/quick_start_$standard.o" -std=c++${standard/23/2b}
    link_and_run "$dir/quick_start_$standard.o" >"$dir/printed"
    diff <(sed -n '/^D(p||q): /p; /^D(q||p): /p' README.md) "$dir/printed"
  done
  compile tests/platforms/facts.cpp "$dir/facts.o"
  link_and_run "$dir/facts.o" | tee "$dir/facts"
  grep -q ": $lanes double" "$dir/facts"
  if [ "$1" = eigen5 ]; then packages_of_eigen; fi
  compile tests/main.cpp "$dir/main.o"
  for test in "${tests[@]}"; do
    local name=${test##*/}
    echo "== $test"
    compile "tests/$test.cpp" "$dir/$name.o"
    link_and_run "$dir/$name.o" "$dir/main.o" | tee "$dir/$name.out" || true
    grep -q 'Status: SUCCESS' "$dir/$name.out" || echo "$test" >>"$dir/failed"
  done
}

# The sum of a column of doctest's lines, "[doctest] assertions: 44 | 43 passed | 1 failed |".
count() { cat "$dir"/test_*.out 2>/dev/null | awk -F'[:|]' -v line="$1" -v column="$2" 'index($1, line) { sum += $column } END { print sum + 0 }'; }

row() {
  local failures="-"
  if [ -s "$dir/failed" ]; then failures=$(paste -sd, "$dir/failed" | sed 's/,/, /g'); fi
  echo "| $1 | $compiler $($compiler -dumpfullversion -dumpversion) | $(cat "$dir/facts") |" \
    "$([ ${#run[@]} = 0 ] && echo "this machine" || echo "${run[0]##*/} $("${run[@]}" --version | sed -nE '1s/[^.]*[^0-9.]([0-9]+\.[0-9.]+).*/\1/p')") |" \
    "$(date -u +%F), $(git log -1 --format=%h -- include) |" \
    "$(count cases 3) of $(count cases 2) cases, $(count assertions 3) of $(count assertions 2) checks | $failures |"
}

launcher=$(command -v ccache || true)
if [ -n "${KLGRID_EIGEN5:-}" ]; then KLGRID_EIGEN5=$(realpath "$KLGRID_EIGEN5"); fi
status=0
[ $# -gt 0 ] || set -- "${all[@]}"
for name in "$@"; do
  if [ "$name" = eigen5 ] && [ -z "${KLGRID_EIGEN5:-}" ]; then
    echo "eigen5: left out, KLGRID_EIGEN5 does not name the prefix of an installation of Eigen 5" >&2
    continue
  fi
  dir=build/platforms/$name
  rm -rf "$dir"
  mkdir -p "$dir/include"
  ln -s /usr/include/doctest "$dir/include/doctest"  # alone: the rest of /usr/include is of this machine
  describe "$name"
  install_packages
  echo "== $name, its log in $dir/log" >&2
  set +e
  (set -e; try "$name") >"$dir/log" 2>&1
  [ $? = 0 ] || echo "the build (see $dir/log)" >>"$dir/failed"
  set -e
  if [ -s "$dir/failed" ]; then status=1; fi
  row "$name" >"$dir/row"
done

# What has been run so far, in the order of the list.
echo "| platform | compiler | Eigen | registers | numbers | run by | when, headers of commit | passed | failed |"
echo "|---|---|---|---|---|---|---|---|---|"
for name in "${all[@]}"; do
  if [ -f "build/platforms/$name/row" ]; then cat "build/platforms/$name/row"; fi
done
exit $status
