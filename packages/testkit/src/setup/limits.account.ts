import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateInferenceProfileCommand } from '@aws-sdk/client-bedrock';
import { readQuotas } from '@batchrock/aws/quotas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMotoEnvironment } from '../account/moto/index.ts';
import { startMoto } from '../clients/moto.ts';
import { type DoctoredAccount, MODEL, openDoctoredAccount } from './doctored-account.ts';

// What a run asks an account of its model, by the policy that setup makes for whoever runs; each call is judged by iam-simulate.
const SLOTS = 3;
const MINUTE_MS = 60_000;
let set: DoctoredAccount;
let profile: string;

beforeAll(async () => {
  set = await openDoctoredAccount(['--model', MODEL], { bedrock: { maxJobs: SLOTS, minRecords: 10 } });
  const copyFrom = `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${MODEL}`;
  const asked = { inferenceProfileName: 'team', modelSource: { copyFrom } };
  profile = (await set.account.clients.bedrock.send(new CreateInferenceProfileCommand(asked))).inferenceProfileArn ?? '';
  await set.mend('--model', profile);
  const rows = Array.from({ length: 60 }, (_, i) => `${i},row ${i}\n`).join('');
  writeFileSync(join(set.folder, 'in.csv'), `id,text\n${rows}`);
});
afterAll(() => set?.close());

const ask = ['plan', 'in.csv', '--prompt', 'Classify: {text}', '--json'];
/** What the callers were allowed, since the account was opened. */
const actions = () => new Set(set.account.verdicts().map(({ action }) => action));

test('the policy of setup lets a run read the limits of its model, and the model behind a profile', async () => {
  const ran = await set.run([...ask, '--model', profile]);
  expect(JSON.parse(ran.stdout)).toMatchObject({ model: profile, slots: SLOTS, sentinels: 0 });
  expect(ran.stderr).toContain(`${SLOTS} jobs at once, not 100`);
  expect(set.account.refusals()).toEqual([]);
  expect([...actions()]).toEqual(expect.arrayContaining(['bedrock:GetInferenceProfile', 'servicequotas:ListServiceQuotas']));
});

test('a run by the profile is answered, within the slots of the account and by the policies of caller and role', async () => {
  let isOver = false;
  const ended = set.run(['run', 'in.csv', '--model', profile, '--prompt', 'Classify: {text}', '--yes', '--json']).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await set.account.clock.idle();
    await set.account.clock.advance(MINUTE_MS);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  const { stdout } = await ended;
  const told = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(told).toMatchObject({ state: 'ended', succeeded: 60, model: profile, jobs: { slots: SLOTS } });
  expect(set.account.refusals()).toEqual([]);
});

test('who may read neither plans by the catalogue, and is told what a profile needs', async () => {
  const blind = await set.without('servicequotas:ListServiceQuotas', 'ModelsOfProfiles');
  const planned = await set.run([...ask, '--model', MODEL], blind);
  expect(JSON.parse(planned.stdout)).toMatchObject({ slots: 100 });
  expect(planned.stderr).not.toContain('Service Quotas');
  const refused = await set.run([...ask, '--model', profile], blind);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('bedrock:GetInferenceProfile');
  expect(refused.stderr).toContain('--family NAME');
});

test('a Service Quotas that has nothing of Bedrock says so', async () => {
  const log = mkdtempSync(join(tmpdir(), 'batchrock-limits-'));
  const moto = await startMoto((await openMotoEnvironment()).bin, log);
  try {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const read = readQuotas({ endpoint: moto.url, region: 'us-east-1', credentials });
    await expect(read).rejects.toMatchObject({ kind: 'service' });
  } finally {
    await moto.close();
    rmSync(log, { recursive: true, force: true });
  }
});
