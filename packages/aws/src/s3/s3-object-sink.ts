import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { isInputKey, type ObjectInfo, type ObjectSink } from '@batchrock/core';
import { translateError } from '../translate-error.ts';
import { INPUT_TAG } from './input-tag.ts';
import { type S3CreateOptions, type S3Location, unquoted } from './s3-location.ts';

/** An upload from shared blocks: one on its way while the caller fills another. Below one block it is a PutObject. */
export function createObject(at: S3Location, key: string, options: S3CreateOptions): ObjectSink {
  return new S3ObjectSink(at, key, options);
}

class S3ObjectSink implements ObjectSink {
  readonly blockBytes: number;
  readonly #at: S3Location;
  readonly #key: string;
  readonly #target: { readonly Bucket: string; readonly Key: string; readonly ExpectedBucketOwner?: string };
  readonly #condition: { IfNoneMatch?: string };
  readonly #beside: { Metadata?: Record<string, string>; Tagging?: string } & S3Location['encryption'];
  readonly #abortSignal: AbortSignal | undefined;
  readonly #parts: CompletedPart[] = [];
  #uploadId: Promise<string> | undefined;
  #inFlight: Promise<unknown> = Promise.resolve();
  /** The block that the caller fills. */
  #filling: Uint8Array | undefined;
  /** A short block is the last; it waits for `commit`, since it may be the whole object. */
  #tail: Uint8Array | undefined;
  #size = 0;
  #done = false;

  constructor(at: S3Location, key: string, options: S3CreateOptions) {
    this.#at = at;
    this.blockBytes = at.blocks.blockBytes;
    this.#key = key;
    this.#target = { Bucket: at.bucket, Key: at.full(key), ...at.owner };
    this.#condition = options.ifAbsent ? { IfNoneMatch: '*' } : {};
    this.#beside = {
      ...at.encryption,
      ...(options.metadata === undefined ? {} : { Metadata: { ...options.metadata } }),
      ...(at.tagsInput && isInputKey(key) ? { Tagging: `${INPUT_TAG.Key}=${INPUT_TAG.Value}` } : {}),
    };
    this.#abortSignal = options.signal;
  }

  block(): Uint8Array {
    this.#filling = this.#at.blocks.take();
    return this.#filling;
  }

  async write(full: Uint8Array): Promise<Uint8Array> {
    if (full.length < this.blockBytes) {
      this.#tail = full;
      return new Uint8Array(0);
    }
    await this.#inFlight;
    const { blocks } = this.#at;
    this.#filling = undefined;
    this.#inFlight = this.#uploadPart(full).finally(() => blocks.give(full));
    this.#inFlight.catch(() => undefined);
    if (blocks.isUsedUp) await this.#inFlight;
    this.#filling = blocks.take();
    return this.#filling;
  }

  async commit(): Promise<ObjectInfo> {
    const info = await this.#finish();
    this.#giveBack();
    return info;
  }

  async #finish(): Promise<ObjectInfo> {
    if (this.#uploadId === undefined) return this.#put(this.#tail ?? new Uint8Array(0));
    await this.#inFlight;
    if (this.#tail && this.#tail.length > 0) await this.#uploadPart(this.#tail);
    return this.#complete(await this.#uploadId);
  }

  async abort(): Promise<void> {
    await this.#inFlight.catch(() => undefined);
    this.#giveBack();
    if (this.#done || this.#uploadId === undefined) return;
    this.#done = true;
    const UploadId = await this.#uploadId.catch(() => undefined);
    if (UploadId === undefined) return;
    // What an abort leaves behind is removed by the bucket's lifecycle rule for unfinished uploads.
    await this.#at.client.send(new AbortMultipartUploadCommand({ ...this.#target, UploadId })).catch(() => undefined);
  }

  /** Only when nothing is on its way any more. */
  #giveBack(): void {
    this.#at.blocks.give(this.#filling);
    this.#filling = this.#tail = undefined;
  }

  async #put(Body: Uint8Array): Promise<ObjectInfo> {
    const answer = await this.#send('PutObject', () =>
      this.#at.client.send(new PutObjectCommand({ ...this.#target, ...this.#condition, ...this.#beside, Body }), {
        abortSignal: this.#abortSignal,
      }),
    );
    this.#done = true;
    return { key: this.#key, size: Body.length, etag: unquoted(answer.ETag) };
  }

  async #uploadPart(Body: Uint8Array): Promise<void> {
    this.#uploadId ??= this.#start();
    const UploadId = await this.#uploadId;
    const PartNumber = this.#parts.length + 1;
    const answer = await this.#send('UploadPart', () =>
      this.#at.client.send(new UploadPartCommand({ ...this.#target, UploadId, PartNumber, Body }), {
        abortSignal: this.#abortSignal,
      }),
    );
    this.#size += Body.length;
    this.#parts.push({
      PartNumber,
      ETag: answer.ETag,
      ...(answer.ChecksumCRC32 === undefined ? {} : { ChecksumCRC32: answer.ChecksumCRC32 }),
    });
  }

  async #start(): Promise<string> {
    const answer = await this.#send('CreateMultipartUpload', () =>
      this.#at.client.send(new CreateMultipartUploadCommand({ ...this.#target, ...this.#beside }), {
        abortSignal: this.#abortSignal,
      }),
    );
    return answer.UploadId ?? '';
  }

  async #complete(UploadId: string): Promise<ObjectInfo> {
    const answer = await this.#send('CompleteMultipartUpload', () =>
      this.#at.client.send(
        new CompleteMultipartUploadCommand({
          ...this.#target,
          ...this.#condition,
          UploadId,
          MultipartUpload: { Parts: this.#parts },
        }),
        { abortSignal: this.#abortSignal },
      ),
    );
    this.#done = true;
    return { key: this.#key, size: this.#size, etag: unquoted(answer.ETag) };
  }

  async #send<T>(operation: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw translateError(error, `${operation} s3://${this.#target.Bucket}/${this.#target.Key}`);
    }
  }
}
