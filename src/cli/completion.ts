import { Argument, type Command } from 'commander';
import { body, type CommonOptions, newCommand, type Session } from './session.ts';
import { output } from './terminal.ts';

type Shell = 'bash' | 'zsh' | 'fish';

/** @param commands All others, whose words are completed. */
export function completionCommand(session: Session, commands: readonly Command[]): Command {
  const command = newCommand('completion', 'words for the shell: bash, zsh or fish').addArgument(
    new Argument('<shell>', 'eval "$(lockstep completion bash)"').choices(['bash', 'zsh', 'fish']),
  );
  return body<CommonOptions>(session, command, async (_options, _out, [shell]) => {
    const out = output(session.terminal, false);
    out.say(SCRIPT[shell as Shell]([...commands, command].map(vocabulary)));
    return 0;
  });
}

interface Vocabulary {
  readonly name: string;
  readonly summary: string;
  readonly words: readonly string[];
}

function vocabulary(command: Command): Vocabulary {
  const below = command.commands.map((one) => one.name());
  const options = [command, ...command.commands]
    .flatMap((one) => one.options.flatMap(({ long }) => long ?? []))
    .concat('--help');
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  return {
    name: command.name(),
    summary: command.description(),
    words: [...new Set([...below, ...choices, ...options])],
  };
}

const SCRIPT: Readonly<Record<Shell, (commands: readonly Vocabulary[]) => string>> = {
  bash: (commands) => `_lockstep() {
  local current=\${COMP_WORDS[COMP_CWORD]} words
  case \${COMP_WORDS[1]} in
${commands.map(({ name, words }) => `    ${name}) words='${words.join(' ')}' ;;`).join('\n')}
  esac
  [ "$COMP_CWORD" -eq 1 ] && words='${commands.map(({ name }) => name).join(' ')}'
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _lockstep lockstep`,
  zsh: (commands) => `#compdef lockstep
_lockstep() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    '${name}:${summary.replaceAll(/[':]/g, ' ')}'`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case $words[2] in
${commands.map(({ name, words }) => `    ${name}) compadd -- ${words.join(' ')} ;;`).join('\n')}
  esac
  _files
}
compdef _lockstep lockstep`,
  fish: (commands) =>
    [
      'complete -c lockstep -f',
      ...commands.flatMap(({ name, summary, words }) => [
        `complete -c lockstep -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", ' ')}'`,
        `complete -c lockstep -F -n '__fish_seen_subcommand_from ${name}' -a '${words.join(' ')}'`,
      ]),
    ].join('\n'),
};
