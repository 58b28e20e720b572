import { GetObjectCommand } from '@aws-sdk/client-s3';
import { type ByteSource, InputError, isServiceError, type OpenOptions } from '@batchrock/core';
import { isNotFound, translateError } from '../translate-error.ts';
import { type S3Location, unquoted } from './s3-location.ts';

/** A read that breaks off is taken up again from where it stopped, so often without a byte between. */
const MAX_BREAKS = 5;

/** Opens an object as one streamed GetObject; undefined when there is none. */
export async function openObject(at: S3Location, key: string, options: OpenOptions): Promise<ByteSource | undefined> {
  const source = new S3ByteSource(at, key, options);
  return (await source.connect()) ? source : undefined;
}

class S3ByteSource implements ByteSource {
  readonly #at: S3Location;
  readonly #key: string;
  readonly #signal: AbortSignal | undefined;
  readonly #to: number | undefined;
  #position: number;
  #etag: string | undefined;
  /** Bytes still to come; unknown before the first answer. */
  #left = Number.POSITIVE_INFINITY;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  #used = 0;
  #breaks = 0;

  constructor(at: S3Location, key: string, options: OpenOptions) {
    this.#at = at;
    this.#key = key;
    this.#signal = options.signal;
    this.#to = options.to;
    this.#position = options.from ?? 0;
    this.#etag = options.ifMatch;
  }

  get #name(): string {
    return `GetObject s3://${this.#at.bucket}/${this.#at.full(this.#key)}`;
  }

  /** Asks for what is left; false when there is no such object. */
  async connect(): Promise<boolean> {
    if (this.#to !== undefined && this.#position >= this.#to) return this.#endedAtOnce();
    const ranged = this.#position > 0 || this.#to !== undefined;
    const Range = ranged ? `bytes=${this.#position}-${this.#to === undefined ? '' : this.#to - 1}` : undefined;
    try {
      const answer = await this.#at.client.send(
        new GetObjectCommand({
          Bucket: this.#at.bucket,
          Key: this.#at.full(this.#key),
          ...(Range ? { Range } : {}),
          ...(this.#etag === undefined ? {} : { IfMatch: `"${this.#etag}"` }),
          ...this.#at.owner,
        }),
        { abortSignal: this.#signal },
      );
      this.#etag = unquoted(answer.ETag);
      this.#left = answer.ContentLength ?? Number.POSITIVE_INFINITY;
      this.#chunks = (answer.Body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      return true;
    } catch (error) {
      return this.#refused(error);
    }
  }

  #endedAtOnce(): true {
    this.#left = 0;
    return true;
  }

  #refused(error: unknown): boolean {
    const name = error instanceof Error ? error.name : '';
    if (name === 'InvalidRange') return this.#endedAtOnce();
    if (isNotFound(error)) return false;
    if (name === 'PreconditionFailed') {
      throw new InputError('BR-E0118', `s3://${this.#at.bucket}/${this.#at.full(this.#key)} changed while it was read`, {
        cause: error,
      });
    }
    throw translateError(error, this.#name);
  }

  async readInto(block: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < block.length && this.#left > 0) {
      if (this.#used === this.#chunk.length && !(await this.#nextChunk())) break;
      const n = Math.min(this.#chunk.length - this.#used, block.length - filled);
      block.set(this.#chunk.subarray(this.#used, this.#used + n), filled);
      this.#used += n;
      this.#left -= n;
      this.#position += n;
      filled += n;
    }
    return filled;
  }

  async #nextChunk(): Promise<boolean> {
    for (;;) {
      try {
        const next = await this.#chunks?.next();
        if (!next || next.done) {
          if (this.#left === Number.POSITIVE_INFINITY || this.#left <= 0) return false;
          throw new Error(`the connection ended ${this.#left} bytes early`);
        }
        this.#chunk = next.value;
        this.#used = 0;
        this.#breaks = 0;
        if (this.#chunk.length > 0) return true;
      } catch (error) {
        await this.#reconnect(error);
      }
    }
  }

  async #reconnect(error: unknown): Promise<void> {
    const translated = translateError(error, this.#name);
    if (this.#signal?.aborted || translated.kind === 'cancelled') throw translated;
    if (++this.#breaks > MAX_BREAKS || (isServiceError(translated) && translated.reason !== 'unavailable')) throw translated;
    if (await this.connect()) return;
    throw new InputError('BR-E0118', `s3://${this.#at.bucket}/${this.#at.full(this.#key)} was removed while it was read`, {
      cause: error,
    });
  }

  async close(): Promise<void> {
    this.#left = 0;
    await this.#chunks?.return?.(undefined);
    this.#chunks = undefined;
  }
}
