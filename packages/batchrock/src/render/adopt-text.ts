import type { AdoptReport } from '../sdk/adopt.ts';
import { runArguments } from '../sdk/run-status.ts';
import { count, isoTime, localTime, plural } from './figures.ts';
import { countsText, renderLeft, stateText, statusDocument } from './run-text.ts';

/** What there was of an adopted run, and what to do next. */
export function renderAdopted({ status, formerOwner, sendsFrom, isCeilingKnown }: AdoptReport): string[] {
  const { run, state, jobs } = status;
  const lines = [`run ${run} adopted, ${stateText(status)}: ${countsText(status)}`];
  if (formerOwner !== undefined) {
    lines.push(`  until now ${formerOwner.name} drove it (since ${localTime(formerOwner.since)}): it sends nothing more of it`);
  }
  if (!isCeilingKnown) {
    lines.push(
      '  a ceiling (--max-cost) that it may have had was not written down in its bucket, and it has none now:',
      `  batchrock resume ${runArguments(status)} --max-cost USD gives it one`,
    );
  }
  if (status.stack !== undefined) return [...lines, ...renderLeft(status)];
  if (state === 'ended') return [...lines, `  batchrock results ${runArguments(status)} gives its rows`];
  lines.push(
    `  ${plural(jobs.total, 'job')}: ${count(jobs.done)} done, ${count(jobs.running)} running, ${count(jobs.waiting)} to come`,
  );
  lines.push(`  batchrock resume ${runArguments(status)} goes on with it`);
  if (sendsFrom !== undefined) {
    lines.push(`  it sends nothing before ${localTime(sendsFrom)}: until then a job of the lost ledger may still turn up`);
  }
  return lines;
}

/** The same, as `--json` tells it. */
export function adoptDocument({ status, formerOwner, sendsFrom, isCeilingKnown }: AdoptReport): object {
  return {
    schema: 'batchrock.status/1',
    ...statusDocument(status),
    formerOwner: formerOwner === undefined ? null : { name: formerOwner.name, since: isoTime(formerOwner.since) },
    sendsFrom: sendsFrom === undefined ? null : isoTime(sendsFrom),
    isCeilingKnown,
  };
}
