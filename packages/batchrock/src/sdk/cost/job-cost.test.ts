import { expect, it } from 'vitest';
import type { JobCost, Tokens } from './cost-report.ts';
import { billedTokens } from './job-cost.ts';

const job = (tokens: Tokens, manifest: Tokens | undefined, causes: readonly ['cut-short' | 'failed'] | undefined): JobCost => ({
  attempt: 1,
  part: 0,
  jobArn: 'arn',
  status: 'Stopped',
  records: 100,
  padding: 0,
  succeeded: 100,
  tokens,
  manifest,
  difference: causes && { input: 0, output: 0, causes },
  batchUsd: undefined,
});

it('a job is billed by its manifest, by its answers without one, and by more of the two where the manifest is early', () => {
  const answers = { input: 500, output: 90 };
  expect(billedTokens([job(answers, { input: 700, output: 100 }, ['failed'])])).toEqual({ input: 700, output: 100 });
  expect(billedTokens([job(answers, undefined, undefined)])).toEqual(answers);
  expect(billedTokens([job(answers, { input: 300, output: 120 }, ['cut-short'])])).toEqual({ input: 500, output: 120 });
  const unsaid = { input: undefined, output: undefined };
  expect(billedTokens([job(answers, undefined, undefined), job(unsaid, undefined, undefined)])).toEqual(unsaid);
});
