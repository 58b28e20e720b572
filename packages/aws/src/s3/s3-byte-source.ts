import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { type ByteSource, CancelledError, InputError, isServiceError, type OpenOptions, ServiceError } from '@batchrock/core';
import { isNotFound, translateError } from '../translate-error.ts';
import { type S3Location, unquoted } from './s3-location.ts';

/** A read that breaks off is taken up again from where it stopped, so often without a byte between. */
const MAX_BREAKS = 6;

/** Opens an object as one streamed GetObject; undefined when there is none. */
export async function openObject(at: S3Location, key: string, options: OpenOptions): Promise<ByteSource | undefined> {
  const source = new S3ByteSource(at, key, options);
  return (await source.connect()) ? source : undefined;
}

/** The body of an answer, as Node's stream and not as the SDK's type. */
interface Body extends AsyncIterable<Uint8Array> {
  destroy?(): void;
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
  #body: Body | undefined;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  #used = 0;
  #breaks = 0;
  #closed = false;

  constructor(at: S3Location, key: string, options: OpenOptions) {
    this.#at = at;
    this.#key = key;
    this.#signal = options.signal;
    this.#to = options.to;
    this.#position = options.from ?? 0;
    this.#etag = options.ifMatch;
  }

  get #uri(): string {
    return `s3://${this.#at.bucket}/${this.#at.full(this.#key)}`;
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
      this.#body = answer.Body as unknown as Body;
      this.#checkPlace(answer.ContentRange);
      this.#etag = unquoted(answer.ETag);
      this.#left = answer.ContentLength ?? Number.POSITIVE_INFINITY;
      this.#chunks = this.#body[Symbol.asyncIterator]();
      return true;
    } catch (error) {
      return this.#refused(error);
    }
  }

  /** A server that knows no ranges answers with the whole object: its first bytes are not those that were asked for. */
  #checkPlace(contentRange: string | undefined): void {
    if (this.#position === 0 || contentRange?.startsWith(`bytes ${this.#position}-`)) return;
    this.#body?.destroy?.();
    throw new ServiceError(
      'BR-E0509',
      `GetObject ${this.#uri}: asked for byte ${this.#position} on, and the server sent others`,
      {
        reason: 'invalid',
        effect: 'none',
        hint: 'the server does not answer range requests; batchrock needs them',
      },
    );
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
      throw new InputError('BR-E0118', `${this.#uri} changed while it was read`, { cause: error });
    }
    throw translateError(error, `GetObject ${this.#uri}`);
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
      if (this.#left === 0) await this.#checkEnd();
    }
    if (this.#closed) throw this.#cancelled();
    return filled;
  }

  async #nextChunk(): Promise<boolean> {
    for (;;) {
      try {
        if (this.#closed) throw this.#cancelled();
        this.#signal?.throwIfAborted();
        const next = await this.#chunks?.next();
        if (!next || next.done) {
          if (this.#left === Number.POSITIVE_INFINITY || this.#left <= 0) return false;
          throw new Error(`the connection ended ${this.#left} bytes early`);
        }
        this.#chunk = next.value;
        this.#used = 0;
        if (this.#chunk.length === 0) continue;
        this.#breaks = 0;
        return true;
      } catch (error) {
        await this.#reconnect(error);
      }
    }
  }

  /** Behind its last byte a whole object's stream says whether the checksum that S3 keeps is the one of these bytes. */
  async #checkEnd(): Promise<void> {
    try {
      await this.#chunks?.next();
    } catch (error) {
      // all bytes are here: a connection that breaks now takes nothing away
      if (!(error instanceof Error) || !error.message.startsWith('Checksum mismatch')) return;
      throw new ServiceError('BR-E0509', `GetObject ${this.#uri}: the bytes do not have the checksum of the object`, {
        reason: 'unavailable',
        effect: 'none',
        cause: error,
      });
    }
  }

  async #reconnect(cause: unknown): Promise<void> {
    for (let error = cause; ; ) {
      if (this.#signal?.aborted || this.#closed) throw this.#cancelled(error);
      const translated = translateError(error, `GetObject ${this.#uri}`);
      const mayPass = isServiceError(translated, 'unavailable') || isServiceError(translated, 'throttled');
      if (!mayPass || ++this.#breaks > MAX_BREAKS) throw translated;
      this.#body?.destroy?.();
      await this.#pause();
      try {
        if (await this.connect()) return;
      } catch (again) {
        error = again;
        continue;
      }
      throw new InputError('BR-E0118', `${this.#uri} was removed while it was read`, { cause });
    }
  }

  /** Doubles with each break in a row, and begins with none: most connections that break can be made again at once. */
  async #pause(): Promise<void> {
    const ms = this.#breaks === 1 ? 0 : this.#at.resumeDelayMs * 2 ** (this.#breaks - 2);
    await sleep(ms, undefined, this.#signal ? { signal: this.#signal } : {}).catch((cause: unknown) => {
      throw this.#cancelled(cause);
    });
  }

  #cancelled(cause?: unknown): CancelledError {
    return new CancelledError(`GetObject ${this.#uri} was cancelled`, { cause });
  }

  /** Does not wait for the server: a connection that hangs is cut. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#left = 0;
    this.#body?.destroy?.();
    this.#chunks = undefined;
  }
}
