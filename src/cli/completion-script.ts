/**
 * The completion of `atp` as a script for a shell. The script holds everything: pressing Tab starts no program, and needs
 * no service. All three do the same: they walk over the words that are typed, and look up what may come next.
 */
import { FILES, type CompletionTable } from './completion-table.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export function completionScript(shell: Shell, table: CompletionTable): string {
  return SCRIPTS[shell]([...table]);
}

type Entries = readonly (readonly [key: string, words: readonly string[]])[];

const SCRIPTS: Readonly<Record<Shell, (entries: Entries) => string>> = {
  bash: (entries) => `# Completion of atp for bash 4 or later. To load it: source <(atp completion bash)
${walkOfSh(entries)}
_atp() {
  local found
  found=$(_atp_next "\${COMP_WORDS[@]:1:COMP_CWORD}")
  # Files are offered where no word begins like this.
  [[ $found = '${FILES}'* ]] && compopt -o default
  COMPREPLY=($(compgen -W "\${found#${FILES}}" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _atp atp
`,
  zsh: (entries) => `#compdef atp
# Completion of atp for zsh. To load it, after compinit: source <(atp completion zsh)
${walkOfSh(entries)}
_atp() {
  local found
  found=$(_atp_next "\${(@)words[2,CURRENT]}")
  if [[ $found = '${FILES}'* ]]; then
    _files
    found=\${\${found#${FILES}}#$'\\n'}
  fi
  [ -z "$found" ] || compadd -- "\${(@f)found}"
}
compdef _atp atp
`,
  fish: (entries) => `# Completion of atp for fish. To load it: atp completion fish | source
function __atp_words
  switch $argv[1]
${entries.map(([key, words]) => `    case ${quoted(key)}\n      ${printed(words, 'true')}`).join('\n')}
    case '*'
      return 1
  end
end
function __atp_next
  set -l typed (commandline -opc)[2..]
  set -l current (commandline -ct)
  set -l path ''
  set -l place 1
  while set -q typed[1]
    set -l word $typed[1]
    set -e typed[1]
    if string match -q -- '-*' $word
      if __atp_words "$path|$word" >/dev/null
        if not set -q typed[1]
          __atp_words "$path|$word"
          return
        end
        set -e typed[1]
      end
    else if __atp_words (string trim "$path $word")"|options" >/dev/null
      set path (string trim "$path $word")
    else
      set place (math $place + 1)
    end
  end
  if string match -q -- '-*' $current
    __atp_words "$path|options"
  else
    __atp_words "$path|$place"
  end
end
complete -c atp -e
complete -c atp -f -n 'not __atp_next | string match -q ${FILES}' -a '(__atp_next)'
complete -c atp -F -n '__atp_next | string match -q ${FILES}' -a '(__atp_next | string match -v ${FILES})'
`,
};

/** For bash and zsh, in what both understand. */
function walkOfSh(entries: Entries): string {
  const cases = entries.map(([key, words]) => `    ${quoted(key)}) ${printed(words, ':')} ;;`);
  return `_atp_words() {
  case $1 in
${cases.join('\n')}
    *) return 1 ;;
  esac
}
# The words after atp; the last of them is being typed.
_atp_next() {
  local path_='' place=1
  while [ $# -gt 1 ]; do
    case $1 in
      -*)
        if _atp_words "$path_|$1" >/dev/null; then
          if [ $# -eq 2 ]; then
            _atp_words "$path_|$1"
            return
          fi
          shift
        fi
        ;;
      *)
        if _atp_words "\${path_:+$path_ }$1|options" >/dev/null; then
          path_="\${path_:+$path_ }$1"
        else
          place=$((place + 1))
        fi
        ;;
    esac
    shift
  done
  case $1 in
    -*) _atp_words "$path_|options" ;;
    *) _atp_words "$path_|$place" ;;
  esac
}`;
}

/** One word a line. */
function printed(words: readonly string[], nothing: string): string {
  return words.length === 0 ? nothing : `printf '%s\\n' ${words.map(quoted).join(' ')}`;
}

/** Our words hold no quotation mark. */
function quoted(word: string): string {
  return `'${word}'`;
}
