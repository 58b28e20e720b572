import type { Command } from 'commander';
import type { Cli } from '../../cli/cli.ts';

/** `queue`: the files of a queue in an AWS account. What it has of commands is loaded only when they are asked for. */
export async function queueCommand(cli: Cli, isAsked: boolean): Promise<Command> {
  const queue = cli
    .command('queue', {
      summary: 'put files into a queue in your AWS account, look at them, change them',
      examples: [
        'batchrock queue put reviews.jsonl --stack BatchrockQueue --wait',
        'batchrock queue list --stack BatchrockQueue',
        'batchrock queue show reviews.jsonl --stack BatchrockQueue',
      ],
      more: `A queue is the stack that batchrock deploy queue makes. Its files hold records
as Bedrock takes them, one a line: {"modelInput": {...}}. FILE is the id of a
file, f-..., its key, with or without to-process/, or s3://bucket/key.`,
    })
    .helpCommand(false);
  if (!isAsked) return queue.usage('[options] [command]');
  const { fileCommands } = await import('./file-commands.ts');
  for (const command of fileCommands(cli)) queue.addCommand(command);
  return queue;
}
