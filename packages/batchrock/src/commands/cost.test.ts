import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';
import { costDocument, renderCost, renderCosts } from '../render/cost-text.ts';
import type { CostReport } from '../sdk/cost/cost-report.ts';
import { readCost } from '../sdk/cost/read-cost.ts';
import { openSession } from '../sdk/session.ts';

const csv = (rows: number): string => `id,text\n${Array.from({ length: rows }, (_, i) => `${i},text number ${i}\n`).join('')}`;

/** USD for a million tokens of the model, on demand; batch inference is half of it (prices.ts). */
const IN = 0.25;
const OUT = 1.25;

interface Tokens {
  input: number;
  output: number;
}

interface JobRow {
  readonly attempt: number;
  readonly part: number;
  readonly jobArn: string;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly manifest: { readonly inputTokens: number; readonly outputTokens: number } | null;
}

/** A server and a folder with a dataset; `ask` runs a command and reads its document. */
async function world(rows: number, faults = {}) {
  const server = await localServer({ faults });
  const cwd = folderWith({ 'in.csv': csv(rows) });
  const ask = async (...argv: readonly string[]) => JSON.parse((await cli([...argv, '--json'], { cwd })).stdout);
  const question = ['in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url];
  const run = (...more: readonly string[]) => ask('run', ...question, ...more);
  return { server, cwd, ask, run };
}

type World = Awaited<ReturnType<typeof world>>;

/** What lies in the folder of a job, past all code of ours: tokens of the records, of the padding, and of the manifest. */
async function jobOnServer({ server }: World, run: string, { attempt, part, jobArn }: JobRow) {
  const name = `${String(part).padStart(5, '0')}-${attempt}`;
  const folder = `${server.url}/batchrock-local/runs/${run}/output/${name}/${jobArn.slice(-12)}/`;
  const own: Tokens = { input: 0, output: 0 };
  const padding: Tokens = { input: 0, output: 0 };
  const text = await (await fetch(`${folder}000.jsonl.out`)).text();
  for (const line of text.trimEnd().split('\n')) {
    const { recordId, modelOutput } = JSON.parse(line);
    const sum = recordId.slice(2, 7) === 'zzzzz' ? padding : own;
    sum.input += modelOutput?.usage.input_tokens ?? 0;
    sum.output += modelOutput?.usage.output_tokens ?? 0;
  }
  const manifest: { inputTokenCount: number; outputTokenCount: number } = JSON.parse(
    await (await fetch(`${folder}manifest.json.out`)).text(),
  );
  return { folder, own, padding, manifest };
}

const batchUsd = ({ input, output }: Tokens): number => (input * IN + output * OUT) / 2e6;

describe('batchrock cost', () => {
  test('tells tokens of answers and of manifests as they lie in the bucket, and says that padding makes the difference', async () => {
    const here = await world(30);
    const { run } = await here.run();
    const { runs, total } = await here.ask('cost');
    const [report] = runs;
    expect(report).toMatchObject({ run, synthetic: true, rows: 30, succeeded: 30, padding: { records: 70 }, unread: null });
    const { own, padding, manifest } = await jobOnServer(here, run, report.jobs[0]);
    expect(own.input).toBeGreaterThan(0);
    expect(padding.output).toBeGreaterThan(0);
    expect(report).toMatchObject({
      inputTokens: own.input,
      outputTokens: own.output,
      manifest: { jobs: 1, without: 0, inputTokens: manifest.inputTokenCount, outputTokens: manifest.outputTokenCount },
      difference: { inputTokens: padding.input, outputTokens: padding.output, causes: ['padding'] },
    });
    const billed = batchUsd(own) + batchUsd(padding);
    expect(report.cost.batch).toBeCloseTo(batchUsd(own), 7);
    expect(report.padding.batch).toBeCloseTo(batchUsd(padding), 7);
    expect(report.cost.billed).toBeCloseTo(billed, 7);
    expect(report.cost.onDemand).toBeCloseTo(2 * batchUsd(own), 7);
    expect(report.cost.saved).toBeCloseTo(2 * batchUsd(own) - billed, 7);
    expect(report.cost.perThousandRows).toBeCloseTo((billed / 30) * 1000, 6);
    expect(report.cost).toMatchObject({ currency: 'USD', priceDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
    // what every other command says of it
    expect((await here.ask('status')).cost.batch).toBe(report.cost.batch);
    // nobody paid for it
    expect(total).toMatchObject({ runs: 0, synthetic: 1, billed: null });

    const said = (await cli(['cost', run, '--jobs'], { cwd: here.cwd })).stdout;
    expect(said).toContain('paid       $0.00: synthetic, no model has seen the rows');
    expect(said).toMatch(/differ by \+\d+ in, \+[\d,]+ out: padding of jobs below the minimum/);
    expect(said).toContain(report.jobs[0].jobArn.slice(-12));
    expect(said).not.toMatch(/undefined|NaN/);
  });

  test('tells each attempt, what was sent again, and every run with their sum', async () => {
    const here = await world(230, { recordFail: 0.2, recordCodes: [503], seed: 7 });
    const { run } = await here.run('--records-per-job', '115');
    const [report] = (await here.ask('cost', '--all')).runs;
    expect(report.attempts.length).toBeGreaterThan(1);
    const sums = new Map<number, Tokens>();
    for (const job of report.jobs) {
      const { own, manifest } = await jobOnServer(here, run, job);
      expect([job.inputTokens, job.outputTokens]).toEqual([own.input, own.output]);
      expect(job.manifest).toEqual({ inputTokens: manifest.inputTokenCount, outputTokens: manifest.outputTokenCount });
      const sum = sums.get(job.attempt) ?? { input: 0, output: 0 };
      sums.set(job.attempt, { input: sum.input + own.input, output: sum.output + own.output });
    }
    for (const each of report.attempts) {
      const sum = sums.get(each.attempt) as Tokens;
      expect(each).toMatchObject({ inputTokens: sum.input, outputTokens: sum.output });
      expect(each.batch).toBeCloseTo(batchUsd(sum), 7);
    }
    const again = report.attempts.slice(1);
    expect(report.retries.records).toBe(again.reduce((all: number, each: { records: number }) => all + each.records, 0));
    expect(report.retries.batch).toBeCloseTo(
      again.reduce((all: number, each: { batch: number }) => all + each.batch, 0),
      7,
    );
    // each row's tokens are in its answer
    const rows = readFileSync(join(here.cwd, 'in.results.jsonl'), 'utf8').trimEnd().split('\n');
    const output = rows.reduce((all, row) => all + (JSON.parse(row).output_tokens ?? 0), 0);
    expect(report.outputTokens).toBe(output);
    expect((await cli(['cost', '--all'], { cwd: here.cwd })).stdout).toMatch(/^RUN .*BILLED +ON DEMAND +SAVED\n.*\*[\s\S]*paid/);
  });

  test('goes by the answers where a manifest is gone, and by the ledger where the bucket is', async () => {
    const here = await world(30);
    const { run } = await here.run();
    const [before] = (await here.ask('cost')).runs;
    const { folder } = await jobOnServer(here, run, before.jobs[0]);
    expect((await fetch(`${folder}manifest.json.out`, { method: 'DELETE' })).ok).toBe(true);
    const [without] = (await here.ask('cost')).runs;
    expect(without).toMatchObject({ manifest: { jobs: 0, without: 1, inputTokens: null }, difference: null });
    expect(without.cost.billed).toBe(without.cost.batch);
    // what the padding cost nobody knows any more
    expect(without.padding).toEqual({ records: 70, batch: null });
    await here.server.close();
    const ran = await cli(['cost', '--json'], { cwd: here.cwd });
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('manifests could not be read: BR-E05') });
    const [report] = JSON.parse(ran.stdout).runs;
    expect(report).toMatchObject({ cost: { batch: before.cost.batch }, unread: { code: expect.any(String) } });
  });

  test('tells what the cache and the same requests saved', async () => {
    const here = await world(120);
    const first = await here.run('--cache');
    const [paid] = (await here.ask('cost')).runs;
    await here.run('--cache', '--new', '--out', 'again.jsonl');
    const [free] = (await here.ask('cost')).runs;
    expect(free).toMatchObject({ succeeded: 120, cached: { rows: 120 }, cost: { batch: 0, billed: 0, perThousandRows: 0 } });
    expect(free.run).not.toBe(first.run);
    expect(free.cached.saved).toBeCloseTo(paid.cost.batch, 7);
    // a table of all does not say it, and reads none of those answers
    await here.server.close();
    const all = await cli(['cost', '--all'], { cwd: here.cwd });
    expect(all.code).toBe(0);
    expect(all.stderr).toContain(`run ${first.run}: manifests could not be read`);
    expect(all.stderr).not.toContain(free.run);

    const same = await world(0);
    const twice = folderWith({
      'in.csv': `id,text\n${Array.from({ length: 180 }, (_, i) => `${i},text ${i % 120}\n`).join('')}`,
    });
    const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--dedupe=run', '--endpoint-url', same.server.url];
    expect((await cli(argv, { cwd: twice })).code).toBe(0);
    const [half] = JSON.parse((await cli(['cost', '--json'], { cwd: twice })).stdout).runs;
    expect(half).toMatchObject({ succeeded: 180, duplicates: { rows: 60 } });
    // half as many as were sent
    expect(half.duplicates.saved).toBeCloseTo(half.cost.batch / 2, 7);
    expect((await cli(['cost'], { cwd: twice })).stdout).toMatch(/same +60 rows not sent \(--dedupe\): ~\$/);
  });

  test('says that a price is unknown, and never that it is nothing', async () => {
    const here = await world(100);
    await here.ask('run', 'in.csv', '--model', 'zai.glm-4.7', '--prompt', '{text}', '--endpoint-url', here.server.url);
    const [report] = (await here.ask('cost')).runs;
    expect(report.inputTokens).toBeGreaterThan(0);
    expect(Object.values({ ...report.cost, currency: null })).toEqual([null, null, null, null, null, null, null, null]);
    expect(report).toMatchObject({ retries: { batch: null }, cached: { saved: null }, jobs: [{ batch: null }] });
    for (const argv of [['cost'], ['cost', '--all']]) {
      const { stdout } = await cli(argv, { cwd: here.cwd });
      expect(stdout).toContain('price unknown');
      expect(stdout).not.toMatch(/on demand +\$|saves/);
    }
  });

  test('says once whose answers they are, and what padding cost more than batch inference saved', async () => {
    const here = await world(2);
    await here.run();
    // a tag makes it another target at the same server
    await here.run('--tag', 'team=search', '--new', '--out', 'again.jsonl');
    const all = await cli(['cost', '--all'], { cwd: here.cwd });
    expect(all.stderr.match(/answers are synthetic/g)).toHaveLength(1);
    expect(all.stdout).toMatch(/^r-\w+\* .* (-\$0\.\d{4}|>-\$0\.0001)$/m);
  });

  test('adds up the runs that were paid for', async () => {
    const here = await world(30);
    await here.run();
    const session = await openSession({ stateDir: join(here.cwd, 'state'), env: {} });
    const local = await readCost(session);
    await session.close();
    const paid: CostReport = { ...local, status: { ...local.status, synthetic: false } };
    expect(costDocument([paid, local, paid])).toMatchObject({ total: { runs: 2, synthetic: 1, unknown: 0 } });
    const { total } = costDocument([paid, local, paid]) as { total: { billed: number } };
    expect(total.billed).toBeCloseTo(2 * (paid.billedUsd as number), 7);
    expect(renderCosts([paid, local]).join('\n')).toMatch(/\n1 run: \$[\d.]+ billed/);
    expect(renderCost(paid).join('\n')).not.toContain('synthetic');
    const unknown = { ...paid, billedUsd: undefined };
    expect(costDocument([unknown])).toMatchObject({ total: { runs: 0, unknown: 1, billed: null } });
  });

  test('refuses what it cannot tell', async () => {
    const cwd = folderWith();
    expect(await cli(['cost'], { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0201') });
    expect(await cli(['cost', 'r-none'], { cwd })).toMatchObject({ code: 2, stdout: '' });
    const both = await cli(['cost', 'r-1', '--all'], { cwd });
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0112') });
    expect(await cli(['cost', '--all'], { cwd })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('no runs'),
    });
  });
});
