import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import type { CommonFlags } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';

interface CostFlags extends CommonFlags {
  readonly all?: boolean;
  readonly jobs?: boolean;
}

const MORE = `RUN is a run id or the start of one; default: the newest run. What its answers
say is told beside what Bedrock's manifests say of the same jobs, which count
padding too; billed is by the manifests. Jobs that are not collected yet are
left out. Nothing is asked of Bedrock: what is told lies in the ledger and the
bucket.`;

/** `cost`: what runs have cost, by their answers and by Bedrock's manifests, and what they would have cost on demand. */
export function costCommand(cli: Cli): Command {
  return cli
    .command('cost [run]', {
      summary: 'what runs have cost, and what on demand would',
      examples: ['batchrock cost', 'batchrock cost r-7f3 --jobs', 'batchrock cost --all --json'],
      more: MORE,
    })
    .option('--all', 'every run of the ledger, and their sum')
    .option('--jobs', 'a line for each job')
    .action(
      cli.action<CostFlags>(async ({ host, terminal }, flags, [run]) => {
        if (flags.all && run !== undefined) {
          const { InputError } = await import('@batchrock/core');
          throw new InputError('BR-E0112', `--all is every run, and ${run} is one: give one or the other`);
        }
        const { openSession, readCost, readCosts } = await import('../sdk/index.ts');
        const { costDocument, renderCost, renderCosts } = await import('../render/cost-text.ts');
        const notice = (text: string): void => terminal.note(terminal.paint.dim(text));
        const session = await openSession(sessionOptions(host, flags, notice));
        try {
          const reports = flags.all ? await readCosts(session, { cached: flags.json === true }) : [await readCost(session, run)];
          for (const { status, unread } of reports) {
            if (unread) terminal.warn(`run ${status.run}: manifests could not be read: ${unread.code} ${unread.message}`);
          }
          const [first] = reports;
          if (flags.json) await terminal.json({ schema: 'batchrock.cost/1', ...costDocument(reports) });
          else if (first === undefined) terminal.note(`no runs in ${session.ledgerName}`);
          else {
            const lines = flags.all ? renderCosts(reports) : renderCost(first, flags);
            await terminal.data(`${lines.join('\n')}\n`);
          }
          return ExitCode.ok;
        } finally {
          await session.close();
        }
      }),
    );
}
