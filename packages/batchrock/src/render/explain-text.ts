import type { Explanation, PartLife, RecordLife } from '../sdk/explain.ts';
import { count, plural, usd } from './figures.ts';
import { fit, printable } from './width.ts';

/** The life of a row or of a part, in lines. Answers and messages are cut to one line each. */
export function renderExplanation(explanation: Explanation, width: number): string[] {
  const told = costTeller(explanation.synthetic);
  if (explanation.kind === 'part') return explanation.lives.flatMap((life) => partLines(life, told));
  const { row, line, file, recordId, duplicateOf } = explanation;
  const place = line === undefined ? '' : `, line ${count(line)} of ${printable(file)}`;
  const lines = [`row ${count(row)}${place}, record ${recordId}`];
  if (duplicateOf !== undefined) lines.push(`  not sent: row ${count(duplicateOf)} asks for the same, and its outcome counts`);
  if (explanation.lives.length === 0) lines.push('  not sent yet');
  for (const life of explanation.lives) {
    const isRejected = life.outcome?.status === 'rejected';
    if (life.isCached) {
      lines.push(
        '  not sent: another run has its answer',
        ...outcomeLines(life, () => 'paid for there').map((line) => fit(`    ${line}`, width)),
      );
      continue;
    }
    const title = isRejected ? 'never sent' : `attempt ${life.in.attempt}: ${life.outcome?.status ?? 'under way'}`;
    lines.push(`  ${title}`, ...outcomeLines(life, told).map((line) => fit(`    ${line}`, width)));
    if (!isRejected) lines.push(...partLines(life.in, told).map((line) => `    ${line}`));
  }
  return lines;
}

function partLines(life: PartLife, told: CostTeller): string[] {
  const lines = [
    `part ${life.part} of attempt ${life.attempt}: ${life.state}, ${plural(life.records, 'record')}, rows ${count(life.rows.first)} to ${count(life.rows.last)}`,
    `  job ${life.jobName}${life.jobStatus === undefined ? '' : `: ${life.jobStatus}`}`,
  ];
  if (life.jobArn !== undefined) lines.push(`  ${life.jobArn}`);
  if (life.jobMessage) lines.push(`  message: ${printable(life.jobMessage)}`);
  if (life.pieceOf !== undefined) lines.push(...pieceLines(life.pieceOf));
  if (life.sentinels > 0) lines.push(`  padded with ${plural(life.sentinels, 'record')}`);
  if (life.duplicates > 0)
    lines.push(`  ${plural(life.duplicates, 'row')} more ${life.duplicates === 1 ? 'has' : 'have'} outcomes of these: not sent`);
  if (life.cached > 0)
    lines.push(
      `  ${plural(life.cached, 'row')} more ${life.cached === 1 ? 'has an answer' : 'have answers'} of other runs: not sent`,
    );
  if (life.batchUsd !== undefined) lines.push(`  cost     ${told(life.batchUsd)}`);
  lines.push(`  input    ${life.inputUri}`, `  output   ${life.outputUri}`, `  outcomes ${life.outcomesUri}`);
  return lines;
}

/** Why its records went out by themselves. */
function pieceLines({ part, jobMessage }: NonNullable<PartLife['pieceOf']>): string[] {
  const said = jobMessage ? `: ${printable(jobMessage)}` : '';
  return [
    `  a piece of part ${part}, whose job failed before it had processed a record${said}`,
    '  its records go out again by halves, until one that breaks its job stands alone',
  ];
}

function outcomeLines({ outcome, batchUsd }: RecordLife, told: CostTeller): string[] {
  switch (outcome?.status) {
    case 'succeeded': {
      const what =
        outcome.response === undefined ? `embedding of ${outcome.embedding?.length} numbers` : printable(outcome.response);
      return [
        `${count(outcome.inputTokens)} tokens in, ${count(outcome.outputTokens)} out, stop: ${outcome.stop || 'not said'}; ${told(batchUsd)}`,
        `answer: ${what}`,
      ];
    }
    case 'failed':
      return [`${outcome.code}: ${printable(outcome.message)}${outcome.retry ? ' (worth another attempt)' : ''}`];
    case 'rejected':
      return [`${outcome.code}: ${printable(outcome.message)}`];
    case 'missing':
      return ['sent, and nothing came back'];
    default:
      return [];
  }
}

type CostTeller = (batchUsd: number | undefined) => string;

/** Nothing is paid for answers that no model gave. */
function costTeller(synthetic: boolean): CostTeller {
  return (batchUsd) =>
    batchUsd === undefined ? 'price unknown' : `${synthetic ? 'would be ' : ''}${usd(batchUsd)} by batch inference`;
}
