# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The examples in C, as they stand.

. "$G_TEST_SRCDIR/support/tap.sh"

export LC_ALL=C.UTF-8
examples=$G_TEST_BUILDDIR/../examples
runs=$G_TEST_SRCDIR/runs

# prints STATUS TEXT COMMAND...: exactly that, on standard output.
prints () {
  local status=$1 text=$2 actual
  shift 2
  actual=$("$@")
  [ $? = "$status" ] && diff <(echo "$text") <(echo "$actual")
}

answer () {
  echo "$1" | "$examples/interrupt"
}

# How often a bound text is told of depends on the main loop; how it ends does not.
agent () {
  "$examples/agent" "Where is the station?" | tail -n 2
}

check /examples/chat prints 0 \
  'The quick brown fox jumps over the lazy dog — naïve façade, 日本語 too 🦊.' \
  "$examples/chat" "$runs/python-inprocess/chat.jsonl"
check /examples/chat/P11/parallel prints 0 \
  'alpha0 alpha1 alpha2 alpha3 alpha4 alpha5 alpha6 alpha7 alpha8 alpha9 alpha10 alpha11
gamma0 gamma1 gamma2 gamma3 gamma4 gamma5 gamma6 gamma7 gamma8 gamma9 gamma10 gamma11
beta0 beta1 beta2 beta3 beta4 beta5 beta6 beta7 beta8 beta9 beta10 beta11' \
  "$examples/chat" "$runs/python-inprocess/parallel.jsonl"
check /examples/chat/R5/failed prints 1 \
  'all is well so far
this will not finish' \
  "$examples/chat" "$runs/python-inprocess/error.jsonl"
check /examples/views/P10 prints 0 \
  'values      messages
messages    from agent
updates     agent
values      messages
tool_calls  get_weather
tool_calls  get_weather
custom      progress, city
custom      progress, city
custom      progress, city
custom      progress, city
updates     tools
values      messages
messages    from agent
updates     agent
values      messages
It is over.' \
  "$examples/views" "$runs/python-inprocess/tools.jsonl"
check /examples/transformer/M2 prints 0 \
  '0 %
25 %
50 %
75 %
100 %' \
  "$examples/transformer" "$runs/python-inprocess/custom.jsonl"
check /examples/agent prints 0 \
  'guide: Down the road, then left.
{"question":"Where is the station?","words":5}' \
  agent
check /examples/interrupt/R4/yes prints 0 \
  'Publish it?
> {"text": "Cats.", "published": true}' \
  answer yes
check /examples/interrupt/R4/no prints 0 \
  'Publish it?
> {"text": "Cats.", "published": false}' \
  answer no
plan
