# Completion of envcheck's tasks, flags and names for fish.
# Put it where fish looks for it:
#     envcheck completion fish > ~/.config/fish/completions/envcheck.fish
# For `inv` as well: put `envcheck completion fish | source` into ~/.config/fish/config.fish instead.

function __envcheck_complete
    set -l typed (commandline -opc) (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $typed[1])
    set typed[1] $program
    switch (string replace -r '.*/' '' -- $program)
        case inv invoke
            set -l dir (dirname -- (type -fP $program 2>/dev/null; or echo $program))
            set -l helper
            for each in $dir/envcheck $dir/.venv/bin/envcheck
                test -f $each -a -x $each; and set helper $each; and break
            end
            if test -z "$helper" # a project without envcheck: Invoke's own answer
                $program --complete -- "$typed" 2>/dev/null
                return
            end
            set program $helper
    end
    set -l found ($program --complete fish -- $typed 2>/dev/null)
    if test "$found[1]" = :files
        __fish_complete_path (commandline -ct)
        return
    end
    printf '%s\n' $found
end

for program in envcheck inv invoke
    complete -c $program -e
    complete -c $program -f -a '(__envcheck_complete)'
end
