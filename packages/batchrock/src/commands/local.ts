import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { oneMore } from '../cli/values.ts';
import { LOCAL_BUCKET } from '../compose/local-bucket.ts';

/** What the package of the local Bedrock exports. */
type LocalPackage = typeof import('@batchrock/local');

/**
 * `local`: the local Bedrock on its own. Its flags stand in a table of its package, which is loaded only when this command,
 * or its help, is asked for.
 */
export function localCommand(cli: Cli, local: LocalPackage | undefined): Command {
  const command = cli.command('local', {
    summary: 'a Bedrock on this machine, for your own programs too',
    examples: ['batchrock local --port 4566', 'batchrock local --fault throttle=0.1 --speed 100'],
    more: local === undefined ? undefined : faultHelp(local),
  });
  for (const flag of local?.LOCAL_CLI_OPTIONS ?? []) {
    const usage = flag.type === 'boolean' ? `--${flag.name}` : `--${flag.name} <${flag.value.toLowerCase()}>`;
    const option = new Option(usage, flag.default === undefined ? flag.help : `${flag.help} (default: ${flag.default})`);
    if (flag.type === 'list') option.argParser(oneMore);
    command.addOption(option);
  }
  return command.action(cli.action<CommonFlags>((context, flags) => serve(context, flags)));
}

async function serve({ host, terminal, interrupts }: CommandContext, flags: CommonFlags): Promise<ExitCode> {
  const { LOCAL_CLI_OPTIONS, localOptionsFromFlags, startLocalBedrock } = await import('@batchrock/local');
  const given = flags as unknown as Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  const named = Object.fromEntries(LOCAL_CLI_OPTIONS.map((flag) => [flag.name, given[camelCase(flag.name)]]));
  const asked = localOptionsFromFlags(named, { dir: join(host.cwd, '.batchrock', 'local') });
  // the bucket that run takes at a server elsewhere when no other is given
  const options = { ...asked, buckets: [LOCAL_BUCKET, ...(asked.buckets ?? [])] };
  const server = await startLocalBedrock(options);
  try {
    if (flags.json) await terminal.json({ schema: 'batchrock.local/1', url: server.url, port: server.port, dir: options.dir });
    else await terminal.data(`${server.url}\n`);
    terminal.note(terminal.paint.dim(`local Bedrock: answers are synthetic; state in ${options.dir}`));
    terminal.note(`batchrock run … --endpoint-url ${server.url}   (Ctrl-C ends the server; its state stays)`);
    await aborted(interrupts.signal);
  } finally {
    await server.close();
  }
  return interrupts.received === 'SIGTERM' ? ExitCode.terminated : ExitCode.interrupted;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function camelCase(flag: string): string {
  return flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Names and meanings of the faults, in 80 columns. */
function faultHelp({ LOCAL_FAULTS }: LocalPackage): string {
  const lines = LOCAL_FAULTS.flatMap(({ name, help }) =>
    wrap(help, 59).map((line, i) => `  ${(i === 0 ? name : '').padEnd(18)} ${line}`),
  );
  return `Faults:\n${lines.join('\n')}`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
