#compdef envcheck inv invoke
# Completion of envcheck's tasks, flags and names for zsh.
# Put this into ~/.zshrc, after compinit:  source <(envcheck completion zsh)

_envcheck() {
    local program=${words[1]/#\~\//$HOME/} line dir
    local -a typed=("${(@Q)words[1,CURRENT]}") found
    typed[1]=$program
    case ${program:t} in
        inv | invoke)
            dir=${${commands[$program]:-$program}:h}
            for line in $dir/envcheck $dir/.venv/bin/envcheck ""; do
                [[ -z $line || -f $line && -x $line ]] && break
            done
            if [[ -z $line ]]; then # a project without envcheck: Invoke's own answer
                found=(${(f)"$($program --complete -- "${typed[*]}" 2>/dev/null)"})
                compadd -a found
                return
            fi
            program=$line
            ;;
    esac
    for line in ${(f)"$($program --complete zsh -- "${typed[@]}" 2>/dev/null)"}; do
        if [[ $line == :files ]]; then
            _files
            return
        fi
        found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    _describe -V envcheck found
}

if [[ $funcstack[1] == _envcheck ]]; then # as a file of the function path
    _envcheck "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _envcheck envcheck inv invoke
fi
