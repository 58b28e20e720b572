import type { CommandContext } from '../../cli/cli.ts';
import type { ExitCode } from '../../cli/exit-codes.ts';
import type { CommonFlags } from '../../cli/option-groups.ts';
import { sessionOptions } from '../../cli/session-options.ts';
import type { Queue } from '../../sdk/queue/index.ts';

/** Opens the queue that the flags name, and closes it again. */
export async function withOpenQueue(
  { host, terminal, interrupts }: CommandContext,
  flags: CommonFlags,
  work: (queue: Queue) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { openQueue } = await import('../../sdk/queue/index.ts');
  const onNotice = (text: string): void => terminal.note(terminal.paint.dim(text));
  const queue = await openQueue({ ...sessionOptions(host, flags, onNotice), signal: interrupts.signal });
  try {
    return await work(queue);
  } finally {
    queue.close();
  }
}
