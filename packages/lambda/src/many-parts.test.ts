import { type PartRef, stopRun } from '@batchrock/core';
import { memoryPorts } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { kick } from './kick-job/kick.ts';
import { csvRows, eventOf, INPUT, Orchestrator, sqsEvent } from './testing/orchestrator.ts';

// A run of thousands of parts has thousands of events: each may cost what it costs with a few, or all cost with the square.

const MINUTE = 60_000;
const SLOTS = 5;
/** More than what is read as a whole because it is little. */
const FEW = 120;
const MANY = 600;

/** What was asked of ledger, bucket and service. */
interface Cost {
  readonly calls: number;
  /** Of the items that the ledger gave. */
  readonly kilobytes: number;
}

/** A run of so many parts with five jobs, which end a minute after another. */
async function followed(parts: number): Promise<{ readonly world: Orchestrator; readonly run: string }> {
  const ports = memoryPorts({ script: (_, index) => ({ durationMs: (index + 1) * MINUTE }) });
  // as DynamoDB has it
  ports.ledger.isMetered = true;
  const world = new Orchestrator({}, ports);
  world.settings = { ...world.settings, maxJobs: SLOTS };
  world.datasets.set(INPUT.s3_uri, csvRows(parts * INPUT.max_records_per_job));
  const { run, parts: made } = await world.prepare();
  expect(made).toBe(parts);
  await world.follow(run);
  return { world, run };
}

/** Counts what is asked of the ledger and the bucket meanwhile. */
async function costOf({ ports: { ledger, objects } }: Orchestrator, work: () => Promise<unknown>): Promise<Cost> {
  let calls = 0;
  let bytes = 0;
  const count = ({ moment }: { readonly moment: string }): void => void (calls += moment === 'before' ? 1 : 0);
  const { get, page } = ledger;
  const weigh = <T>(found: T): T => {
    bytes += JSON.stringify(found)?.length ?? 0;
    return found;
  };
  ledger.get = async (...given) => weigh(await get.apply(ledger, given));
  ledger.page = async (...given) => weigh(await page.apply(ledger, given));
  for (const port of [ledger, objects]) port.hook = count;
  await work();
  for (const port of [ledger, objects]) port.hook = undefined;
  Object.assign(ledger, { get, page });
  return { calls, kilobytes: bytes / 1_000 };
}

/** The event of the n-th job, at the minute of its end. */
async function endOf(world: Orchestrator, job: number): Promise<Cost> {
  await world.ports.clock.advance(MINUTE);
  const { jobArn, spec } = world.ports.service.jobs[job] ?? {};
  return costOf(world, () => kick(world.engine, sqsEvent([eventOf(jobArn ?? '', spec?.jobName ?? '')])));
}

function collectNext(world: Orchestrator): Promise<Cost> {
  const part = world.messages.shift() as PartRef;
  return costOf(world, () => world.collect(part));
}

async function costsOfRun(parts: number): Promise<Readonly<Record<string, Cost>>> {
  const { world, run } = await followed(parts);
  const event = await endOf(world, 0);
  expect(world.ports.service.jobs).toHaveLength(SLOTS + 1);
  const output = await collectNext(world);
  const sweep = await costOf(world, () => world.sweep());
  await stopRun(world.ports, run, 'drain');
  await endOf(world, 1);
  return { event, output, sweep, 'output of a run that stops': await collectNext(world) };
}

async function costsOfRefused(parts: number): Promise<Readonly<Record<string, Cost>>> {
  const { world } = await followed(parts);
  world.ports.service.refusals.push({ reason: 'denied' });
  const refusal = await endOf(world, 0);
  expect(world.ports.service.jobs).toHaveLength(SLOTS);
  const output = await collectNext(world);
  expect(world.tasks.get('token')).toBe('waiting');
  return { refusal, 'output of a run that is refused': output };
}

describe('with five times the parts', () => {
  it.each([
    ['an event, an output and a sweep cost', costsOfRun],
    ['a refusal costs', costsOfRefused],
  ])('%s as much', async (_, costsOf) => {
    const [few, many] = [await costsOf(FEW), await costsOf(MANY)];
    for (const [step, cost] of Object.entries(many)) {
      expect(cost.calls, step).toBeLessThanOrEqual((few[step]?.calls ?? 0) + 1);
      expect(cost.kilobytes, step).toBeLessThan(1.1 * (few[step]?.kilobytes ?? 0));
    }
  });
});
