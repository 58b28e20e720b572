import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { CommitResult, ObjectWrite, WriteConditions, WriteOptions } from './object-storage.ts';

/** Bytes of a part. Every part but the last must have 5 MiB; with 10,000 parts an object can have 80 GB. */
const PART_BYTES = 8 * 1024 * 1024;

/** How an object is written elsewhere. */
export interface RemoteWriteOptions extends WriteOptions {
  /** The key of KMS. Default: what the bucket has. */
  readonly kmsKeyId?: string;
}

/** Writes an object elsewhere: in one request when it is small, in parts when it is not. Holds one part in memory. */
export class RemoteObjectWrite implements ObjectWrite {
  readonly #client: S3Client;
  readonly #target: { readonly Bucket: string; readonly Key: string };
  readonly #options: RemoteWriteOptions;
  readonly #parts: CompletedPart[] = [];
  #block: Buffer = Buffer.allocUnsafe(PART_BYTES);
  #filled = 0;
  #size = 0;
  #upload: string | undefined;

  constructor(client: S3Client, bucket: string, key: string, options: RemoteWriteOptions) {
    this.#client = client;
    this.#target = { Bucket: bucket, Key: key };
    this.#options = options;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#options.signal?.throwIfAborted();
    this.#size += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      // A full block waits until there is more: the last part goes out with the commit.
      if (this.#filled === PART_BYTES) await this.#sendPart();
      const end = Math.min(bytes.length, at + PART_BYTES - this.#filled);
      this.#block.set(bytes.subarray(at, end), this.#filled);
      this.#filled += end - at;
      at = end;
    }
  }

  async commit(conditions: WriteConditions = {}): Promise<CommitResult> {
    try {
      const etag = this.#upload === undefined ? await this.#putWhole(conditions) : await this.#complete(conditions);
      const { headers = {}, metadata = {} } = this.#options;
      const object = { key: this.#target.Key, size: this.#size, etag, lastModified: Date.now(), headers, metadata };
      return { status: 'stored', object };
    } catch (error) {
      const status = refusal(error, conditions);
      if (status === undefined) throw error;
      await this.abort();
      return { status };
    }
  }

  async abort(): Promise<void> {
    const UploadId = this.#upload;
    this.#upload = undefined;
    this.#filled = 0;
    if (UploadId !== undefined)
      await this.#client.send(new AbortMultipartUploadCommand({ ...this.#target, UploadId })).catch(() => {});
  }

  async #putWhole(conditions: WriteConditions): Promise<string> {
    const Body = this.#block.subarray(0, this.#filled);
    const command = new PutObjectCommand({ ...this.#target, ...described(this.#options), ...asHeaders(conditions), Body });
    return plain((await this.#client.send(command)).ETag);
  }

  async #sendPart(): Promise<void> {
    this.#upload ??= (
      await this.#client.send(new CreateMultipartUploadCommand({ ...this.#target, ...described(this.#options) }))
    ).UploadId;
    const PartNumber = this.#parts.length + 1;
    const Body = this.#block.subarray(0, this.#filled);
    const sent = await this.#client.send(new UploadPartCommand({ ...this.#target, UploadId: this.#upload, PartNumber, Body }));
    this.#parts.push({ PartNumber, ETag: sent.ETag, ChecksumCRC32: sent.ChecksumCRC32 });
    this.#filled = 0;
  }

  async #complete(conditions: WriteConditions): Promise<string> {
    if (this.#filled > 0) await this.#sendPart();
    const command = new CompleteMultipartUploadCommand({
      ...this.#target,
      ...asHeaders(conditions),
      UploadId: this.#upload,
      MultipartUpload: { Parts: this.#parts },
    });
    const done = await this.#client.send(command);
    this.#upload = undefined;
    return plain(done.ETag);
  }
}

function described({ headers = {}, metadata, kmsKeyId }: RemoteWriteOptions): {
  readonly ContentType?: string;
  readonly Metadata?: Record<string, string>;
  readonly ServerSideEncryption?: 'aws:kms';
  readonly SSEKMSKeyId?: string;
} {
  return {
    ...(headers.contentType && { ContentType: headers.contentType }),
    ...(metadata && { Metadata: { ...metadata } }),
    ...(kmsKeyId !== undefined && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId }),
  };
}

function asHeaders({ ifAbsent, ifMatch }: WriteConditions): { readonly IfNoneMatch?: string; readonly IfMatch?: string } {
  return { ...(ifAbsent && { IfNoneMatch: '*' }), ...(ifMatch !== undefined && { IfMatch: ifMatch }) };
}

/** Which condition the server found unmet; undefined for any other failure. */
function refusal(error: unknown, { ifAbsent }: WriteConditions): Exclude<CommitResult['status'], 'stored'> | undefined {
  if (!(error instanceof S3ServiceException)) return undefined;
  if (error.name === 'NoSuchBucket') return 'no-bucket';
  if (error.name === 'PreconditionFailed') return ifAbsent ? 'exists' : 'changed';
  return error.name === 'NoSuchKey' ? 'absent' : undefined;
}

function plain(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}
