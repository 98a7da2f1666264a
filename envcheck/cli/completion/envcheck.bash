# Completion of envcheck's tasks, flags and names for bash 4 and newer.
# Put this into ~/.bashrc:  source <(envcheck completion bash)

_envcheck_complete() {
    local program line dir
    local -a words=("${COMP_WORDS[@]:0:COMP_CWORD+1}")
    program=${1/#\~\//$HOME/}
    COMPREPLY=()
    case ${program##*/} in
        inv | invoke)
            dir=$(dirname -- "$(type -P -- "$program" || echo "$program")")
            for line in "$dir/envcheck" "$dir/.venv/bin/envcheck" ""; do
                [[ -z $line || -f $line && -x $line ]] && break
            done
            if [[ -z $line ]]; then # a project without envcheck: Invoke's own answer
                mapfile -t COMPREPLY < <(compgen -W \
                    "$("$program" --complete -- "${words[*]}" 2>/dev/null)" -- "$2")
                return
            fi
            program=$line
            ;;
    esac
    words[0]=${words[0]/#\~\//$HOME/}
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            compopt -o default 2>/dev/null
            return
        fi
        COMPREPLY+=("${line%%$'\t'*}")
    done < <("$program" --complete bash -- "${words[@]}" 2>/dev/null)
}

complete -F _envcheck_complete envcheck inv invoke
