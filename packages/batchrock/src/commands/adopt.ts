import type { Command } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';
import { positiveNumber, wholeNumber } from '../cli/values.ts';

interface AdoptFlags extends CommonFlags {
  readonly out?: string;
  readonly slots?: number;
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly localSpeed?: number;
  readonly jobPrefix?: string;
}

/** `adopt`: takes a run over whose ledger is lost. */
export function adoptCommand(cli: Cli): Command {
  return cli
    .command('adopt <place>', {
      summary: 'take over a run whose ledger is lost',
      examples: [
        'batchrock adopt s3://my-bucket/runs/r-7f3k2m9x0q',
        'batchrock adopt s3://my-bucket/team/runs/r-7f3k2m9x0q --out reviews.jsonl',
      ],
      more: `<place> is s3://bucket/prefix/runs/<run>. The ledger is rebuilt from the objects
there and the list of jobs: jobs that run are followed, answers that are there
are kept, and nothing is sent or paid for a second time. It sends nothing
itself: batchrock resume goes on. The ledger that drove the run until now, if
there is one somewhere, sends nothing more of it. With --stack the functions of
an orchestrator drive the run from then on: it must lie in the stack's bucket.`,
    })
    .option('-o, --out <file>', 'where results go: *.parquet, *.csv, *.jsonl')
    .option('--slots <n>', 'jobs at once (default: as the run was begun with)', wholeNumber(1, 10_000))
    .optionsGroup('Where it runs:')
    .option('--region <name>', 'AWS Region (AWS_REGION)')
    .option('--profile <name>', 'profile of the AWS configuration (AWS_PROFILE)')
    .option('--endpoint-url <url>', 'Bedrock and S3 elsewhere (BATCHROCK_ENDPOINT_URL)')
    .option('--local-speed <factor>', "how fast the local Bedrock's clock runs", positiveNumber)
    .option('--stack <name>', 'to the stack of an orchestrator (BATCHROCK_STACK)')
    .option('--job-prefix <name>', 'with --stack: the folder of the results in its bucket')
    .action(cli.action<AdoptFlags, readonly [string]>((context, flags, [place]) => adoptFrom(context, flags, place)));
}

async function adoptFrom({ host, terminal, interrupts }: CommandContext, flags: AdoptFlags, place: string): Promise<ExitCode> {
  const { adopt, openSession } = await import('../sdk/index.ts');
  const { adoptDocument, renderAdopted } = await import('../render/adopt-text.ts');
  const onNotice = (text: string): void => terminal.note(terminal.paint.dim(text));
  const session = await openSession(sessionOptions(host, flags, onNotice));
  try {
    const { out, slots, region, profile, endpointUrl, localSpeed, jobPrefix } = flags;
    const request = { out, slots, region, profile, endpointUrl, localSpeed, jobPrefix, signal: interrupts.signal };
    const report = await adopt(session, place, request);
    if (flags.json) await terminal.json(adoptDocument(report));
    for (const line of renderAdopted(report)) terminal.note(line);
    return ExitCode.ok;
  } finally {
    await session.close();
  }
}
