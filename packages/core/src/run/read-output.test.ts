import {
  answerLine,
  endedPart,
  errorLine,
  jobView,
  putJobOutput,
  seededRandom,
  wayBackDocument,
  wayBackPorts,
} from '@batchrock/testkit';
import { afterEach, expect, test } from 'vitest';
import { allowKernel, recordId, SENTINEL_FIRST_ORDINAL } from '../record/index.ts';
import { writeOutcomes } from './collect-output.ts';
import { objectKeys } from './keys.ts';

const ROWS = 300;
const PADDING = 3;

const random = seededRandom(20_261_122);
const below = (limit: number) => Math.floor(random.next() * limit);
const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;

afterEach(() => allowKernel(true));

const texts = wayBackDocument();
const vectors = wayBackDocument({ family: 'titan-embed-text' });
const prefix = texts.recordPrefix;

const answer = (ordinal: number) =>
  answerLine(prefix, ordinal, pick(['yes', 'é"', '', 'x'.repeat(below(90))]), pick(['end_turn', 'max_tokens']));

/** Numbers that are packed, and now and then one that keeps its vector as text. */
function vector(ordinal: number): string {
  const numbers = Array.from({ length: 1 + below(40) }, () => pick(['0.012345678', '-0.5', '1.5E-4', '0', '-0.09']));
  if (below(20) === 0) numbers.push('0.01726531982421875');
  const modelOutput = `{"embedding":[${numbers.join(',')}],"inputTextTokenCount":${below(99)}}`;
  return `{"recordId":"${recordId(prefix, ordinal)}","modelInput":{"inputText":"a ${ordinal}"},"modelOutput":${modelOutput}}`;
}

/** Lines of the records, shuffled, with doubled, foreign, half-written and failed ones and padding among them. */
function output(line: (ordinal: number) => string): string {
  const lines = Array.from({ length: ROWS }, (_, ordinal) => (below(30) === 0 ? errorLine(prefix, ordinal, 400) : line(ordinal)));
  for (let i = 0; i < ROWS; i++) {
    if (below(3) === 0) lines.push(line(below(ROWS)));
    if (below(20) === 0) lines.push(errorLine(prefix, below(ROWS), pick([400, 429])));
  }
  lines.push(line(ROWS), line(2 ** 33), line(5).replace(`"${prefix}`, '"zz'), line(6).replace('0600"', '0601"'));
  lines.push(
    line(7).slice(0, -4),
    '',
    '{}',
    line(8).replace('"modelInput"', '"input"'),
    line(9).replace('"recordId":"', '"recordId":"a'),
  );
  for (let i = 0; i < PADDING; i++) lines.push(line(SENTINEL_FIRST_ORDINAL + i), line(SENTINEL_FIRST_ORDINAL + i));
  for (let i = lines.length - 1; i > 0; i--) {
    const other = below(i + 1);
    [lines[i], lines[other]] = [lines[other]!, lines[i]!];
  }
  return lines.join('\n');
}

async function collect(document: typeof texts, files: readonly string[], budgetBytes: number, kernel: boolean) {
  allowKernel(kernel);
  const ports = wayBackPorts();
  const span = { from: { byte: 0, line: 2, ordinal: 0 }, to: { byte: 0, line: 2 + ROWS, ordinal: ROWS } };
  const part = endedPart(document, { records: ROWS, span, firstOrdinal: 0, lastOrdinal: ROWS - 1, sentinels: PADDING });
  // not settled: the output is whole when each record has a line
  const all = ROWS + PADDING;
  putJobOutput(ports.objects, part, files, { totalRecordCount: all, processedRecordCount: all });
  const counts = await writeOutcomes(ports, { document, part, view: jobView(part), budgetBytes });
  return { counts, outcomes: ports.objects.text(objectKeys.outcomes(part.run, part.attempt, part.part)) };
}

test.each([
  { answers: 'texts', document: texts, line: answer },
  { answers: 'vectors', document: vectors, line: vector },
])('lines of $answers that are taken many at once become the outcomes that each becomes alone', async ({ document, line }) => {
  for (let round = 0; round < 6; round++) {
    const files = Array.from({ length: 1 + below(2) }, () => output(line));
    const budgetBytes = pick([600, 9_000, 70_000, 1 << 20]);
    const taken = await collect(document, files, budgetBytes, true);
    expect(taken).toEqual(await collect(document, files, budgetBytes, false));
    expect(taken.counts).toMatchObject({ missing: 0 });
    const without = files.map((file) => file.replaceAll(recordId(prefix, 11), 'zz'));
    expect(await collect(document, without, budgetBytes, true)).toEqual({ counts: 'unsettled', outcomes: undefined });
  }
});
