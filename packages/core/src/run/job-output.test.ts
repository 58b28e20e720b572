import {
  answerLine,
  endedPart,
  jobView,
  OUTPUT_SETTLE_MS,
  putJobOutput,
  wayBackDocument,
  wayBackPorts,
} from '@batchrock/testkit';
import { expect, test } from 'vitest';
import type { JobView } from '../ports/index.ts';
import { writeOutcomes } from './collect-output.ts';
import { objectKeys } from './keys.ts';

const document = wayBackDocument();
const ROWS = 3;
const line = (ordinal: number) => `${answerLine(document.recordPrefix, ordinal, 'yes')}\n`;
const manifest = (processed: number) => ({ totalRecordCount: processed, processedRecordCount: processed });

/** A part whose job had so many input files, and how to collect it. */
function collecting(files: number) {
  const ports = wayBackPorts();
  const span = { from: { byte: 0, line: 2, ordinal: 0 }, to: { byte: 0, line: 2 + ROWS, ordinal: ROWS } };
  const part = endedPart(document, { records: ROWS, span, firstOrdinal: 0, lastOrdinal: ROWS - 1, files });
  let listings = 0;
  ports.objects.hook = ({ call, moment }) => {
    if (call === 'list' && moment === 'before') listings++;
  };
  const collect = async (change: Partial<JobView> = {}) => {
    listings = 0;
    const counts = await writeOutcomes(ports, { document, part, view: jobView(part, change) });
    return { counts, listings };
  };
  return { ports, part, collect };
}

test('a job that did everything is read without a listing, from as many files as it was given', async () => {
  const { ports, part, collect } = collecting(2);
  putJobOutput(ports.objects, part, [line(0) + line(2), line(1)], manifest(ROWS));
  expect(await collect()).toMatchObject({ counts: { succeeded: ROWS, missing: 0 }, listings: 0 });
});

test('a folder without a manifest is not listed before its time is over', async () => {
  const { ports, part, collect } = collecting(1);
  putJobOutput(ports.objects, part, [line(0) + line(1) + line(2)]);
  expect(await collect()).toEqual({ counts: 'unsettled', listings: 0 });
  await ports.clock.advance(OUTPUT_SETTLE_MS);
  expect(await collect()).toMatchObject({ counts: { succeeded: ROWS }, listings: 1 });
});

test.each(['Stopped', 'PartiallyCompleted', 'Expired'] as const)('what a job left that is %s is listed', async (status) => {
  const { ports, part, collect } = collecting(1);
  putJobOutput(ports.objects, part, [line(1)], manifest(1));
  expect(await collect({ status })).toMatchObject({ counts: { succeeded: 1, missing: 2 }, listings: 1 });
});

test('outputs of other names than those of the inputs are found all the same', async () => {
  const { ports, part, collect } = collecting(2);
  putJobOutput(ports.objects, part, [line(0)], manifest(ROWS));
  const folder = `${objectKeys.outputFolder(part.run, part.attempt, part.part)}${jobView(part).jobArn.split('/').at(-1)}/`;
  ports.objects.put(`${folder}another.jsonl.out`, line(1) + line(2));
  expect(await collect()).toMatchObject({ counts: { succeeded: ROWS, missing: 0 }, listings: 1 });
});

test('a further output beside all of those names is found when the time is over, before a record is called missing', async () => {
  const { ports, part, collect } = collecting(1);
  putJobOutput(ports.objects, part, [line(0), line(1) + line(2)], manifest(ROWS));
  expect(await collect()).toEqual({ counts: 'unsettled', listings: 0 });
  await ports.clock.advance(OUTPUT_SETTLE_MS);
  expect(await collect()).toMatchObject({ counts: { succeeded: ROWS, missing: 0 }, listings: 1 });
});
