"""Shell completion: the script for each shell, and its answers out of a table; it imports nothing else."""

from __future__ import annotations

from routerd.frontends.cli.command_table import COMMANDS, FILES, SHELLS, WORDS

__all__ = ["SHELLS", "answer", "script"]

_Candidates = list[tuple[str, str]]
"""Words, each with what it means, in a sentence or nothing."""

_ONLY_FILES = ":files\n"
"""The whole answer where the shell completes the names of files itself."""


def script(shell: str) -> str:
    """What a shell of ``SHELLS`` reads once; at each TAB it runs `routerd completion SHELL -- WORD…` for ``answer``."""
    return _SCRIPTS[shell]


def answer(shell: str, line: list[str]) -> str:
    """The lines that a shell offers for the last word of a command line, which may be empty.

    ``line`` comes without the program's name. ``:files`` stands for the names of files, nothing for no offer.
    """
    words = _joined(line) if shell == "bash" else line
    found = _candidates(words or [""])
    if found is None:
        return _ONLY_FILES
    if shell == "bash":  # its COMPREPLY holds only what follows the last `=`
        return "".join(f"{word.rpartition('=')[2]}\n" for word, _ in found)
    if shell == "zsh":  # _describe takes word:meaning
        return "".join(f"{word}:{says}\n" if says else f"{word}\n" for word, says in found)
    return "".join(f"{word}\t{says}\n" for word, says in found)


def _joined(line: list[str]) -> list[str]:
    """Bash breaks words at `=` and `:`; here `--tier = ut` is one word again, as the other shells have it."""
    words: list[str] = []
    joins = False
    for word in line:
        if words and (word in ("=", ":") or joins):
            words[-1] += word
        else:
            words.append(word)
        joins = word in ("=", ":")
    return words


def _candidates(words: list[str]) -> _Candidates | None:
    """What the last word may become; ``None`` for the names of files."""
    command, arguments, awaited, literal = "", 0, "", False
    for word in words[:-1]:
        if awaited:
            awaited = ""
        elif word == "--" and not literal:
            literal = True
        elif word.startswith("-") and not literal:
            name, equals, _ = word.partition("=")
            awaited = "" if equals else _takes(command, name)
        elif not arguments and f"{command} {word}".strip() in COMMANDS:
            command = f"{command} {word}".strip()
        else:
            arguments += 1
    last = words[-1]
    if awaited:
        return _values(awaited, last, "")
    if last.startswith("-") and not literal:
        name, equals, value = last.partition("=")
        if equals:
            return _values(_takes(command, name), value, f"{name}=")
        options = [(option, says) for option, (_, says) in COMMANDS[command][1].items()]
        return [(option, says) for option, says in options if option.startswith(last)]
    return _values(_argument(command, arguments), last, "") if arguments else _first(command, last)


def _first(command: str, last: str) -> _Candidates | None:
    """The commands below a command, else its first argument."""
    below = [name.removeprefix(command).strip() for name in COMMANDS if name.startswith(f"{command} ".lstrip())]
    found = [(name, COMMANDS[f"{command} {name}".strip()][0]) for name in below if name and " " not in name]
    if found:
        return [(name, says) for name, says in found if name.startswith(last)]
    return _values(_argument(command, 0), last, "")


def _takes(command: str, option: str) -> str:
    """The kind of value that an option takes; empty for a switch, and for an option that the command lacks."""
    known = COMMANDS[command][1]
    return known[option][0] if option in known else ""


def _argument(command: str, number: int) -> str:
    """The kind of a command's argument, from 0; the last kind repeats where there may be several."""
    kinds, several = COMMANDS[command][2], COMMANDS[command][3]
    if number < len(kinds):
        return kinds[number]
    return kinds[-1] if several else ""


def _values(kind: str, begun: str, prefix: str) -> _Candidates | None:
    if kind == FILES:
        return None
    if kind not in WORDS:
        return []
    return [(prefix + word, "") for word in WORDS[kind] if word.startswith(begun)]


_SCRIPTS = {
    "bash": r"""# routerd's completion for bash. In ~/.bashrc: source <(routerd completion bash)
_routerd() {
  local IFS=$'\n' answer
  answer=$("${1/#\~/$HOME}" completion bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ $answer == :files ]]; then
    COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]#=}"))
    compopt -o filenames 2>/dev/null
  else
    COMPREPLY=($answer)
  fi
}
complete -F _routerd routerd
""",
    "zsh": r"""#compdef routerd
# routerd's completion for zsh. As the file _routerd in a folder of $fpath, or in ~/.zshrc, after compinit:
# source <(routerd completion zsh)
_routerd() {
  local -a answers
  answers=("${(@f)$(${(Q)~words[1]} completion zsh -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $answers[1] == :files ]]; then
    [[ $PREFIX == -*=* ]] && compset -P '*='
    _files
  elif [[ -n $answers[1] ]]; then
    _describe routerd answers
  fi
}
if [[ $funcstack[1] == _routerd ]]; then _routerd "$@"; else compdef _routerd routerd; fi
""",
    "fish": r"""# routerd's completion for fish. As ~/.config/fish/completions/routerd.fish, or in config.fish:
# routerd completion fish | source
function __routerd_answers
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    set -l answers ($before[1] completion fish -- $before[2..-1] "$word" 2>/dev/null)
    if test "$answers[1]" = :files
        set -l option (string match -r '^-[^=]*=' -- "$word")
        printf '%s\n' "$option"(__fish_complete_path (string replace -r '^-[^=]*=' '' -- "$word"))
    else
        printf '%s\n' $answers
    end
end
complete -c routerd -f -a '(__routerd_answers)'
""",
}
