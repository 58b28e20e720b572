import { StateError } from '../errors/index.ts';
import { jobIdentity, type PartFacts } from '../job/index.ts';
import { type Fill, fitsFile, sentinelsFor } from '../pack/index.ts';
import type { RunningDigest } from '../ports/index.ts';
import { type OutputBlock, recordId, SENTINEL_FIRST_ORDINAL } from '../record/index.ts';
import type { RunDocument } from './document.ts';
import { jobParameters } from './job-spec.ts';
import { objectKeys } from './keys.ts';
import type { RunPorts } from './ports.ts';
import { SinkWriter } from './sink-writer.ts';

/** Whose input is written. */
export interface PartWriterOptions {
  readonly document: RunDocument;
  readonly attempt: number;
  readonly part: number;
  /** False when `finish` is given a hash; default true. */
  readonly hashed?: boolean;
  /** True where it is known that the folder was empty, and that the store keeps what is written: then it is not listed. */
  readonly isNew?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What only the first attempt knows of a part; takes the place of what the writer found. */
export type FirstAttemptFacts = Pick<
  PartFacts,
  'span' | 'rejected' | 'duplicates' | 'cached' | 'firstOrdinal' | 'lastOrdinal' | 'xxh128'
>;

type Ports = Pick<RunPorts, 'objects' | 'digest' | 'families'>;

const NO_BLOCK: OutputBlock = { bytes: new Uint8Array(0), length: 0 };

/**
 * Writes the input files of one job: records that are encoded already, in order, a new file whenever the next record would
 * break a limit of the service, padding below its minimum. Whether a record still belongs to the job is decided before
 * (`pack`). The files appear when it is finished, one by one; a part whose writer did not finish is written again from its start.
 */
export class PartWriter {
  /** Real records so far. */
  records = 0;
  /** Bytes of all files so far. */
  bytes = 0;
  readonly #ports: Ports;
  readonly #options: PartWriterOptions;
  readonly #hash: RunningDigest | undefined;
  #file: SinkWriter | undefined;
  /** Files that are full, in order, and not visible yet. */
  readonly #full: SinkWriter[] = [];
  #files = 0;
  #fileRecords = 0;
  #fileBytes = 0;
  #firstOrdinal = 0;
  #lastOrdinal = -1;

  constructor(ports: Ports, options: PartWriterOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#hash = (options.hashed ?? true) ? ports.digest.start() : undefined;
  }

  /** The block in hand, for a record to be encoded straight into it; call `accept` then. Without capacity between files. */
  get out(): OutputBlock {
    return this.#file?.out ?? NO_BLOCK;
  }

  /**
   * Takes the record that was just encoded at the end of `out`, from `start` on. False when it belongs into the next file: it
   * is taken out of the block again, and must be given to `append`.
   */
  accept(start: number, ordinal: number): boolean {
    const { out } = this;
    const size = out.length - start;
    if (!this.#fitsFile(size)) {
      out.length = start;
      return false;
    }
    this.#count(size, ordinal);
    return true;
  }

  /** Records that `out` may still take in one run, of so many bytes together. A file takes its first record whatever its size. */
  get room(): Fill {
    const { maxRecordsPerFile, maxFileBytes } = this.#options.document.model.limits;
    return { records: maxRecordsPerFile - this.#fileRecords, bytes: maxFileBytes - this.#fileBytes };
  }

  /** Takes a run of records, within `room`, that were just encoded at the end of `out`: `size` bytes together. */
  acceptRun(size: number, records: number, ordinal: number): void {
    if (records === 0) return;
    this.#count(size, ordinal);
    this.records += records - 1;
    this.#fileRecords += records - 1;
    this.#lastOrdinal = ordinal + records - 1;
  }

  /** Copies an encoded record with its line feed. Resolves when its bytes may be reused. */
  async append(bytes: Uint8Array, start: number, end: number, ordinal: number): Promise<void> {
    await this.#write(bytes, start, end);
    this.#count(end - start, ordinal);
  }

  /**
   * Pads the part, makes its files visible, removes files that an earlier try may have left, and says what it is. `known`: what
   * cannot be seen in its records.
   */
  async finish(known?: FirstAttemptFacts | Pick<PartFacts, 'duplicates' | 'used' | 'pieceOf'>): Promise<PartFacts> {
    const { document, attempt, part, signal } = this.#options;
    const sentinels = sentinelsFor(this.records, document.model.limits);
    await this.#pad(sentinels);
    await this.#closeFile();
    for (const file of this.#full) await file.commit();
    if (this.#options.isNew !== true) await this.#removeOthers(signal);
    const facts = {
      run: document.run,
      attempt,
      part,
      lane: document.lane,
      records: this.records,
      sentinels,
      bytes: this.bytes,
      files: this.#files,
      xxh128: this.#hash?.hex() ?? '',
      firstOrdinal: this.#firstOrdinal,
      lastOrdinal: this.#lastOrdinal,
      ...known,
    };
    const { namePrefix } = document.job;
    const parameters = jobParameters(document, facts);
    return { ...facts, ...jobIdentity(this.#ports.digest, { run: document.run, part, attempt, namePrefix, parameters }) };
  }

  /** Gives up what is not visible yet. Safe at any time. */
  async abort(): Promise<void> {
    const files = this.#full.splice(0);
    if (this.#file) files.push(this.#file);
    this.#file = undefined;
    await Promise.all(files.map((file) => file.abort()));
  }

  #fitsFile(size: number): boolean {
    return fitsFile({ records: this.#fileRecords, bytes: this.#fileBytes }, size, this.#options.document.model.limits);
  }

  #count(size: number, ordinal: number): void {
    if (this.records === 0) this.#firstOrdinal = ordinal;
    this.#lastOrdinal = ordinal;
    this.records++;
    this.#fileRecords++;
    this.#fileBytes += size;
    this.bytes += size;
  }

  async #write(bytes: Uint8Array, start: number, end: number): Promise<void> {
    if (this.#file && !this.#fitsFile(end - start)) await this.#closeFile();
    this.#file ??= this.#openFile();
    await this.#file.write(bytes, start, end);
  }

  #openFile(): SinkWriter {
    const { document, attempt, part, signal } = this.#options;
    const key = objectKeys.inputFile(document.run, attempt, part, this.#files++);
    return new SinkWriter(this.#ports.objects.create(key, { signal }), (block) => this.#hash?.update(block));
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    if (!file) return;
    await file.end();
    this.#full.push(file);
    this.#file = undefined;
    this.#fileRecords = 0;
    this.#fileBytes = 0;
  }

  async #pad(sentinels: number): Promise<void> {
    const { recordPrefix, model } = this.#options.document;
    const modelInput = (await this.#ports.families.of(model)).sentinel();
    for (let i = 0; i < sentinels; i++) {
      const line = JSON.stringify({ recordId: recordId(recordPrefix, SENTINEL_FIRST_ORDINAL + i), modelInput });
      const bytes = new TextEncoder().encode(`${line}\n`);
      await this.#write(bytes, 0, bytes.length);
      this.#fileRecords++;
      this.#fileBytes += bytes.length;
      this.bytes += bytes.length;
    }
  }

  /** The folder is the job's input, so nothing else may lie in it. */
  async #removeOthers(signal: AbortSignal | undefined): Promise<void> {
    const { run } = this.#options.document;
    const { attempt, part } = this.#options;
    const ours = new Set(Array.from({ length: this.#files }, (_, file) => objectKeys.inputFile(run, attempt, part, file)));
    const others: string[] = [];
    let found = 0;
    for await (const { key } of this.#ports.objects.list(objectKeys.inputFolder(run, attempt, part), { signal })) {
      if (ours.has(key)) found++;
      else others.push(key);
    }
    if (found !== ours.size) {
      const folder = `${this.#ports.objects.uri}/${objectKeys.inputFolder(run, attempt, part)}`;
      throw new StateError('BR-E0208', `${folder} lists ${found} of the ${ours.size} files that were written to it`, {
        hint: 'check --endpoint-url: the server there does not keep objects as S3 does; or something removes them',
        details: { folder, found, written: ours.size },
      });
    }
    if (others.length > 0) await this.#ports.objects.remove(others, { signal });
  }
}
