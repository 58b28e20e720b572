import { Command } from 'commander';
import { adoptCommand } from '../commands/adopt.ts';
import { cacheCommand } from '../commands/cache.ts';
import { completeCommand, completionCommand } from '../commands/completion.ts';
import { configCommand } from '../commands/config.ts';
import { convertCommand } from '../commands/convert.ts';
import { costCommand } from '../commands/cost.ts';
import { deployCommand } from '../commands/deploy.ts';
import { doctorCommand } from '../commands/doctor.ts';
import { errorsCommand } from '../commands/errors.ts';
import { explainCommand } from '../commands/explain.ts';
import { gcCommand } from '../commands/gc.ts';
import { helpCommand } from '../commands/help.ts';
import { initCommand } from '../commands/init.ts';
import { listCommand } from '../commands/list.ts';
import { localCommand } from '../commands/local.ts';
import { modelsCommand } from '../commands/models.ts';
import { pauseCommand } from '../commands/pause.ts';
import { planCommand } from '../commands/plan.ts';
import { queueCommand } from '../commands/queue/queue.ts';
import { resultsCommand } from '../commands/results.ts';
import { resumeCommand } from '../commands/resume.ts';
import { retryCommand } from '../commands/retry.ts';
import { runCommand } from '../commands/run.ts';
import { setupCommand } from '../commands/setup.ts';
import { simulateCommand } from '../commands/simulate.ts';
import { statusCommand } from '../commands/status.ts';
import { stopCommand } from '../commands/stop.ts';
import { templateCommand } from '../commands/template.ts';
import { validateCommand } from '../commands/validate.ts';
import { watchCommand } from '../commands/watch.ts';
import { VERSION } from '../version.ts';
import { type Cli, withOutputOptions } from './cli.ts';
import { withStack } from './option-groups.ts';

const EXAMPLES = `Examples:
  $ batchrock run reviews.csv --model anthropic.claude-3-haiku-20240307-v1:0 \\
      --prompt "Classify the sentiment of: {text}" --out reviews.results.jsonl
  $ batchrock plan reviews.csv --model amazon.nova-lite-v1:0 --prompt "{text}"
  $ batchrock status
`;

/** The whole command line. Building it imports no SDK, no database and, unless `local` is asked for, no server. */
export async function createProgram(cli: Cli, argv: readonly string[]): Promise<Command> {
  const program = cli
    .dress(new Command('batchrock'))
    .description('Run a whole dataset through an Amazon Bedrock model by batch inference.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help; also after a command')
    .helpCommand(false)
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', '\nWith no bucket configured runs go to the local Bedrock; answers are synthetic.');
  program.commandsGroup('Send a dataset:');
  for (const make of [initCommand, runCommand, planCommand, validateCommand, convertCommand, simulateCommand])
    program.addCommand(withOutputOptions(make(cli)));
  program.commandsGroup('Look at runs:');
  for (const make of [statusCommand, watchCommand, listCommand, resultsCommand, errorsCommand, explainCommand, costCommand]) {
    program.addCommand(withOutputOptions(withStack(make(cli))));
  }
  program.commandsGroup('Act on runs:');
  for (const make of [retryCommand, pauseCommand, stopCommand, resumeCommand]) {
    program.addCommand(withOutputOptions(withStack(make(cli))));
  }
  program.addCommand(withOutputOptions(adoptCommand(cli)));
  program.commandsGroup('In your AWS account:');
  for (const make of [setupCommand, doctorCommand, deployCommand, templateCommand]) {
    program.addCommand(withOutputOptions(make(cli)));
  }
  program.addCommand(await queueCommand(cli, isAbout('queue', argv)));
  program.commandsGroup('More:');
  for (const make of [modelsCommand, configCommand, completionCommand]) program.addCommand(withOutputOptions(make(cli)));
  program.addCommand(withOutputOptions(cacheCommand(cli)));
  program.addCommand(withOutputOptions(gcCommand(cli)));
  program.addCommand(withOutputOptions(localCommand(cli, isAbout('local', argv) ? await import('@batchrock/local') : undefined)));
  program.addCommand(helpCommand(cli, program));
  program.addCommand(completeCommand(cli, program), { hidden: true });
  return program;
}

/** True where a command line gives a command, asks for its help, or is to be completed: only then is loaded what it has of its own. */
function isAbout(name: string, [first, second, third]: readonly string[]): boolean {
  return first === name || (first === 'help' && second === name) || (first === 'complete' && third === name);
}
