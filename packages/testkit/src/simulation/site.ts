import { type BatchServiceFacts, builtInFamilies, type Item, type LaneBody, ledgerKeys, type RunPorts } from '@batchrock/core';
import { ajvSchemas } from 'batchrock/node';
import { identityCompression, MemoryScratch, nodeDigest } from '../memory/index.ts';
import { Bedrock } from './bedrock.ts';
import { DenialChecker } from './check-denials.ts';
import { JobChecker } from './check-jobs.ts';
import { LedgerChecker } from './check-ledger.ts';
import { watchObjects } from './check-objects.ts';
import { type Dataset, drawDataset } from './dataset.ts';
import { EventBus } from './events.ts';
import { ledgerPort } from './ledger-port.ts';
import { LedgerState, sealed } from './ledger-state.ts';
import { objectPort } from './object-port.ts';
import { ObjectState } from './object-state.ts';
import { Permissions } from './permissions.ts';
import type { Life } from './process.ts';
import { laneIn, withRegions } from './region-world.ts';
import { openRegions, portsAcross, type Region } from './regions.ts';
import { servicePort } from './service-port.ts';
import { Tail } from './tail.ts';
import { withTail } from './tail-world.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;

/** The one lane of a world. */
export const LANE = '123456789012/us-east-1/anthropic.claude-3-haiku-20240307-v1:0';

/** All that stands outside the processes of a world, with its checkers, and the ports that lead there. */
export class Site {
  readonly world: World;
  ledger = new LedgerState();
  readonly objects = new ObjectState();
  /** That of the first Region, which knows the jobs of all. */
  readonly bedrock: Bedrock;
  /** The others. */
  readonly regions: readonly Region[];
  readonly events: EventBus;
  readonly datasets: ReadonlyMap<string, Dataset>;
  /** Jobs that the account may have at once, and that the lane is opened with. */
  readonly quota: number;
  readonly ledgerChecker: LedgerChecker;
  readonly jobChecker: JobChecker;
  /** Only where tails go on demand. */
  readonly tail: Tail | undefined;
  /** Only where permissions are missing. */
  readonly permissions: Permissions | undefined;
  readonly denialChecker: DenialChecker | undefined;
  readonly #facts: BatchServiceFacts;
  readonly #blockBytes: number;

  constructor(world: World) {
    const rng = world.rng.fork('site');
    this.world = world;
    this.quota = rng.int(1, 5);
    this.#blockBytes = rng.pick([512, 4096, 65_536]);
    this.#facts = {
      tokenTrustMs: MINUTE,
      signatureMs: 5 * MINUTE,
      listSettleMs: 2 * MINUTE,
      outputSettleMs: rng.pick([2, 10, 30]) * MINUTE,
    };
    this.permissions = world.denials && new Permissions(world, world.denials);
    const { permissions } = this;
    const { outputSettleMs } = this.#facts;
    this.bedrock = new Bedrock(world, this.objects, { quota: this.quota, outputSettleMs, permissions });
    this.events = new EventBus(world);
    this.bedrock.onStatus = (job, status) => this.events.tell(job, status);
    this.regions = openRegions(world, this.bedrock, { outputSettleMs, permissions });
    for (const { bedrock } of this.regions) bedrock.onStatus = (job, status) => this.events.tell(job, status);
    this.datasets = drawDatasets(world, this.objects.uri, this.quota);
    this.ledgerChecker = new LedgerChecker(world.trace, this.ledger);
    const services = [this.bedrock, ...this.regions.map(({ bedrock }) => bedrock)] as const;
    this.jobChecker = new JobChecker(world, services, this.ledgerChecker, this.datasets);
    this.denialChecker = permissions && new DenialChecker(this);
    this.ledger.afterCommit = () => this.#judgeCommit();
    watchObjects(this.objects, world.trace);
    this.tail = world.tail && new Tail(this, world.tail);
  }

  /** Everything that a process needs from outside, for one life of it. */
  portsFor(life: Life): RunPorts {
    const ports: RunPorts = {
      clock: life.clock,
      random: { next: () => life.rng.next() },
      digest: nodeDigest,
      ledger: ledgerPort(life, this.ledger),
      objects: objectPort(life, this.objects, this.#blockBytes),
      service: servicePort(life, this.bedrock, this.#facts),
      compression: identityCompression,
      scratch: new MemoryScratch(),
      schemas: ajvSchemas,
      families: builtInFamilies,
    };
    const { regions } = this;
    const across = { life, home: this, regions, facts: this.#facts, blockBytes: this.#blockBytes };
    const all = regions.length === 0 ? ports : { ...ports, ...portsAcross(across) };
    return this.tail?.portsOf(life, all) ?? all;
  }

  /** Every lane of the world, and how many slots it is opened with. */
  get lanes(): readonly (readonly [lane: string, quota: number])[] {
    return [[LANE, this.quota], ...this.regions.map(({ plan }) => [laneIn(LANE, plan.region), plan.quota] as const)];
  }

  /** The ledger is gone, and an empty one in its place. What is still under way goes to the one that nobody sees any more. */
  loseLedger(): void {
    this.world.trace.mark('ledger-lost');
    this.world.trace.note('world', 'the ledger is lost');
    this.ledger.onCommit = undefined;
    this.ledger.afterCommit = undefined;
    this.ledger = new LedgerState();
    this.ledgerChecker.startAnew(this.ledger);
    this.ledger.afterCommit = () => this.#judgeCommit();
  }

  #judgeCommit(): void {
    this.jobChecker.checkSlots();
    this.denialChecker?.look();
  }

  /** Puts a slot into the lane that no open part needs, as a bug or a person might. */
  leakSlot(): void {
    const { trace, scheduler } = this.world;
    const key = ledgerKeys.lane(LANE);
    const item = this.ledger.get(key) as Item<LaneBody> | undefined;
    if (item === undefined || item.body.holders.length >= item.body.limit) return;
    const run = [...this.datasets.keys()][0]!;
    const jobName = `sim-leak-${this.ledgerChecker.leaks.size}`;
    this.ledgerChecker.leaks.add(jobName);
    trace.note('world', `${jobName} holds a slot for nothing`);
    const holders = [...item.body.holders, { jobName, run, attempt: 9, part: 999 }];
    this.ledger.commit(sealed([{ put: { ...item, body: { ...item.body, holders } }, expect: item.version }]), scheduler.now);
  }

  /** At rest nobody but a leak holds a slot, and no job of ours lives (I9). */
  checkQuiet(): void {
    for (const lane of this.ledgerChecker.lanes.values()) {
      const held = lane.holders.filter((holder) => !this.ledgerChecker.leaks.has(holder.jobName));
      if (held.length > 0) this.world.trace.violate('I9', `at rest ${held[0]!.jobName} holds a slot`);
    }
    const live = this.bedrock.liveJobs()[0];
    if (live !== undefined) this.world.trace.violate('I9', `at rest job ${live.index} lives`);
  }

  /** Two sweeps later no leak is left either (I9). */
  checkNoSlots(): void {
    for (const lane of this.ledgerChecker.lanes.values()) {
      if (lane.holders.length > 0) this.world.trace.violate('I9', `two sweeps have left ${lane.holders[0]!.jobName} its slot`);
    }
  }

  /** As many attempts as the ledger allows in the end: a run that was stopped and resumed may get more. */
  maxAttemptsOf({ document }: Dataset): number {
    const run = [...this.ledgerChecker.runs.values()].find((one) => one.run === document.run);
    return run?.maxAttempts ?? document.maxAttempts;
  }

  /** True when every run has ended. */
  get hasEnded(): boolean {
    const { runs } = this.ledgerChecker;
    if (runs.size !== this.datasets.size) return false;
    // asked at every step
    for (const { state } of runs.values()) if (state !== 'ended') return false;
    return true;
  }
}

function drawDatasets(world: World, storeUri: string, quota: number): Map<string, Dataset> {
  const rng = world.rng.fork('datasets');
  const count = rng.chance(0.3) ? 2 : 1;
  const datasets = new Map<string, Dataset>();
  for (let i = 0; i < count; i++) {
    const run = `r-sim00000${i}a`;
    const drawn = drawDataset(rng, { run, lane: LANE, storeUri, quota });
    const document = withRegions(
      world.tail === undefined ? drawn.document : withTail(drawn.document, world.tail, world.rng.fork(`tail of ${run}`)),
      world.regions,
    );
    datasets.set(run, { ...drawn, document });
  }
  return datasets;
}
