import { CancelledError, type Clock } from '@batchrock/core';
import type { Rng } from './random.ts';
import type { World } from './world.ts';

/** What a process does from its start; dropped wherever it stands when the process crashes. */
export type Program = (life: Life) => Promise<void>;

/**
 * One life of a process, from boot to crash. What belongs to an earlier life never runs again: its promises stay pending
 * and its timers are dropped. While frozen it does nothing, but what it has sent goes its way and replies wait for it.
 */
export class Life {
  readonly name: string;
  readonly epoch: number;
  readonly rng: Rng;
  /** For what is drawn of each call, whether anything goes wrong or not. */
  readonly wire: Rng;
  readonly world: World;
  readonly #process: SimProcess;

  constructor(process: SimProcess, epoch: number) {
    this.#process = process;
    this.world = process.world;
    this.epoch = epoch;
    this.name = `${process.name}.${epoch}`;
    this.rng = process.world.rng.fork(this.name);
    this.wire = process.world.rng.fork(`wire of ${this.name}`);
  }

  /** The process of which this is one life. */
  get owner(): string {
    return this.#process.name;
  }

  get alive(): boolean {
    return this.#process.epoch === this.epoch && this.#process.running;
  }

  /** Until when it stands still; in the past for a process that runs. */
  get frozenUntil(): number {
    return this.#process.frozenUntil;
  }

  /** Lets the process act: now, when it thaws, or never. */
  deliver(act: () => void): void {
    if (!this.alive) return;
    const { scheduler } = this.world;
    if (this.#process.isSuspended) {
      this.#process.held.push(() => this.deliver(act));
      return;
    }
    if (scheduler.now < this.#process.frozenUntil) {
      scheduler.at(this.#process.frozenUntil, () => this.deliver(act));
      return;
    }
    act();
  }

  /** Stops the process where it stands; it boots again later, with empty memory. */
  crash(why: string): void {
    if (!this.alive) return;
    this.#process.crash(why);
  }

  /** Stands still until then: a closed lid, a stopped process, a frozen sandbox. */
  freeze(ms: number): void {
    if (!this.alive) return;
    this.world.trace.mark('freeze');
    this.world.trace.note(this.name, `freezes for ${Math.round(ms / 1000)} s`);
    this.#process.frozenUntil = Math.max(this.#process.frozenUntil, this.world.scheduler.now + ms);
  }

  /** What waits under a signal: one listener for all of it, since a long run makes many calls under one signal. */
  readonly #waiting = new Map<AbortSignal, Set<() => void>>();

  /** Runs `act` when the signal aborts, unless the returned function is called before. */
  onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
    if (signal === undefined) return () => {};
    let waiting = this.#waiting.get(signal);
    if (waiting === undefined) {
      const all = new Set<() => void>();
      waiting = all;
      this.#waiting.set(signal, all);
      signal.addEventListener('abort', () => {
        this.#waiting.delete(signal);
        for (const each of [...all]) each();
      });
    }
    const set = waiting;
    set.add(act);
    return () => void set.delete(act);
  }

  /** A nap has a signal of its own, which nobody aborts once it is over. */
  #forget(signal: AbortSignal | undefined): void {
    if (signal !== undefined && this.#waiting.get(signal)?.size === 0) this.#waiting.delete(signal);
  }

  /** Its own clock: wakes only while it lives and is not frozen. */
  readonly clock: Clock = {
    now: () => this.world.scheduler.now + this.#process.skewMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(new CancelledError());
          return;
        }
        const ignore = this.onAbort(signal, () => reject(new CancelledError()));
        this.world.scheduler.after(Math.max(0, ms), () =>
          this.deliver(() => {
            ignore();
            this.#forget(signal);
            resolve();
          }),
        );
      }),
  };
}

/** How a process differs from others. */
export interface ProcessOptions {
  readonly skewMs?: number;
  /** It does not boot again after a crash; this is told instead. */
  readonly onGone?: () => void;
}

/** A process of the simulated world: a command line or a handler, with a life after each crash. */
export class SimProcess {
  readonly name: string;
  readonly world: World;
  /** Milliseconds that its clock is ahead. */
  skewMs: number;
  epoch = 0;
  running = false;
  frozenUntil = 0;
  /** What came while it was suspended. */
  held: (() => void)[] = [];
  isSuspended = false;
  readonly #program: Program;
  readonly #onGone: (() => void) | undefined;

  constructor(world: World, name: string, program: Program, options: ProcessOptions = {}) {
    this.world = world;
    this.name = name;
    this.#program = program;
    this.skewMs = options.skewMs ?? 0;
    this.#onGone = options.onGone;
  }

  boot(): void {
    this.epoch++;
    this.running = true;
    this.frozenUntil = 0;
    this.world.processes.add(this);
    const life = new Life(this, this.epoch);
    this.world.trace.note(life.name, 'boots');
    this.life = life;
    this.#program(life).then(
      () => this.world.trace.note(life.name, 'is done'),
      (error: unknown) => this.world.trace.violate('unexpected-error', describeError(error)),
    );
  }

  /** The life in hand. */
  life: Life | undefined;

  crash(why: string): void {
    const { scheduler, trace } = this.world;
    const rng = this.world.rng.fork(`down ${this.name}.${this.epoch}`);
    trace.note(`${this.name}.${this.epoch}`, `crashes ${why}`);
    trace.mark('crash');
    this.running = false;
    this.life = undefined;
    if (this.#onGone !== undefined) {
      this.#onGone();
      return;
    }
    const downMs = rng.chance(0.5) ? rng.int(500, 30_000) : rng.int(30_000, 20 * 60_000);
    scheduler.after(this.world.isCalm ? Math.min(downMs, 30_000) : downMs, () => this.boot());
  }

  /** Stands still until `resume`, with all that it has in memory. */
  suspend(): void {
    this.isSuspended = true;
  }

  /** Goes on, and first with what came meanwhile. */
  resume(): void {
    this.isSuspended = false;
    const held = this.held;
    this.held = [];
    for (const each of held) each();
  }
}

/** One line for an error, with where it was thrown. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const where = error.stack
    ?.split('\n')
    .slice(1, 6)
    .map((line) => line.trim().replace(/\(?file:\/\/.*\/packages\//, '('))
    .join(' < ');
  return `${error.name}: ${error.message} ${where ?? ''}`;
}
