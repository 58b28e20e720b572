import type { RunPorts } from '@batchrock/core';
import { type Life, SimProcess } from './process.ts';
import type { Rng } from './random.ts';
import type { Site } from './site.ts';
import type { World } from './world.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A function is killed when it has run for so long (Lambda quotas, 2026-11). */
const TIME_LIMIT_MS = 15 * MINUTE;
/** An event whose invocation failed is tried again so often (Lambda asynchronous invocation, 2026-11). */
const RETRIES = 2;

/** What one invocation does. What it throws is tried again. */
export type Invocation = (ports: RunPorts, life: Life) => Promise<void>;

interface Sandbox {
  readonly process: SimProcess;
  readonly life: Life;
  readonly ports: RunPorts;
  isBusy: boolean;
  /** Called when the sandbox is gone in the middle of an invocation. */
  onGone: (() => void) | undefined;
}

/**
 * A Lambda function: sandboxes that stand still between invocations and keep what they have in memory, as many at once as
 * its concurrency lets, each killed after a quarter of an hour of work. Invocations may come twice, and to two at once.
 */
export class Sandboxes {
  readonly #site: Site;
  readonly #world: World;
  readonly #name: string;
  readonly #concurrency: number;
  readonly #rng: Rng;
  readonly #all = new Set<Sandbox>();
  #made = 0;

  constructor(site: Site, name: string, concurrency: number) {
    this.#site = site;
    this.#world = site.world;
    this.#name = name;
    this.#concurrency = concurrency;
    this.#rng = site.world.rng.fork(`function ${name}`);
  }

  /** Runs something in a sandbox, now or when one is free, and again when it fails. */
  invoke(what: string, run: Invocation, attempt = 1): void {
    const { scheduler } = this.#world;
    const again = (): void => {
      if (attempt <= RETRIES) scheduler.after(attempt * MINUTE, () => this.invoke(what, run, attempt + 1));
    };
    const sandbox = this.#free();
    if (sandbox === undefined) {
      scheduler.after(this.#rng.int(SECOND, 30 * SECOND), () => this.invoke(what, run, attempt));
      return;
    }
    this.#run(sandbox, what, run, again);
  }

  #run(sandbox: Sandbox, what: string, run: Invocation, again: () => void): void {
    const { scheduler, trace } = this.#world;
    const { process, life, ports } = sandbox;
    sandbox.isBusy = true;
    sandbox.onGone = again;
    process.resume();
    trace.note(life.name, `is invoked: ${what}`);
    const end = (error?: unknown): void => {
      if (sandbox.onGone !== again) return;
      sandbox.isBusy = false;
      sandbox.onGone = undefined;
      process.suspend();
      if (error !== undefined) again();
    };
    run(ports, life).then(
      () => end(),
      (error: unknown) => end(error ?? 'failed'),
    );
    scheduler.after(TIME_LIMIT_MS, () => {
      if (sandbox.onGone !== again) return;
      trace.mark('function-timed-out');
      life.crash('after 15 minutes');
    });
  }

  #free(): Sandbox | undefined {
    for (const sandbox of this.#all) {
      if (sandbox.isBusy) continue;
      // recycled now and then, as an idle sandbox is
      if (!this.#rng.chance(0.1)) return sandbox;
      sandbox.life.crash('as it is recycled');
    }
    return this.#all.size < this.#concurrency ? this.#begin() : undefined;
  }

  #begin(): Sandbox {
    let sandbox: Sandbox | undefined;
    const process = new SimProcess(this.#world, `${this.#name}${this.#made++}`, () => new Promise(() => {}), {
      onGone: () => {
        if (sandbox === undefined) return;
        this.#all.delete(sandbox);
        sandbox.onGone?.();
        sandbox.onGone = undefined;
      },
    });
    process.boot();
    const life = process.life!;
    const ports = this.#site.portsFor(life);
    // the table of an account is paid for by the write
    const metered = { ...ports, ledger: { ...ports.ledger, isMetered: true } };
    sandbox = { process, life, ports: metered, isBusy: false, onGone: undefined };
    this.#all.add(sandbox);
    return sandbox;
  }
}
