#!/bin/sh
# SPDX-License-Identifier: MIT
# parallel.sh PARALLEL BATCH DIRECTORY: a hundred thousand mixtures in blocks through GNU parallel, as the guide has it. One
# job is killed on its way; the run that resumes does its block again and no other, and each mixture has its row, once.
set -eu
fail() { echo "$*" >&2; exit 1; }
batch=$2
export batch
rm -rf "$3"
mkdir -p "$3"
cd "$3"

# One component each, but every hundredth mixture has two.
awk 'BEGIN {
  for (i = 1; i <= 100000; ++i)
    printf "{\"id\": %d, \"weights\": [1%s], \"means\": [%d%s], \"stddevs\": [1%s]}\n", i,
           i % 100 ? "" : ", 2", i, i % 100 ? "" : ", 0", i % 100 ? "" : ", 3"
}' > mixtures.jsonl

# The job, which kills its own program once: when the third block has some rows.
cat > job.sh << 'end'
if [ "$PARALLEL_SEQ" != 3 ] || ! mkdir killed 2> /dev/null; then exec "$batch" --header no; fi
exec 3<&0  # a program in the background has none of its own
"$batch" --header no <&3 &
until [ "$(wc -l < blocks/3/stdout)" -gt 100 ]; do sleep 0.01; done
kill -KILL $!
wait $!
end
parallel=$1
split() { "$parallel" --will-cite --jobs 2 --pipe "$@"; }
run() {
  split --block 500k --joblog log --results 'blocks/{#}/' "$@" sh job.sh < mixtures.jsonl > /dev/null
}
blocks() { awk "NR > 1 && \$7 $1 {++n} END {print n + 0}" log; }  # by their exit code
rows() { for block in $(ls blocks | sort -n); do cat "blocks/$block/stdout"; done; }

run && fail "a job was killed, and that is not told"
[ "$(blocks "!= 0")" = 1 ] || fail "not one job was killed: $(cat log)"
done_before=$(blocks "== 0")
[ "$done_before" -gt 10 ] || fail "there are $done_before blocks only"
[ "$(rows | wc -l)" -lt 100000 ] || fail "the killed job has all its rows"

run --resume-failed || fail "the second run failed: $(cat log)"
[ "$(blocks "== 0")" = $((done_before + 1)) ] || fail "not just the killed block was done again"
rows | awk -F , '$1 != NR || $9 != "converged" {print "row " NR ": " $0; bad = 1; exit} END {exit bad || NR != 100000}' ||
  fail "not every mixture has one row, in order"

# The rows of one id stay in one block of CSV.
awk 'BEGIN {
  print "id,weight,mean,stddev"
  for (i = 1; i <= 300; ++i) printf "a%d,1,0,1\na%d,1,%d,1\n", i, i, i % 7
}' > mixtures.csv
split --block 3k --joblog csv.log --keep-order --colsep , --header : --group-by id "$batch" --header no \
  < mixtures.csv > rows.csv
[ "$(wc -l < csv.log)" -gt 2 ] || fail "the rows of CSV are in one block"
"$batch" --header no < mixtures.csv | cmp - rows.csv || fail "the rows of CSV are others in blocks"
