import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { folderWith, MODEL, spawnCli } from '../../test/cli-harness.ts';

const rows = (count: number) => `id,text\n${Array.from({ length: count }, (_, i) => `${i},row ${i}\n`).join('')}`;

/** Objects that the embedded local Bedrock has. */
function objects(cwd: string): number {
  return readdirSync(join(cwd, 'state', 'local', 's3', 'blobs'), { recursive: true }).length;
}

test('the local Bedrock that a run brings along is taken over while another prepares, when its process is killed', async () => {
  const cwd = folderWith({ 'few.csv': rows(10), 'many.csv': rows(15_000) });
  const ask = ['--model', MODEL, '--prompt', '{text}', '--records-per-job', '100'];
  // it serves, and waits for its job
  const first = spawnCli(['run', 'few.csv', ...ask, '--local-speed', '1'], { cwd });
  await first.said(/created|queued/);
  const second = spawnCli(['run', 'many.csv', ...ask, '--out', 'many.jsonl'], { cwd });
  const before = objects(cwd);
  while (objects(cwd) < before + 100) await sleep(5);
  first.process.kill('SIGKILL');
  const ended = await second.ended;
  expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('15,000 succeeded')]);
});
