#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What takes too long, or needs too much, for .ci/run: bash tests/checks.sh [fuzz|tsan|valgrind|coverage]...; all of them
# without a name. Works in build/, beside the presets of these names; docs/checks.md has the results.
set -euo pipefail
cd "$(dirname "$0")/.."

# Ten minutes for each fuzzer, two at a time; a problem that breaks a law is left in build/fuzz/tests/fuzz.
fuzz() {
  cmake --preset fuzz -DKLGRID_FUZZ_SECONDS="${KLGRID_FUZZ_SECONDS:-600}"
  cmake --build --preset fuzz
  ctest --preset fuzz --verbose | grep -E 'law broken|ERROR|Done|tests (passed|failed)'
  (cd examples/explorer && KLGRID_FUZZ_SECONDS="${KLGRID_FUZZ_SECONDS:-600}" node --test tests/fuzz.test.mjs)
}

# What new problems found goes into the corpus, as few and as short as cover the same.
fuzz_corpus() {
  local name
  for name in grid transform line files; do
    rm -rf "build/fuzz/merged/$name"
    mkdir -p "build/fuzz/merged/$name"
    "build/fuzz/tests/fuzz/fuzz_$name" -merge=1 -max_len=400 "build/fuzz/merged/$name" "tests/fuzz/corpus/$name" \
      "build/fuzz/tests/fuzz/found/$name"
  done
}

# g++'s OpenMP is not made for the sanitizer, which sees races in it where there are none: std::thread alone.
tsan() { cmake --workflow --preset tsan; }

# The examples, optimised but not for this machine, on meshes small enough to end.
valgrind_examples() {
  local folder=build/valgrind mesh=(--mu -2,2,1 --sigma 0.5,2,0.5) run
  run=(valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite)
  cmake -S . -B $folder -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O1 -g1" -DKLGRID_BUILD_EXAMPLES=ON
  cmake --build $folder
  local domain bin=$folder/examples csv=examples/data/old_faithful.csv
  for domain in grid line; do
    "${run[@]}" $bin/densities --domain $domain
    "${run[@]}" $bin/divergence --domain $domain
    "${run[@]}" $bin/surfaces --domain $domain "${mesh[@]}"
    "${run[@]}" $bin/fit --domain $domain
    "${run[@]}" $bin/descent --domain $domain
    "${run[@]}" $bin/alpha --domain $domain
  done >$folder/output
  "${run[@]}" $bin/asymmetry --domain line "${mesh[@]}" >>$folder/output
  "${run[@]}" $bin/relative_entropy >>$folder/output
  "${run[@]}" $bin/quick_start >>$folder/output
  "${run[@]}" $bin/divergence --samples $csv --column eruption --bandwidth 0.2 --mu 3.5 >>$folder/output
  printf 'id,weight,mean,stddev\na,1,-3,1\na,1,3,1\nb,1,0,2\n' | "${run[@]}" $bin/batch --threads 2 >>$folder/output
  echo "valgrind: no error in $(wc -l <$folder/output) lines of the examples"
}

# Lines and branches of the headers that the tests run, and the lines that they do not. A line counts once, however many
# scalars and domains it is compiled for.
coverage() {
  cmake --preset coverage
  cmake --build --preset coverage
  local folder=build/coverage program programs=() llvm
  llvm=$(dirname "$(readlink -f "$(command -v clang++)")")
  mkdir -p $folder/profiles
  for program in "$folder"/tests/test_*; do
    [[ -f $program && -x $program ]] || continue
    programs+=("$program")
    LLVM_PROFILE_FILE=$folder/profiles/$(basename "$program").profraw RC_PARAMS=seed=20240229 "$program" >/dev/null
  done
  "$llvm/llvm-profdata" merge -sparse -o $folder/all.profdata $folder/profiles/*.profraw
  "$llvm/llvm-cov" export -format=lcov -instr-profile=$folder/all.profdata "${programs[0]}" \
    $(printf -- '-object %s ' "${programs[@]:1}") "$PWD/include" >$folder/all.lcov
  python3 tests/coverage.py $folder/all.lcov
}

[[ $# -gt 0 ]] || set -- fuzz tsan valgrind coverage
for check in "$@"; do
  case $check in
    fuzz | fuzz_corpus | tsan | coverage) "$check" ;;
    valgrind) valgrind_examples ;;
    *) echo "no check: $check" >&2 && exit 2 ;;
  esac
done
