# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Completion of gstream for bash.

_gstream () {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} options

  COMPREPLY=()
  # Bash takes --option=value for three words.
  if [[ $word == = ]]; then
    word=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi

  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W 'show digest connect threads history --help --version' -- "$word"))
    return
  fi
  case $previous in
    --ca)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
    --speed | --input | --thread | --attach | --command | --respond | --retries | --silence-timeout | --header | --limit | --before)
      return ;;
  esac

  case ${COMP_WORDS[1]} in
    show) options='--help --speed --events' ;;
    digest) options='--help --compact' ;;
    connect) options='--help --input --thread --attach --command --websocket --respond --digest --events --retries
      --silence-timeout --ca --header' ;;
    threads) options='--help --limit --json --ca --header' ;;
    history) options='--help --limit --before --json --ca --header' ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ ${COMP_WORDS[1]} == show || ${COMP_WORDS[1]} == digest ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -d -- "$word"; compgen -f -X '!*.jsonl' -- "$word"; compgen -f -X '!*.sse' -- "$word")
  fi
}

complete -F _gstream gstream
