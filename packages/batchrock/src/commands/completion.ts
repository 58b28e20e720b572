import { Argument, Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { COMPLETION_SCRIPTS, SHELLS } from '../cli/completion-scripts.ts';
import type { Candidate } from '../cli/completions.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { Host } from '../cli/host.ts';
import type { CommonFlags } from '../cli/option-groups.ts';

const MORE = `Puts the script on standard output. It asks batchrock for what may come next:
commands, options and their values, and the ids of runs. To have it always, put
it where your shell looks: into ~/.bashrc or ~/.zshrc the line
  source <(batchrock completion bash)
and for the others
  batchrock completion fish > ~/.config/fish/completions/batchrock.fish
  batchrock completion powershell >> $PROFILE`;

type Shell = (typeof SHELLS)[number];

/** `completion`: a script by which a shell completes our command lines. */
export function completionCommand(cli: Cli): Command {
  return cli
    .command('completion', {
      summary: 'a script that completes command lines in your shell',
      examples: ['batchrock completion bash', 'batchrock completion fish'],
      more: MORE,
    })
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .action(
      cli.action<CommonFlags, readonly [Shell]>(async ({ terminal }, flags, [shell]) => {
        const script = COMPLETION_SCRIPTS[shell];
        if (flags.json) await terminal.json({ schema: 'batchrock.completion/1', shell, script });
        else await terminal.data(script);
        return ExitCode.ok;
      }),
    );
}

/** Runs that are offered. */
const MOST_RUNS = 50;
/** `complete -- words`: what the scripts ask for. Whatever is wrong, there is nothing to complete then. */
export function completeCommand(cli: Cli, program: Command): Command {
  return cli
    .dress(new Command('complete'))
    .argument('[words...]')
    .action(
      cli.action<object, readonly [readonly string[]]>(async ({ host, terminal }, _options, [words]) => {
        const { completionsOf } = await import('../cli/completions.ts');
        const { candidates, isFile } = await completionsOf(program, words, {
          runs: () => knownRuns(host).catch(() => []),
          models: knownIds,
        });
        const lines = candidates.map(({ value, about }) => `${value}\t${about}\n`);
        await terminal.data(`${lines.join('')}:${isFile ? 'files' : 'none'}\n`);
        return ExitCode.ok;
      }),
    );
}

async function knownIds(): Promise<readonly Candidate[]> {
  const { knownModels } = await import('../sdk/models.ts');
  const usable = knownModels().filter(({ refused }) => refused === undefined);
  return usable.flatMap(({ id, name, direct, profiles }) =>
    [...(direct ? [id] : []), ...profiles.map((prefix) => `${prefix}.${id}`)].map((value) => ({ value, about: name })),
  );
}

async function knownRuns(host: Host): Promise<readonly Candidate[]> {
  const { openSession, readList } = await import('../sdk/index.ts');
  const session = await openSession({ cwd: host.cwd, env: host.env });
  try {
    const runs = await readList(session);
    return runs.slice(0, MOST_RUNS).map(({ run, source, state }) => ({ value: run, about: `${source}, ${state}` }));
  } finally {
    await session.close();
  }
}
