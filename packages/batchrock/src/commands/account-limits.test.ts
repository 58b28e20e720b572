import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { afterTest } from '../../test/after-test.ts';
import { cli, folderWith, jobsOf, localServer, spawnCli } from '../../test/cli-harness.ts';

const MODEL = 'amazon.nova-lite-v1:0';
const PROMPT = ['--prompt', 'Classify the sentiment of: {text}'];
const ROWS = 400;
const dataset = `id,text\n${Array.from({ length: ROWS }, (_, i) => `${i},fine ${i}\n`).join('')}`;
const TOLD =
  'Service Quotas has other limits of Nova Lite than the catalogue: 7 jobs at once, not 100; 10 records a job at least, not 100';

const folder = (files: Readonly<Record<string, string>> = {}) => folderWith({ 'in.csv': dataset, ...files });

/** A server of an account whose quotas are not those of the catalogue. */
const account = () => localServer({ maxJobs: 7, minRecords: 10 });

async function plan(cwd: string, url: string, ...more: readonly string[]) {
  const argv = ['plan', 'in.csv', '--endpoint-url', url, ...PROMPT, '--json', ...more];
  const { code, stdout, stderr } = await cli(more.includes('--model') ? argv : [...argv, '--model', MODEL], { cwd });
  return { code, stderr, plan: code === 0 ? JSON.parse(stdout) : undefined };
}

/** Makes an application profile of the account that leads where this one does. */
async function profileOf(url: string, copyFrom: string) {
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${url}/inference-profiles${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    return (await answer.json()) as { readonly inferenceProfileArn?: string };
  };
  const made = await call('POST', '', { inferenceProfileName: 'team', modelSource: { copyFrom } });
  const arn = made.inferenceProfileArn ?? '';
  return { arn, remove: () => call('DELETE', `/${encodeURIComponent(arn)}`) };
}

describe('limits of an account', () => {
  it('are those of Service Quotas, for plan and run alike, which say so where the catalogue says otherwise', async () => {
    const server = await account();
    const cwd = folder();
    const planned = await plan(cwd, server.url);
    expect(planned.stderr).toContain(TOLD);
    expect(planned.plan).toMatchObject({ slots: 7, parts: 14, sentinels: 0 });
    const ran = await cli(['run', 'in.csv', '--endpoint-url', server.url, '--model', MODEL, ...PROMPT, '--json'], { cwd });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain(TOLD);
    expect(JSON.parse(ran.stdout)).toMatchObject({ succeeded: ROWS, jobs: { slots: 7, total: 14 } });
    expect(await jobsOf(server)).toHaveLength(14);
  });

  it('give way to what the caller says: --slots, and a catalogue of his own', async () => {
    const server = await account();
    const cwd = folder({ 'own.json': JSON.stringify({ models: [{ id: MODEL, limits: { maxJobs: 3 } }] }) });
    const bySlots = await plan(cwd, server.url, '--slots', '4');
    expect(bySlots.plan.slots).toBe(4);
    expect(bySlots.stderr).toContain('than the catalogue: 10 records a job at least, not 100');
    const byCatalogue = await plan(cwd, server.url, '--catalogue', 'own.json');
    expect(byCatalogue.plan.slots).toBe(3);
    expect(byCatalogue.stderr).not.toContain('at once');
  });

  it('are the catalogue’s, and nothing is said, where nobody may read them or nothing differs', async () => {
    const cwd = folder();
    const same = await plan(cwd, (await localServer()).url);
    expect(same).toMatchObject({ code: 0, plan: { slots: 100 } });
    expect(same.stderr).not.toContain('Service Quotas');
    const refusing = createServer((_, response) => {
      response.writeHead(400, { 'x-amzn-errortype': 'AccessDeniedException' }).end('{}');
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    afterTest(() => new Promise<void>((resolve) => void refusing.close(() => resolve())));
    const denied = await plan(cwd, `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`);
    expect(denied).toMatchObject({ code: 0, plan: { slots: 100 } });
    expect(denied.stderr).not.toContain('Service Quotas');
  });

  it('follow a quota that was raised, when a run is given again', async () => {
    const dir = folderWith();
    const cwd = folder();
    const run = async (maxJobs: number, port?: number) => {
      const server = await localServer({ dir, maxJobs, ...(port !== undefined && { port }) });
      const argv = ['run', 'in.csv', '--endpoint-url', server.url, '--model', MODEL, ...PROMPT, '--json'];
      const { stdout } = await cli(argv, { cwd });
      await server.close();
      return { port: server.port, ran: JSON.parse(stdout) };
    };
    const first = await run(2);
    expect(first.ran).toMatchObject({ jobs: { slots: 2 } });
    const again = await run(3, first.port);
    expect(again.ran).toMatchObject({ run: first.ran.run, jobs: { slots: 3 } });
  });
});

describe('an application profile', () => {
  it('is run as the model that it leads to: family, price, limits and lane', async () => {
    const server = await account();
    const cwd = folder();
    const { arn } = await profileOf(server.url, `arn:aws:bedrock:us-east-1:000000000000:inference-profile/us.${MODEL}`);
    const planned = await plan(cwd, server.url, '--model', arn);
    const direct = await plan(cwd, server.url, '--model', `us.${MODEL}`);
    expect(planned.plan).toEqual({ ...direct.plan, model: arn });
    expect(planned.stderr).toContain(TOLD);
    const ran = await cli(['run', 'in.csv', '--endpoint-url', server.url, '--model', arn, ...PROMPT, '--json'], { cwd });
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ succeeded: ROWS, jobs: { slots: 7 } });
    expect(ran.stderr).not.toContain('does not tell');
  });

  it('is refused where nobody says its model, with what to do; a family is enough then', async () => {
    const server = await account();
    const cwd = folder();
    const { arn, remove } = await profileOf(server.url, `arn:aws:bedrock:us-east-1::foundation-model/${MODEL}`);
    await remove();
    const refused = await plan(cwd, server.url, '--model', arn);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('BR-E0105');
    expect(refused.stderr).toContain('does not tell which model stands behind it, and');
    expect(refused.stderr).toContain('bedrock:GetInferenceProfile');
    expect(refused.stderr).toContain('--family NAME');
    const offline = await cli(['plan', 'in.csv', '--model', arn, ...PROMPT], { cwd });
    expect(offline.code).toBe(2);
    expect(offline.stderr).toContain('--family NAME');
    const spoken = await plan(cwd, server.url, '--model', arn, '--family', 'nova');
    expect(spoken).toMatchObject({ code: 0, plan: { slots: 100 } });
  });
});

it('an account on AWS is asked once a day, and once for a profile', async () => {
  const server = await account();
  const cwd = folder();
  const { arn } = await profileOf(server.url, `arn:aws:bedrock:us-east-1::foundation-model/${MODEL}`);
  const where = ['--bucket', 'of-runs', '--role-arn', 'arn:aws:iam::123456789012:role/jobs', '--region', 'us-east-1'];
  const env = { AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const planned = () => spawnCli(['plan', 'in.csv', '--model', arn, ...where, ...PROMPT, '--json'], { cwd, env }).ended;
  const first = await planned();
  expect(first.code).toBe(0);
  expect(first.stderr).toContain(TOLD);
  await server.close();
  const second = await planned();
  expect(second).toEqual(first);
});
