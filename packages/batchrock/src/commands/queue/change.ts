import type { Command } from 'commander';
import type { Cli, CommandContext, CommandText } from '../../cli/cli.ts';
import { ExitCode } from '../../cli/exit-codes.ts';
import type { CommonFlags } from '../../cli/option-groups.ts';
import type { FileChange } from '../../queue/index.ts';
import type { Queue, QueuedFile } from '../../sdk/queue/index.ts';
import { withOpenQueue } from './with-open-queue.ts';

const PAUSE_ALL = `Without FILE the queue is paused: every file that is not at its end, and each
one that is put there until queue resume without FILE.`;

/** `queue pause`, `queue resume`, `queue cancel` and `queue retry`. */
export function changeCommands(cli: Cli): readonly Command[] {
  return [
    changeCommand(cli, 'pause', 'pause [file]', {
      summary: 'send nothing new of a file; its jobs go on and are collected',
      examples: ['batchrock queue pause reviews.jsonl --stack BatchrockQueue', 'batchrock queue pause --stack BatchrockQueue'],
      more: PAUSE_ALL,
    }),
    changeCommand(cli, 'resume', 'resume [file]', {
      summary: 'go on with a file that was paused or cancelled',
      examples: ['batchrock queue resume reviews.jsonl --stack BatchrockQueue', 'batchrock queue resume --stack BatchrockQueue'],
      more: `Without FILE the queue and every paused file go on. One that was cancelled has
to be named.`,
    }),
    changeCommand(cli, 'cancel', 'cancel <file>', {
      summary: 'stop the jobs of a file; what they have answered is kept',
      examples: ['batchrock queue cancel reviews.jsonl --stack BatchrockQueue'],
      more: `You pay for what its jobs have processed. queue resume takes it up again.`,
    }),
    changeCommand(cli, 'retry', 'retry <file>', {
      summary: 'send records of a file again that failed for a passing reason',
      examples: ['batchrock queue retry reviews.jsonl --stack BatchrockQueue'],
    }),
  ];
}

function changeCommand(cli: Cli, what: FileChange, usage: string, text: CommandText): Command {
  return cli
    .command(usage, { ...text, of: 'queue' })
    .action(
      cli.action<CommonFlags>((context, flags, [named]) =>
        withOpenQueue(context, flags, (queue) => changeFiles(queue, { what, named, context, flags })),
      ),
    );
}

interface Asked {
  readonly what: FileChange;
  readonly named: string | undefined;
  readonly context: CommandContext;
  readonly flags: CommonFlags;
}

async function changeFiles(queue: Queue, { what, named, context: { terminal, interrupts }, flags }: Asked): Promise<ExitCode> {
  const { fileDocument } = await import('../../render/queue-text.ts');
  const files: QueuedFile[] = [];
  // before its files are listed: one that comes meanwhile is in the list or is paused when it comes
  if (named === undefined) await (what === 'pause' ? queue.pauseQueue() : queue.resumeQueue());
  for (const file of named === undefined ? await filesFor(queue, what) : [named]) {
    interrupts.signal.throwIfAborted();
    const changed = await changeOne(queue, what, file, named === undefined);
    if (changed === undefined) continue;
    files.push(changed);
    terminal.note(`${changed.file} ${changed.name}: ${changed.status}${changed.reason ? `, ${changed.reason.message}` : ''}`);
  }
  if (flags.json) await terminal.json({ schema: 'batchrock.files/1', files: files.map(fileDocument) });
  if (named === undefined) terminal.note(`the queue ${queue.stack} ${what === 'pause' ? 'is paused' : 'goes on'}`);
  return ExitCode.ok;
}

/** Of a queue that goes on meanwhile, some may have come to their end since they were listed. */
async function changeOne(queue: Queue, what: FileChange, file: string, mayPass: boolean): Promise<QueuedFile | undefined> {
  try {
    return await queue[what](file);
  } catch (error) {
    const { isBatchrockError } = await import('@batchrock/core');
    if (mayPass && isBatchrockError(error) && error.code === 'BR-E0207') return undefined;
    throw error;
  }
}

/** The files that a change without a name is about, oldest first. */
async function filesFor(queue: Queue, what: FileChange): Promise<readonly string[]> {
  const statuses = what === 'pause' ? (['Pending', 'InProgress'] as const) : (['Paused'] as const);
  const lists = await Promise.all(statuses.map((status) => queue.list({ status })));
  return lists
    .flat()
    .sort((a, b) => a.receivedAt - b.receivedAt)
    .map(({ file }) => file);
}
