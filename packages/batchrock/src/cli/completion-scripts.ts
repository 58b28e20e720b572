/** Shells that a script can be had for. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

/**
 * A script each. They hand the words before the cursor to `batchrock complete`, as they are and without evaluating them, and read its
 * lines: `value<TAB>about`, then `:files` or `:none`.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  // colons and equals signs are parts of words here, so that ids of models stay whole
  bash: `_batchrock() {
  COMPREPLY=()
  local line=\${COMP_LINE:0:COMP_POINT} value about
  local -a words=()
  local word= i
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word+=\${COMP_WORDS[i]}
    if [[ i -lt COMP_CWORD && $line == *"$word\${COMP_WORDS[i + 1]}"* && \${COMP_WORDS[i]}\${COMP_WORDS[i + 1]} == *[:=]* ]]; then
      continue
    fi
    words+=("$word")
    word=
  done
  local last=\${words[\${#words[@]} - 1]}
  local cut=\${last%"\${COMP_WORDS[COMP_CWORD]}"}
  [[ \${COMP_WORDS[COMP_CWORD]} == [:=] ]] && cut=$last
  compopt +o default
  while IFS=$'\\t' read -r value about; do
    case $value in
      :files) compopt -o default ;;
      :none) ;;
      *) COMPREPLY+=("\${value#"$cut"}") ;;
    esac
  done < <(batchrock complete -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _batchrock batchrock
`,
  zsh: `#compdef batchrock
_batchrock() {
  local -a described
  local value about files=
  while IFS=$'\\t' read -r value about; do
    case $value in
      :files) files=1 ;;
      :none) ;;
      *) described+=("\${value//:/\\\\:}:$about") ;;
    esac
  done < <(batchrock complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#described )) && _describe -V batchrock described
  [[ -n $files ]] && _files
}
compdef _batchrock batchrock
`,
  fish: `function __batchrock_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (batchrock complete -- $words[2..-1] 2>/dev/null)
    switch $line
      case ':files*'
        __fish_complete_path (commandline -ct)
      case ':none*'
      case '*'
        echo $line
    end
  end
end
complete -c batchrock -f -k -a '(__batchrock_complete)'
`,
  powershell: `Register-ArgumentCompleter -Native -CommandName batchrock -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $cursor } | ForEach-Object { "$_" })
  if ($word -eq '') { $words += '' }
  batchrock complete -- @words 2>$null | ForEach-Object {
    $value, $about = $_ -split "\`t", 2
    if ($value -notin ':files', ':none') {
      $tip = if ($about) { $about } else { $value }
      [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $tip)
    }
  }
}
`,
};
