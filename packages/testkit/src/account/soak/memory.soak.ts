import { afterEach, expect, test } from 'vitest';
import type { Account } from '../account.ts';
import { openFileQueue } from '../scenarios/file-queue.ts';
import { DATASET, observed, openOrchestrator } from '../scenarios/orchestrator.ts';
import { memoryOf, type Observed } from '../scenarios/run-usage.ts';
import { MODEL } from '../scenarios/scenario.ts';
import { longTexts, putLines } from './long-texts.ts';
import { report } from './report.ts';

/** Of the input of the job; the service takes 5. */
const GB = Number(process.env['SOAK_GB'] ?? 5);
const RECORDS = 50_000;
/** Bytes of a record beside its text, at most: the job must not be cut in two. */
const SHELL_BYTES = 500;
/** The first rows are short, so that the part is closed by the bytes of its records and not planned to be smaller. */
const SHORT_ROWS = 2_000;
const longText = longTexts(Math.floor((GB * 1e9) / (RECORDS - SHORT_ROWS)) - SHELL_BYTES);
const text = (row: number): string => (row <= SHORT_ROWS ? `row ${row}` : longText(row));
/** Answers of more than a hundred megabytes in all: several times of what collecting holds at once. */
const ASK = 'Write about this in 500 words:';
/** Share of its memory that a function may take. */
const MOST_SHARE = 0.6;

let account: Account | undefined;
afterEach(() => account?.close());

function expectRoom(job: string, of: Observed): void {
  const memory = Object.entries(memoryOf(of));
  report({ job, gigabytes: GB, memory: Object.fromEntries(memory) });
  for (const [name, { usedMB, givenMB }] of memory) expect(usedMB, name).toBeLessThan(MOST_SHARE * givenMB);
}

test(`the functions of an orchestrator have room with a job of ${GB} GB`, async () => {
  const orchestrator = await openOrchestrator({}, { stores: 'quick' });
  account = orchestrator.account;
  const { bucket } = orchestrator;
  await putLines(account.clients.s3, { Bucket: bucket, Key: DATASET }, RECORDS + 1, (i) =>
    i === 0 ? 'id,text' : `${i},${text(i)}`,
  );
  const s3_uri = `s3://${bucket}/${DATASET}`;
  const input = {
    s3_uri,
    job_name_prefix: 'large',
    model_id: MODEL,
    prompt: `${ASK} {text}`,
    max_num_jobs: 1,
    params: { max_tokens: 4_000 },
  };
  const answer = await orchestrator.succeed(await orchestrator.start(input), 3_000);
  expect(answer).toMatchObject({ status: 'Completed', counts: { rows: RECORDS, succeeded: RECORDS } });
  expect(await account.bedrock.jobs()).toHaveLength(1);
  expectRoom('orchestrator', observed(orchestrator));
});

test(`the functions of a queue of files have room with a file of ${GB} GB`, async () => {
  const queue = await openFileQueue({}, { stores: 'quick' });
  account = queue.account;
  await putLines(account.clients.s3, { Bucket: queue.bucket, Key: 'to-process/large.jsonl' }, RECORDS, (i) => {
    const messages = [{ role: 'user', content: [{ type: 'text', text: `${ASK} ${text(i)}` }] }];
    return JSON.stringify({ modelInput: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 4_000, messages } });
  });
  const file = await queue.until('large.jsonl', 'Completed', 3_000);
  expect(file.counts).toMatchObject({ succeeded: RECORDS });
  const functions = ['Take', 'Kick', 'Collect', 'Finish', 'Sweep'].map(queue.functionName);
  expectRoom('queue', { account, functions, ofQueues: [], ofSchedules: [] });
});
