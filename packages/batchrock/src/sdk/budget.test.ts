import { dispatchLane, type RunDocument } from '@batchrock/core';
import { memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { describe, expect, test, vi } from 'vitest';
import type { RunHome } from '../compose/run-home.ts';
import type { Target } from '../compose/target.ts';
import type { RunRequest } from '../request/request.ts';
import { type BudgetOptions, checkBudget } from './budget.ts';

const AWS: Target = { kind: 'aws', region: 'us-east-1', bucket: 'b-b', prefix: '', roleArn: 'arn:aws:iam::123456789012:role/r' };
const UNKNOWN_PRICE = 'anthropic.claude-3-opus-20240229-v1:0';

/** Hears what the session says. */
const notice = vi.fn();

/** A prepared run of 1,000 records, each of so many tokens, on AWS. */
async function prepared(change: { readonly target?: Target; readonly model?: string; readonly sent?: boolean } = {}) {
  const ports = memoryPorts();
  const document = await putMemoryRun(ports, { parts: [500, 500] });
  if (change.sent) await dispatchLane(ports, document.lane);
  const model = { ...document.model, modelId: change.model ?? document.model.modelId };
  const home: RunHome = {
    document: { ...document, model } satisfies RunDocument,
    target: change.target ?? AWS,
    dataset: { name: 'x.csv', format: 'csv' },
    exports: [],
    maxErrorRate: 0,
  };
  return (tokensEach: number, request: Partial<RunRequest> = {}, options: BudgetOptions = {}) => {
    const tokens = { low: tokensEach, expected: tokensEach, high: tokensEach };
    const sample = {
      records: 10,
      bytes: 100,
      inputTokens: tokens,
      fewestTokens: tokensEach,
      mostTokens: tokensEach,
      images: 0,
      otherMedia: 0,
    };
    const survey = { rows: 10, rowBytes: 100, records: 10, duplicates: 0, cached: 0, rejected: [], sample, isWhole: false };
    const asked = { home, survey, request: { dataset: 'x.csv', model: home.document.model.modelId, ...request } };
    return checkBudget({ notice }, ports, asked, options);
  };
}

describe('money', () => {
  test('up to five dollars are spent unasked', async () => {
    const check = await prepared();
    // 1,000 records of 10,000 tokens at $0.125 a million, and 256 assumed tokens out at $0.625: $1.41
    await expect(check(10_000)).resolves.toBeUndefined();
  });

  test('more is not, where nobody can be asked: the error names the flag, and tells the sum', async () => {
    const check = await prepared();
    await expect(check(100_000)).rejects.toMatchObject({
      code: 'BR-E0119',
      message: expect.stringMatching(/will cost about \$12\.66.*nothing was sent/),
      hint: expect.stringContaining('--yes'),
    });
    await expect(check(100_000, {}, { yes: true })).resolves.toBeUndefined();
  });

  test('the length of answers that is expected takes the place of the one assumed', async () => {
    const check = await prepared();
    await expect(check(36_000)).resolves.toBeUndefined();
    await expect(check(36_000, { expectOutputTokens: 1000 })).rejects.toMatchObject({
      code: 'BR-E0119',
      // 36 million tokens in at $0.125, one million out at $0.625; no assumption is left to tell
      message: expect.stringMatching(/^this run will cost about \$5\.1\d, and more than/),
    });
  });

  test('a person is asked with the sum, and believed', async () => {
    const check = await prepared();
    const confirm = vi.fn(async () => true);
    await check(100_000, {}, { confirm });
    expect(confirm).toHaveBeenCalledWith(
      'this run will cost about $12.66 (assumes 256 output tokens a row: --expect-output-tokens N); send 1,000 records to us-east-1?',
    );
    await expect(check(100_000, {}, { confirm: async () => false })).rejects.toMatchObject({ code: 'BR-E0119' });
  });

  test('an unknown price is asked about, never taken for nothing', async () => {
    const check = await prepared({ model: UNKNOWN_PRICE });
    await expect(check(1)).rejects.toMatchObject({
      code: 'BR-E0119',
      message: expect.stringContaining('price of this model is unknown'),
    });
    await expect(check(1, { maxCostUsd: 1000 })).rejects.toMatchObject({
      code: 'BR-E0601',
      message: expect.stringContaining('unknown'),
    });
  });

  test('--max-cost refuses what is estimated higher, and is the confirmation for what is not', async () => {
    const check = await prepared();
    await expect(check(100_000, { maxCostUsd: 12 })).rejects.toMatchObject({
      code: 'BR-E0601',
      message: expect.stringContaining('$12.00'),
    });
    await expect(check(100_000, { maxCostUsd: 13 })).resolves.toBeUndefined();
  });

  test('a run that has sent jobs was agreed to', async () => {
    const check = await prepared({ sent: true });
    await expect(check(100_000)).resolves.toBeUndefined();
  });

  test('the local Bedrock costs nothing, so nobody is asked and no ceiling applies, which is said', async () => {
    const check = await prepared({ target: { ...AWS, kind: 'local', dir: '/x' } });
    await expect(check(100_000)).resolves.toBeUndefined();
    expect(notice).not.toHaveBeenCalled();
    await expect(check(100_000, { maxCostUsd: 0 })).resolves.toBeUndefined();
    expect(notice).toHaveBeenCalledWith('the local Bedrock costs nothing: --max-cost $0.00 does not apply');
    // a server at an endpoint stands in for AWS
    const elsewhere = await prepared({ target: { ...AWS, kind: 'endpoint', endpointUrl: 'http://127.0.0.1:1' } });
    await expect(elsewhere(1, { maxCostUsd: 0 })).rejects.toMatchObject({ code: 'BR-E0601' });
  });
});
