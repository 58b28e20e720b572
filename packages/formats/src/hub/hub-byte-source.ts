import { type ByteSource, CancelledError, type Clock, isBatchrockError } from '@batchrock/core';
import { IDLE_MS, unreachable } from './hub-client.ts';

/** What a source reads from. */
export interface RangedFile {
  readonly name: string;
  readonly address: string;
  /** Undefined when its address has expired: `findAgain`, then ask once more. */
  ask(from: number, to: number, signal: AbortSignal | undefined): Promise<Response | undefined>;
  findAgain(signal: AbortSignal | undefined): Promise<void>;
}

export interface HubReadOptions {
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
}

/** A read that breaks off is taken up again from where it stopped, so often without a byte between. */
const MAX_BREAKS = 6;
const FIRST_PAUSE_MS = 500;

/** One range as a stream; its address is found again when it has expired, and a connection that breaks is made again. */
export class HubByteSource implements ByteSource {
  readonly #file: RangedFile;
  readonly #to: number;
  readonly #signal: AbortSignal | undefined;
  readonly #clock: Clock;
  #position: number;
  #stop = new AbortController();
  #body: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  #used = 0;
  #breaks = 0;
  #closed = false;
  /** Signed addresses are good for an hour or less. */
  #isExpired = false;

  constructor(file: RangedFile, { from, to, signal, clock }: HubReadOptions) {
    this.#file = file;
    this.#position = from;
    this.#to = to;
    this.#signal = signal;
    this.#clock = clock;
  }

  async readInto(block: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < block.length && this.#position < this.#to) {
      if (this.#used === this.#chunk.length) await this.#nextChunk();
      const n = Math.min(this.#chunk.length - this.#used, block.length - filled, this.#to - this.#position);
      block.set(this.#chunk.subarray(this.#used, this.#used + n), filled);
      this.#used += n;
      this.#position += n;
      filled += n;
    }
    return filled;
  }

  /** Does not wait for the server: a connection that hangs is cut. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#body = undefined;
    this.#stop.abort();
  }

  async #nextChunk(): Promise<void> {
    for (;;) {
      try {
        if (this.#closed || this.#signal?.aborted) throw this.#cancelled();
        this.#body ??= await this.#connect();
        const { value, done } = await this.#read(this.#body);
        if (done) throw new Error(`the connection ended ${this.#to - this.#position} bytes early`);
        if (value.length === 0) continue;
        this.#chunk = value;
        this.#used = 0;
        this.#breaks = 0;
        return;
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  async #connect(): Promise<ReadableStreamDefaultReader<Uint8Array>> {
    this.#stop = new AbortController();
    const { signal: stop } = this.#stop;
    const signal = this.#signal ? AbortSignal.any([this.#signal, stop]) : stop;
    const found = await this.#file.ask(this.#position, this.#to, signal);
    this.#isExpired = found === undefined;
    if (found === undefined) throw new Error('its address has expired');
    return (found.body as ReadableStream<Uint8Array>).getReader();
  }

  async #read(body: ReadableStreamDefaultReader<Uint8Array>) {
    const timer = setTimeout(() => this.#stop.abort(), IDLE_MS);
    try {
      return await body.read();
    } finally {
      clearTimeout(timer);
    }
  }

  async #recover(error: unknown): Promise<void> {
    this.#body = undefined;
    this.#stop.abort();
    if (this.#closed || this.#signal?.aborted) throw error instanceof CancelledError ? error : this.#cancelled(error);
    if (isBatchrockError(error)) throw error;
    if (++this.#breaks > MAX_BREAKS) throw unreachable(error, this.#file.address, `read ${this.#file.name}`);
    if (this.#breaks > 1) await this.#clock.sleep(FIRST_PAUSE_MS * 2 ** (this.#breaks - 2), this.#signal);
    if (this.#isExpired) await this.#file.findAgain(this.#signal);
  }

  #cancelled(cause?: unknown): CancelledError {
    return new CancelledError(`reading ${this.#file.name} was cancelled`, { cause });
  }
}
