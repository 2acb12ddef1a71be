# Tests the completions of nst-run and nst-weights for fish as the shell asks for them.
#   fish_completion.fish FOLDER    FOLDER: has the two scripts, nst-run.fish and nst-weights.fish
source $argv[1]/nst-run.fish
source $argv[1]/nst-weights.fish
set -g failed 0

# Checks that completing the line $argv[1] gives the words behind it, in any order.
function expect
    set -l got (complete -C $argv[1] | string split -f 1 \t | sort -u | string join ' ')
    set -l want (printf '%s\n' $argv[2..] | sort -u | string join ' ')
    test "$got" = "$want"; and return
    printf 'FAIL "%s"\n  got  %s\n  want %s\n' $argv[1] $got $want
    set -g failed 1
end

cd (mktemp -d)
touch encoded.jpg photo.jpg
expect 'nst-run en' encode encoded.jpg
expect 'nst-run photo.jpg --ke' --keep-color --keep-colour
expect 'nst-run photo.jpg --metadata ' all none safe
expect 'nst-run photo.jpg --depth ' 16 8
expect 'nst-run photo.jpg -s @wo' @woodcut
expect 'nst-run photo.jpg -s ph' photo.jpg
expect 'nst-run photo.jpg --strength '
expect 'nst-run encode --re' --resize
expect 'nst-run encode --metad'
expect 'nst-weights convert a --dtype ' f16 f32
expect 'nst-weights inspect --' --help --json
rm -r $PWD
exit $failed
