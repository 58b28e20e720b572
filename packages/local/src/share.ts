import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isBatchrockError, ServiceError } from '@batchrock/core';
import { type LocalBedrockOptions, resolveOptions } from './options.ts';
import { endpointUrl, readEndpoint } from './server/endpoint-file.ts';
import { lockFolder, takeTurn } from './server/folder-lock.ts';
import { isServedBy } from './server/health.ts';
import { startLocalBedrockInWorker, type WorkerBedrock } from './worker.ts';

/** How a local Bedrock is shared. */
export interface SharedOptions extends LocalBedrockOptions {
  /** How often to look whether somebody still serves, in milliseconds. Default 1,000. */
  readonly watchMs?: number;
  /** How long to wait until somebody serves, in milliseconds. Default 30,000. */
  readonly waitMs?: number;
}

/** A local Bedrock that some process serves: this one, or another on the same folder. */
export interface SharedBedrock {
  /** Stays the same when another process takes over, unless a foreign program has taken the port meanwhile. */
  readonly url: string;
  /** True while this process serves. */
  readonly isServing: boolean;
  /** Gives up this process's share; stops serving if it does. */
  close(): Promise<void>;
}

/** Between two tries to become the server, or to find it, while one is starting. */
const RETRY_MS = 50;
/** Tries to get the remembered port back before another is taken: the last owner's connections may be going down. */
const PORT_TRIES = 20;

/**
 * Joins the processes that share a folder. All of them see one server at one remembered port: whoever holds the
 * folder's lock serves, in a thread; the others look every second whether it is alive, and one takes over when it is
 * gone. Never keeps the process alive. Rejects with `BR-E0506` when nobody serves in time, with `BR-E0120` for an
 * option that is not allowed.
 */
export async function ensureLocalBedrock(options: SharedOptions): Promise<SharedBedrock> {
  const { watchMs = 1000, waitMs = 30_000, ...server } = options;
  resolveOptions(server);
  const share = new Share(server);
  await share.join(Date.now() + waitMs);
  share.watch(watchMs);
  return share;
}

class Share implements SharedBedrock {
  readonly #options: LocalBedrockOptions;
  #url = '';
  #own: WorkerBedrock | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #step: Promise<unknown> = Promise.resolve();

  constructor(options: LocalBedrockOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#url;
  }

  get isServing(): boolean {
    return this.#own !== undefined;
  }

  join(deadline: number): Promise<void> {
    return keptAlive(async () => {
      while (!(await this.#findOrServe())) {
        if (Date.now() > deadline) throw nobody(this.#options.dir);
        await pause();
      }
    });
  }

  /** Looks again and again; no step overlaps another. */
  watch(everyMs: number): void {
    const look = (): void => {
      this.#step = this.#findOrServe()
        .catch(() => false)
        .finally(() => {
          if (!this.#isClosed) this.#timer = setTimeout(look, everyMs).unref();
        });
    };
    this.#timer = setTimeout(look, everyMs).unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await keptAlive(() => this.#step);
    await this.#own?.close();
  }

  /** True when somebody serves, us included. */
  async #findOrServe(): Promise<boolean> {
    if (this.#own !== undefined) return true;
    const endpoint = readEndpoint(this.#options.dir);
    if (endpoint !== undefined && (await isServedBy(endpoint))) {
      this.#url = endpointUrl(endpoint);
      return true;
    }
    const own = this.#isClosed ? undefined : await this.#serve(endpoint?.port ?? 0);
    if (own === undefined) return false;
    this.#own = own;
    this.#url = own.url;
    void own.ended.then(() => {
      this.#own = undefined;
    });
    return true;
  }

  /** Undefined when another process has the folder, or is about to. */
  async #serve(remembered: number): Promise<WorkerBedrock | undefined> {
    const { dir, host = '127.0.0.1', port: asked } = this.#options;
    // twenty that begin at once would start twenty threads, and hold one another up for longer than any of them waits
    const turn = takeTurn(dir);
    if (turn === undefined) return undefined;
    try {
      if (!isFree(dir)) return undefined;
      const wanted = asked || remembered;
      // A port that was asked for is taken or the start fails; one that was only remembered can be another.
      const port = asked || ((await becomesFree(host, wanted)) ? wanted : 0);
      return await startLocalBedrockInWorker({ ...this.#options, port });
    } catch (error) {
      if (isBatchrockError(error) && error.code === 'BR-E0209') return undefined;
      throw error;
    } finally {
      turn.release();
    }
  }
}

/** Sockets and timers of a share keep no process alive; a caller who waits for them should be. */
async function keptAlive<T>(work: () => Promise<T>): Promise<T> {
  const hold = setInterval(() => {}, 60_000);
  try {
    return await work();
  } finally {
    clearInterval(hold);
  }
}

/** True when nobody serves the folder now: starting a thread only to learn that somebody does costs a second. */
function isFree(dir: string): boolean {
  const lock = lockFolder(dir);
  lock?.release();
  return lock !== undefined;
}

/** True once the port can be listened on; false when another program keeps it. */
async function becomesFree(host: string, port: number): Promise<boolean> {
  for (let attempt = 1; attempt <= PORT_TRIES; attempt++) {
    if (await canListen(host, port)) return true;
    await pause();
  }
  return false;
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

function pause(): Promise<void> {
  return sleep(RETRY_MS, undefined, { ref: false });
}

function nobody(dir: string): ServiceError {
  return new ServiceError('BR-E0506', `the process that holds ${dir} does not answer and cannot be replaced`, {
    reason: 'unavailable',
    effect: 'none',
    details: { dir },
    hint: 'end the process that holds the folder, or give another --dir',
  });
}
