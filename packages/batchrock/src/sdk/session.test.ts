import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressOf, allowKernel, releaseBlock, takeBlock } from '@batchrock/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSession } from './session.ts';

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'batchrock-session-'));
});
afterEach(async () => {
  allowKernel(true);
  await rm(stateDir, { recursive: true, force: true });
});

test.each([
  [undefined, true],
  ['on', true],
  ['off', false],
])('BATCHROCK_WASM=%s leaves or switches off the kernels', async (value, expected) => {
  const session = await openSession({ stateDir, env: { BATCHROCK_WASM: value } });
  const block = takeBlock(100);
  expect(addressOf(block) >= 0).toBe(expected);
  releaseBlock(block);
  await session.close();
});
