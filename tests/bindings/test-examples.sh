# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The examples in Python, JavaScript and Vala, as they stand, and that the same
# transcript comes out of all four languages.

. "$G_TEST_SRCDIR/support/tap.sh"

export LC_ALL=C.UTF-8
examples=$G_TEST_BUILDDIR/../examples
runs=$G_TEST_SRCDIR/runs

# same RECORDING LANGUAGE: as in C, exit status included.
same () {
  local wanted actual wanted_status actual_status
  wanted=$("$examples/transcript-c" "$1")
  wanted_status=$?
  actual=$("$examples/transcript-$2" "$1")
  actual_status=$?
  [ "$wanted_status" = "$actual_status" ] && diff <(echo "$wanted") <(echo "$actual")
}

# ends WITH COMMAND...: that is its last line.
ends () {
  [ "$("${@:2}" | tail -n 1 | tr -d ' ')" = "${1// /}" ]
}

# Strings, numbers and keys of which languages think differently.
odd=$tap_folder/odd.jsonl
cat > "$odd" <<'END'
{"type": "event", "method": "values", "params": {"namespace": [], "timestamp": 1, "data": {"b": [1.0, 1e5, -0, 12345678901234567890123, 0.1, 1E-7], "a/~": "\u00e9\u0001\u007f\u2028\"\\/\b\f\n\r\t", "🦊": {}, "￼": [], "": null, "A": true}}}
END

for recording in "$runs"/*/*.jsonl "$runs"/*/*.sse "$odd"; do
  name=${recording#"$runs/"}
  for language in vala python js; do
    check "/examples/transcript/$language/${name##*/odd}" same "$recording" "$language"
  done
done
for language in vala python js; do
  check "/examples/transformer/M2/$language" ends '100 %' \
    "$examples/transformer-$language" "$runs/python-inprocess/custom.jsonl"
  check "/examples/agent/$language" ends '{"question":"Where is it?","words":5}' "$examples/agent-$language" "Where is it?"
  check "/examples/interrupt/R4/$language" \
    ends "$([ $language = js ] || echo '> ')"'{"text": "Cats.", "published": true}' bash -c "echo yes | $examples/interrupt-$language"
done
plan
