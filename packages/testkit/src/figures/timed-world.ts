import {
  builtInFamilies,
  CancelledError,
  type Clock,
  driveRun,
  ensureLane,
  type JobSpec,
  jobIdentity,
  type Ledger,
  objectKeys,
  partItem,
  type RunBody,
  type RunPorts,
  type RunSteps,
  runItem,
  writeText,
} from '@batchrock/core';
import { ajvSchemas } from 'batchrock/node';
import {
  identityCompression,
  MEMORY_LANE,
  MemoryObjectStore,
  MemoryScratch,
  memoryDocument,
  nodeDigest,
  seededRandom,
} from '../memory/index.ts';
import { LedgerState } from '../simulation/ledger-state.ts';
import { Scheduler } from '../simulation/scheduler.ts';
import { TimedService } from './timed-service.ts';

/** A run that is to be driven. */
export interface TimedRun {
  readonly run: string;
  /** Records of each part. */
  readonly parts: readonly number[];
  /** Default 0. */
  readonly arrivesAtMs?: number;
}

export interface TimedWorldOptions {
  readonly slots: number;
  /** When the job of a part ends that is created now, both in milliseconds since the epoch. */
  readonly endOf: (spec: JobSpec, now: number) => number;
  /** What collecting a part takes. */
  readonly collectMs?: number;
}

/**
 * The scheduler that ships, on a virtual clock: `driveRun` and all below it, over a service whose calls take their time. Only records are left out: a part is a number of them, and collecting it a pause.
 */
export class TimedWorld {
  readonly service: TimedService;
  /** When the first collecting ended; undefined: none has. Milliseconds since the epoch. */
  firstCollectedAt: number | undefined;
  readonly #scheduler = new Scheduler();
  readonly #state = new LedgerState();
  readonly #objects = new MemoryObjectStore();
  readonly #clock: Clock;
  readonly #options: TimedWorldOptions;
  readonly start: number;

  constructor(options: TimedWorldOptions) {
    this.#options = options;
    this.start = this.#scheduler.now;
    this.#clock = virtualClock(this.#scheduler);
    this.service = new TimedService(this.#clock, { quota: options.slots, endOf: options.endOf });
  }

  /** Drives runs to their ends, each by a process of its own from its arrival on. How long each took, in milliseconds. */
  async drive(runs: readonly TimedRun[]): Promise<readonly number[]> {
    const spans: number[] = [];
    const failures: unknown[] = [];
    const begin = async (run: TimedRun, index: number): Promise<void> => {
      const ports = this.#portsOf(index);
      const from = this.#clock.now();
      await this.#put(ports, run);
      const ended = await driveRun(ports, run.run, { steps: this.#steps() });
      if (ended.state !== 'ended') throw new Error(`run ${run.run} is ${ended.state}`);
      spans[index] = this.#clock.now() - from;
    };
    for (const [index, run] of runs.entries()) {
      this.#scheduler.after(run.arrivesAtMs ?? 0, () => void begin(run, index).catch((error) => failures.push(error)));
    }
    const isOver = () => failures.length > 0 || runs.every((_, index) => spans[index] !== undefined);
    await this.#scheduler.run(this.start + 365 * 24 * 3_600_000, isOver);
    if (failures.length > 0) throw failures[0];
    return spans;
  }

  /** Puts a run there as `prepareRun` leaves it, but for the records. */
  async #put(ports: RunPorts, { run: id, parts }: TimedRun): Promise<void> {
    const document = memoryDocument(ports, { run: id, parts: [], maxAttempts: 1 });
    await writeText(ports.objects, objectKeys.document(id), JSON.stringify(document));
    const { lane } = document;
    for (const [part, records] of parts.entries()) {
      const identity = { run: id, part, attempt: 1, namePrefix: 'batchrock', parameters: String(records) };
      const facts = {
        run: id,
        attempt: 1,
        part,
        lane,
        records,
        sentinels: 0,
        bytes: 100 * records,
        files: 1,
        xxh128: '0'.repeat(32),
      };
      const ordinals = { firstOrdinal: 0, lastOrdinal: records - 1, rejected: 0 };
      const body = { ...facts, ...ordinals, ...jobIdentity(ports.digest, identity), state: 'ready' } as const;
      this.#state.commit([{ put: partItem(body), expect: 'absent' }], this.#scheduler.now);
    }
    const body: RunBody = {
      run: id,
      identity: document.identity,
      state: 'running',
      lane,
      source: document.source.name,
      modelId: document.model.modelId,
      createdAt: this.#clock.now(),
      attempt: 1,
      maxAttempts: 1,
      parts: [parts.length],
      rows: parts.reduce((sum, records) => sum + records, 0),
      rejected: 0,
      synthetic: true,
      seq: 0,
    };
    this.#state.commit([{ put: runItem(body), expect: 'absent' }], this.#scheduler.now);
    await ensureLane(ports, MEMORY_LANE, this.#options.slots);
  }

  #steps(): RunSteps {
    return {
      writeOutcomes: async (_ports, { part }) => {
        await this.#clock.sleep(this.#options.collectMs ?? 5_000);
        this.firstCollectedAt ??= this.#clock.now();
        return { succeeded: part.records, failed: 0, retryable: 0, missing: 0, truncated: 0 };
      },
      writeRetryParts: async () => [],
    };
  }

  #portsOf(process: number): RunPorts {
    return {
      clock: this.#clock,
      random: seededRandom(process + 1),
      digest: nodeDigest,
      ledger: quickLedger(this.#state, this.#clock),
      objects: this.#objects,
      service: this.service,
      compression: identityCompression,
      scratch: new MemoryScratch(),
      schemas: ajvSchemas,
      families: builtInFamilies,
    };
  }
}

function virtualClock(scheduler: Scheduler): Clock {
  return {
    now: () => scheduler.now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(new CancelledError());
        const abort = () => reject(new CancelledError());
        signal?.addEventListener('abort', abort, { once: true });
        scheduler.after(Math.max(0, ms), () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        });
      }),
  };
}

/** A ledger on the same machine answers at once, beside calls of the service that take a second. */
function quickLedger(state: LedgerState, clock: Clock): Ledger {
  return {
    get: async (key) => state.get(key),
    page: async (query) => state.page(query, () => clock.now()),
    commit: async (writes) => state.commit(writes, clock.now()),
  };
}
