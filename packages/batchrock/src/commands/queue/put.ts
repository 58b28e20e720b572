import { type Command, Option } from 'commander';
import type { Cli, CommandContext } from '../../cli/cli.ts';
import { ExitCode, exitCodeOfFiles } from '../../cli/exit-codes.ts';
import type { CommonFlags } from '../../cli/option-groups.ts';
import { positiveNumber, wholeNumber } from '../../cli/values.ts';
import type { EnqueuedFile, EnqueueOptions, Queue, QueuedFile } from '../../sdk/queue/index.ts';
import { withOpenQueue } from './with-open-queue.ts';

interface PutFlags extends CommonFlags {
  readonly model?: string;
  readonly family?: string;
  readonly priority?: 'high' | 'normal' | 'low';
  readonly weight?: number;
  readonly timeoutHours?: number;
  readonly name?: string;
  readonly wait?: boolean;
}

/** `queue put`: puts files into a queue. */
export function putCommand(cli: Cli): Command {
  return cli
    .command('put <files...>', {
      of: 'queue',
      summary: 'put files into a queue; results lie below processed/',
      examples: [
        'batchrock queue put reviews.jsonl --stack BatchrockQueue --wait',
        'batchrock queue put a.jsonl b.jsonl.gz --stack BatchrockQueue --priority low',
        'batchrock queue put s3://data/in.jsonl --stack BatchrockQueue --name today',
      ],
      more: `Files end in .jsonl, .jsonl.gz or .jsonl.zst; a line is {"modelInput": {...}}. A
file of this machine is uploaded below to-process/; s3://bucket/key is read
where it lies, which the queue must be allowed. The same content under the same
name again is the same file, and is paid for once. With --wait the command ends
with 0 when every record has an answer, with 3 when some have none.`,
    })
    .option('--model <id>', 'model or inference profile (default: that of the queue)')
    .option('--family <name>', 'how the model is spoken to (default: by the model)')
    .addOption(new Option('--priority <class>', 'who comes first (default: normal)').choices(['high', 'normal', 'low']))
    .option('--weight <n>', 'share among those of its priority (default: 1)', positiveNumber)
    .option('--timeout-hours <n>', 'of a job, 24 to 168 (default: that of the queue)', wholeNumber(24, 168))
    .option('--name <path>', 'results below processed/<path>/ (default: by the file)')
    .option('--wait', 'until they are at their ends')
    .action(
      cli.action<PutFlags, readonly [readonly string[]]>((context, flags, [files]) =>
        withOpenQueue(context, flags, (queue) => put(queue, { files, context, flags })),
      ),
    );
}

interface Asked {
  readonly files: readonly string[];
  readonly context: CommandContext;
  readonly flags: PutFlags;
}

async function put(queue: Queue, { files, context, flags }: Asked): Promise<ExitCode> {
  await checkNames(files, flags);
  const { terminal, interrupts } = context;
  const { model, family, priority, weight, timeoutHours, name } = flags;
  const options: EnqueueOptions = {
    signal: interrupts.signal,
    ...(model !== undefined && { model }),
    ...(family !== undefined && { family }),
    ...(priority !== undefined && { priority }),
    ...(weight !== undefined && { weight }),
    ...(timeoutHours !== undefined && { timeoutHours }),
    ...(name !== undefined && { name }),
  };
  const there: EnqueuedFile[] = [];
  for (const file of files) {
    const put = await queue.enqueue(file, { ...options, onProgress: uploadLine(context, file) });
    terminal.clear();
    there.push(put);
    terminal.note(`${put.file} s3://${put.bucket}/${put.key}`);
  }
  if (flags.wait) return waitFor(queue, there, { context, flags });
  if (flags.json) {
    const put = there.map(({ file, bucket, key }) => ({ file, bucket, key }));
    await terminal.json({ schema: 'batchrock.put/1', files: put });
  } else await terminal.data(there.map(({ file }) => `${file}\n`).join(''));
  terminal.note(`  batchrock queue show ${there[0]?.file} --stack ${queue.stack} shows how it stands`);
  return ExitCode.ok;
}

/** Files of several folders may have one name, and each would take the place of the one before. */
async function checkNames(files: readonly string[], { name }: PutFlags): Promise<void> {
  const { InputError } = await import('@batchrock/core');
  if (name !== undefined && files.length > 1) {
    throw new InputError('BR-E0112', `--name is given, and ${files.length} files`, { hint: 'put each by a command of its own' });
  }
  const bases = files.map((file) => (file.startsWith('s3://') ? file : (file.split(/[\\/]/).at(-1) as string)));
  const twice = bases.find((base, i) => bases.indexOf(base) < i);
  if (twice === undefined) return;
  throw new InputError('BR-E0112', `${twice} is given twice`, { hint: 'put each by a command of its own, with --name' });
}

/** On a terminal: how much of a file has gone up. */
function uploadLine({ terminal }: CommandContext, file: string): (bytes: number, total: number) => void {
  return (bytes, total) => terminal.draw((width) => `${file}: ${Math.floor((bytes / total) * 100)} % uploaded`.slice(0, width));
}

async function waitFor(
  queue: Queue,
  there: readonly EnqueuedFile[],
  { context: { terminal, interrupts }, flags }: Pick<Asked, 'context' | 'flags'>,
): Promise<ExitCode> {
  const { fileDocument, renderFiles } = await import('../../render/queue-text.ts');
  const { isoTime } = await import('../../render/figures.ts');
  const tell = ({ file, name, status, reason }: QueuedFile): void => {
    terminal.note(`${isoTime(Date.now())} ${file} ${name}: ${status}${reason ? `, ${reason.code} ${reason.message}` : ''}`);
  };
  try {
    const files = await Promise.all(there.map((each) => queue.wait(each, { signal: interrupts.signal, onChange: tell })));
    if (flags.json) await terminal.json({ schema: 'batchrock.files/1', files: files.map(fileDocument) });
    else await terminal.data(`${renderFiles(files, terminal.dataWidth).join('\n')}\n`);
    return exitCodeOfFiles(files);
  } catch (error) {
    if (interrupts.received !== undefined) {
      terminal.warn(`the queue goes on; batchrock queue list --stack ${queue.stack} shows it`);
    }
    throw error;
  }
}
