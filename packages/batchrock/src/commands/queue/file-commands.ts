import type { Command } from 'commander';
import { type Cli, withOutputOptions } from '../../cli/cli.ts';
import { withQueue } from '../../cli/option-groups.ts';
import { changeCommands } from './change.ts';
import { listCommand } from './list.ts';
import { putCommand } from './put.ts';
import { showCommand } from './show.ts';

/** The commands of `queue`, in the order of its help. */
export function fileCommands(cli: Cli): readonly Command[] {
  const commands = [putCommand(cli), listCommand(cli), showCommand(cli), ...changeCommands(cli)];
  return commands.map((command) => withOutputOptions(withQueue(command)));
}
