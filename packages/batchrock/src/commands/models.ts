import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';

interface ModelsFlags extends CommonFlags {
  readonly available?: boolean;
  readonly catalogue?: string;
}

/** `models`: the catalogue, or one model in detail. */
export function modelsCommand(cli: Cli): Command {
  return cli
    .command('models [id]', {
      summary: 'known models, or one in detail: families, limits, prices',
      examples: [
        'batchrock models',
        'batchrock models us.amazon.nova-lite-v1:0',
        'batchrock models --available --region us-east-1',
      ],
      more: `Prices are USD per million tokens in batch, with their day; ? is not known.
The list is a hint: no call of Bedrock tells which models take batch jobs.`,
    })
    .option('--available', 'only those that a Region offers, under the ids that it offers them by')
    .option('--catalogue <file>', 'JSON that changes what is known of models')
    .option('--region <name>', 'the Region that is asked (default: AWS_REGION)')
    .option('--profile <name>', 'profile of the AWS configuration files')
    .option('--endpoint-url <url>', 'a server in the place of Bedrock')
    .action(cli.action<ModelsFlags>((context, flags, [id]) => showModels(context, flags, id)));
}

async function showModels({ host, terminal, interrupts }: CommandContext, flags: ModelsFlags, id?: string): Promise<ExitCode> {
  const { knownModels, offeredModels } = await import('../sdk/models.ts');
  const { modelDocument, renderModel, renderModels } = await import('../render/models-text.ts');
  const { region, profile, endpointUrl } = flags;
  const known = knownModels(id, flags.catalogue === undefined ? undefined : resolve(host.cwd, flags.catalogue));
  const question = { region, profile, endpointUrl, env: host.env, signal: interrupts.signal };
  const models = flags.available ? await offeredModels(known, question) : known;
  const [only] = models;
  if (id === undefined) {
    if (flags.json) await terminal.json({ schema: 'batchrock.models/1', models: models.map(modelDocument) });
    else await terminal.data(`${renderModels(models).join('\n')}\n`);
    return ExitCode.ok;
  }
  if (only === undefined) {
    terminal.note(`${id} is not offered there`);
    return ExitCode.precondition;
  }
  if (flags.json) await terminal.json({ schema: 'batchrock.model/1', ...modelDocument(only) });
  else await terminal.data(`${renderModel(only).join('\n')}\n`);
  return ExitCode.ok;
}
