# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Completion of gstream for fish.

function __gstream_files
    __fish_complete_suffix .jsonl
    __fish_complete_suffix .sse
end

complete -c gstream -n __fish_use_subcommand -f -a show -d 'Show a recorded run as it went'
complete -c gstream -n __fish_use_subcommand -f -a digest -d 'Print everything that recorded runs show, as JSON'
complete -c gstream -n __fish_use_subcommand -f -a connect -d 'Run an assistant on a server, and show it'
complete -c gstream -n __fish_use_subcommand -f -a threads -d 'List the threads of a server'
complete -c gstream -n __fish_use_subcommand -f -a history -d 'List the states of a thread on a server'
complete -c gstream -n __fish_use_subcommand -f -l version -d 'Show the version'
complete -c gstream -f -s h -l help -d 'Show help'

complete -c gstream -n '__fish_seen_subcommand_from show digest' -f -a '(__gstream_files)'

complete -c gstream -n '__fish_seen_subcommand_from show' -x -l speed -d 'Replay by the timestamps, so many times as fast'
complete -c gstream -n '__fish_seen_subcommand_from show' -f -l events -d 'Print the main log, an event a line'

complete -c gstream -n '__fish_seen_subcommand_from digest' -f -l compact -d 'One line for each file'

complete -c gstream -n '__fish_seen_subcommand_from connect' -f
complete -c gstream -n '__fish_seen_subcommand_from connect' -x -l input -d 'The input of the run, as JSON'
complete -c gstream -n '__fish_seen_subcommand_from connect' -x -l thread -d 'Go on with this thread'
complete -c gstream -n '__fish_seen_subcommand_from connect' -x -l attach -d 'Follow a run of that thread'
complete -c gstream -n '__fish_seen_subcommand_from connect' -x -l command -d 'Run the agent that this starts, instead of one on a server'
complete -c gstream -n '__fish_seen_subcommand_from connect' -f -l websocket -d 'Use a WebSocket'
complete -c gstream -n '__fish_seen_subcommand_from connect' -x -l respond -d 'Answer every question with this, as JSON'
complete -c gstream -n '__fish_seen_subcommand_from connect' -f -l digest -d 'Print everything that the run shows, as JSON'
complete -c gstream -n '__fish_seen_subcommand_from connect' -f -l events -d 'Print every event on a line'
complete -c gstream -n '__fish_seen_subcommand_from connect' -x -l retries -d 'Try again so often in a row'
complete -c gstream -n '__fish_seen_subcommand_from connect' -x -l silence-timeout -d 'Do not trust a connection that is silent for so many seconds'
complete -c gstream -n '__fish_seen_subcommand_from connect' -r -F -l ca -d 'Trust the authorities in this file'
complete -c gstream -n '__fish_seen_subcommand_from connect' -x -l header -d 'Send this with every request: NAME: VALUE'

complete -c gstream -n '__fish_seen_subcommand_from threads history' -f
complete -c gstream -n '__fish_seen_subcommand_from threads history' -x -l limit -d 'Show so many'
complete -c gstream -n '__fish_seen_subcommand_from history' -x -l before -d 'Show what is older than this checkpoint'
complete -c gstream -n '__fish_seen_subcommand_from threads history' -f -l json -d 'Print them as JSON, a line each'
complete -c gstream -n '__fish_seen_subcommand_from threads history' -r -F -l ca -d 'Trust the authorities in this file'
complete -c gstream -n '__fish_seen_subcommand_from threads history' -x -l header -d 'Send this with every request: NAME: VALUE'
