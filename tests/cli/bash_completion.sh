#!/usr/bin/env bash
# Tests the completions of nst-run and nst-weights for bash as the shell calls them.
#   bash_completion.sh FOLDER    FOLDER: has the two scripts, nst-run and nst-weights
set -u
source "$1/nst-run"
source "$1/nst-weights"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
touch "photo one.jpg" encoded.jpg '@oil.jpg'
failed=0

# Completes the command line $1 and prints the replies, sorted, with a "|" after each.
replies() {
  local words
  read -ra words <<<"$1"
  COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
  COMP_WORDS=("${words[@]}") COMP_CWORD=$((${#words[@]} - 1))
  [[ $1 == *' ' ]] && ((++COMP_CWORD))
  "_${words[0]//-/_}" "${words[0]}" "${words[-1]}" x
  ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | tr '\n' '|'
}

# Checks that completing the line $1 gives the replies $2.
expect() {
  local got
  got=$(replies "$1")
  [[ $got == "$2" ]] && return
  printf 'FAIL "%s"\n  got  %s\n  want %s\n' "$1" "$got" "$2"
  failed=1
}

expect 'nst-run en' 'encode|encoded.jpg|'
expect 'nst-run sh' 'sheet|'
expect 'nst-run pho' ''  # readline completes files by itself
expect 'nst-run photo.jpg --skip' '--skip-existing|'
expect 'nst-run photo.jpg --ke' '--keep-color|--keep-colour|'
expect 'nst-run photo.jpg --metadata ' 'all|none|safe|'
expect 'nst-run photo.jpg --format ti' 'tif|tiff|'
expect 'nst-run photo.jpg --depth ' '16|8|'
expect 'nst-run photo.jpg --brush ' 'auto|off|'
expect 'nst-run photo.jpg --preset ' 'tfhub|'
expect 'nst-run photo.jpg --keep-color ph' ''
expect 'nst-run photo.jpg --strength ' ''
expect 'nst-run photo.jpg -o ' ''
expect 'nst-run encode --re' '--resize|'
expect 'nst-run encode --format ' ''  # no option of this command
expect 'nst-run bench --only p' 'predictor|'
expect 'nst-run sheet a.jpg -s p' ''
expect 'nst-weights ' 'convert|inspect|verify|'
expect 'nst-weights convert a --dtype ' 'f16|f32|'
expect 'nst-weights convert a --pad' '--padding|'
expect 'nst-weights inspect --' '--help|--json|'

# The marks "=" and "@" end words by default, and the shell replaces what follows them.
for breaks in "$COMP_WORDBREAKS" $' \t\n"'; do
  COMP_WORDBREAKS=$breaks
  at=@ equals=--resize=
  [[ $breaks == *@* ]] && at=
  [[ $breaks == *=* ]] && equals=
  expect 'nst-run photo.jpg -s @wo' "${at}woodcut|"
  expect 'nst-run photo.jpg --mask-style @in' "${at}ink|"
  expect 'nst-run sheet photo.jpg -s @o' "${at}oil|"
  expect 'nst-run photo.jpg --resize=t' "${equals}tf|${equals}tf1|"
done
COMP_WORDBREAKS=$'='
expect 'nst-run photo.jpg --keep-color=l' 'luma|'
exit $failed
