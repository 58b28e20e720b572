import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { positiveNumber, type RegionValue, regions, share, wholeNumber } from '../cli/values.ts';

interface SimulateFlags extends CommonFlags {
  readonly records: number;
  readonly partSize?: number;
  readonly slots?: number;
  readonly regions?: readonly RegionValue[];
  readonly model?: string;
  readonly catalogue?: string;
  readonly retryShare?: number;
  readonly maxAttempts?: number;
  readonly queueMinutes?: number;
  readonly recordsPerMinute?: number;
  readonly expectInputTokens?: number;
  readonly expectOutputTokens?: number;
  readonly seed?: number;
}

const MORE = `Jobs take as long as the assumed service draws them: Bedrock publishes no times.
The same model gives "plan" its time and a run its time left.`;

/** `simulate`: how long a run of so many records would take, here and by two other ways; sends nothing. */
export function simulateCommand(cli: Cli): Command {
  const command = cli
    .command('simulate', {
      summary: 'how a run would go by three ways to schedule it; sends nothing',
      examples: [
        'batchrock simulate --records 1000000 --slots 20',
        'batchrock simulate --records 1000000 --part-size 10000 \\\n      --model amazon.nova-lite-v1:0',
        'batchrock simulate --records 1000000 \\\n      --regions us-east-1=20,us-west-2=20@400+20',
      ],
      more: MORE,
    })
    .optionsGroup('What is sent:')
    .requiredOption('--records <n>', 'records in all', wholeNumber(1, 1_000_000_000))
    .option('--part-size <n>', 'records a job (default: as each would choose)', wholeNumber(1))
    .option('--model <id>', 'its limits, its quota and its price')
    .option('--catalogue <file>', 'JSON that changes what is known of models')
    .option('--expect-input-tokens <n>', 'of a record (default: 500)', wholeNumber(1))
    .option('--expect-output-tokens <n>', 'of an answer (default: 256)', wholeNumber(1))
    .option('--retry-share <share>', 'records failing in an attempt: 0.02 or 2%', share)
    .option('--max-attempts <n>', 'most times that a record is sent (default: 3)', wholeNumber(1, 100))
    .optionsGroup('The service:')
    .option('--slots <n>', "jobs at once (default: the model's quota)", wholeNumber(1, 10_000))
    .option('--regions <list>', 'several: NAME=SLOTS[@RATE][+MINUTES], ...', regions)
    .option('--queue-minutes <n>', 'queue and validation, median (default: 10)', positiveNumber)
    .option('--records-per-minute <n>', 'of one job, median (default: 600)', positiveNumber)
    .option('--seed <n>', 'of the chances that are played', wholeNumber(0, 2_147_483_647));
  return command.action(
    cli.action<SimulateFlags>(async ({ host, terminal }, flags) => {
      const { InputError } = await import('@batchrock/core');
      if (flags.slots !== undefined && flags.regions !== undefined) {
        throw new InputError('BR-E0112', 'both --slots and --regions are given; one is allowed', {
          hint: 'give the slots of each Region: --regions us-east-1=20,us-west-2=10',
        });
      }
      const { withCatalogue } = await import('../request/catalogue-file.ts');
      const { simulate } = await import('../sdk/simulate.ts');
      const { REGIONS_NOTE, renderSimulation, SIMULATION_NOTES, simulationDocument } = await import('../render/simulate-text.ts');
      const report = simulate(requestOf(withCatalogue(flags, host.cwd)));
      if (flags.json) await terminal.json(simulationDocument(report));
      else await terminal.data(`${renderSimulation(report).join('\n')}\n`);
      const notes = report.regions.length > 1 ? [...SIMULATION_NOTES, REGIONS_NOTE] : SIMULATION_NOTES;
      if (!flags.json) for (const note of notes) terminal.note(terminal.paint.dim(note));
      return ExitCode.ok;
    }),
  );
}

function requestOf(flags: SimulateFlags) {
  const { records, model, slots, retryShare, maxAttempts, seed } = flags;
  return {
    records,
    model,
    catalogue: flags.catalogue,
    partRecords: flags.partSize,
    slots,
    regions: flags.regions,
    service: {
      ...(flags.queueMinutes !== undefined && { startMinutes: flags.queueMinutes }),
      ...(flags.recordsPerMinute !== undefined && { recordsPerMinute: flags.recordsPerMinute }),
    },
    retryShare,
    maxAttempts,
    inputTokens: flags.expectInputTokens,
    outputTokens: flags.expectOutputTokens,
    seed,
  };
}
