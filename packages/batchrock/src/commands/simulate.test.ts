import { describe, expect, test } from 'vitest';
import { cli, folderWith, MODEL } from '../../test/cli-harness.ts';

interface Shown {
  readonly system: string;
  readonly partRecords: number;
  readonly atOnce: number;
  readonly jobs: number;
  readonly minutes: { readonly p10: number; readonly p50: number; readonly p90: number };
  readonly overBound: number;
  readonly slotUse: number;
  readonly unanswered: number;
  readonly costUsd: number | null;
}

const MILLION = ['simulate', '--records', '1000000'];

async function simulated(...more: string[]) {
  const ran = await cli([...MILLION, ...more, '--json'], { cwd: folderWith() });
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  const document = JSON.parse(ran.stdout) as { readonly systems: readonly Shown[]; readonly [field: string]: unknown };
  const of = (name: string) => document.systems.find((each) => each.system === name) as Shown;
  return { document, ours: of('batchrock'), map: of('fixed-map'), poll: of('slow-poll') };
}

describe('simulate', () => {
  test('takes the limits and the price of a model from a catalogue of the folder that it is called in', async () => {
    const price = { input: 1, output: 2, date: '2026-11-22' };
    const models = [{ id: 'acme.chat-1', family: 'converse', price, limits: { maxJobs: 7 } }];
    const cwd = folderWith({ 'models.json': JSON.stringify({ models }) });
    const argv = [...MILLION, '--model', 'acme.chat-1', '--catalogue', 'models.json', '--json'];
    const { stdout } = await cli(argv, { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ model: 'acme.chat-1', regions: [{ slots: 7 }] });
  });

  test('shows three ways side by side, in a table of figures', async () => {
    const { code, stdout, stderr } = await cli([...MILLION, '--part-size', '10000', '--slots', '20', '--model', MODEL], {
      cwd: folderWith(),
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^records {3}1,000,000 of 500 input and 256 output tokens each$/m);
    expect(stdout).toMatch(/^ +A JOB +JOBS +AT ONCE +TIME +OVER BOUND +SLOTS USED +COST$/m);
    for (const name of ['batchrock', 'fixed Map', '15-minute poll']) {
      expect(stdout).toMatch(
        new RegExp(
          `^${name} +10,000 +100 +20 +[23] h( \\d+ min)?–[234] h( \\d+ min)? +1\\.\\d\\d +\\d\\d % +\\$\\d+\\.\\d\\d$`,
          'm',
        ),
      );
    }
    expect(stderr).toContain('OVER BOUND');
    expect(stdout + stderr).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('is the same each time, and another with another seed', async () => {
    const [once, again, other] = [await simulated(), await simulated(), await simulated('--seed', '2')];
    expect(again.document).toEqual(once.document);
    expect(other.ours.minutes).not.toEqual(once.ours.minutes);
  });

  test('says how much each loses with parts of one size', async () => {
    const { ours, map, poll } = await simulated('--part-size', '10000', '--slots', '20');
    expect(ours.overBound).toBeLessThan(1.2);
    expect(map.overBound).toBeLessThan(1.2);
    expect(poll.overBound).toBeGreaterThan(1.4);
    expect(ours.minutes.p10).toBeLessThan(ours.minutes.p50);
    expect(ours.costUsd).toBeNull();
  });

  test('takes limits, quota and price from the model, and what is left to each from each', async () => {
    const { ours, map, document } = await simulated('--model', MODEL, '--expect-output-tokens', '200');
    expect(document['model']).toBe(MODEL);
    expect([ours.atOnce, ours.partRecords]).toEqual([100, 5_000]);
    expect([map.atOnce, map.partRecords]).toEqual([20, 1_000]);
    // 0.125 and 0.625 USD a million tokens by batch inference
    expect(ours.costUsd).toBeCloseTo(500 * 0.125 + 200 * 0.625, 6);
  });

  test('counts what is left without an answer where nothing is sent again', async () => {
    const { ours, poll } = await simulated('--retry-share', '5%', '--slots', '20');
    expect(ours.unanswered).toBeLessThan(1_000);
    expect(poll.unanswered).toBeGreaterThan(45_000);
  });

  test('knows Regions that differ, and says what several mean', async () => {
    const { ours, document } = await simulated('--regions', 'us-east-1=20,us-west-2=20@400+20');
    expect(ours.atOnce).toBe(40);
    expect(document['regions']).toMatchObject([
      { name: 'us-east-1', slots: 20, service: { startMinutes: 10, recordsPerMinute: 600 } },
      { name: 'us-west-2', slots: 20, service: { startMinutes: 30, recordsPerMinute: 400 } },
    ]);
    const plain = await cli([...MILLION, '--regions', 'a=1,b=2'], { cwd: folderWith() });
    expect(plain.stderr).toContain('a run has one today');
  });

  test.each([
    [['simulate'], /BR-E0112.*--records/s],
    [['simulate', '--records', '0'], /BR-E0112.*whole number from 1/s],
    [[...MILLION, '--part-size', '50'], /BR-E0120 a job of 50 records is not possible: the service takes 100 to 100000/],
    [[...MILLION, '--part-size', '200000'], /BR-E0120 a job of 200000 records/],
    [[...MILLION, '--regions', 'us-east-1'], /BR-E0112.*NAME=SLOTS, such as us-east-1=20/s],
    [[...MILLION, '--regions', 'a=1,a=2'], /BR-E0112.*a is given twice/s],
    [[...MILLION, '--regions', 'a=1', '--slots', '2'], /BR-E0112 both --slots and --regions/],
    [[...MILLION, '--model', 'no.such-model'], /BR-E0105/],
  ])('refuses %j and says what is allowed', async (argv, message) => {
    const { code, stdout, stderr } = await cli(argv, { cwd: folderWith() });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});
