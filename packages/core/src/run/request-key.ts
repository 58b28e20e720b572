import { copyOfLine } from '../openai/index.ts';
import type { Digest } from '../ports/index.ts';
import { REQUEST_AT, type RowBatch } from '../record/index.ts';
import type { RunDocument } from './document.ts';

/** Where a record stands in a block. */
export interface RecordBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * What tells requests apart: the SHA-256 of what is sent but for its id, so that rows may differ where the prompt does not look.
 * `n` choices of one line are asked for on purpose, and are told apart by their number.
 */
export class RequestKey {
  /** 32 bytes. */
  hash: Uint8Array = new Uint8Array(0);
  /** Which of several choices it is of; else 0. */
  choice = 0;
  readonly #digest: Pick<Digest, 'sha256'>;
  readonly #hasChoices: boolean;

  /** `hasChoices`: rows are lines of an OpenAI batch file, of which several may be the choices of one. */
  constructor(digest: Pick<Digest, 'sha256'>, hasChoices: boolean) {
    this.#digest = digest;
    this.#hasChoices = hasChoices;
  }

  /** Reads the key of a row, whose record is `bytes[start..end)`. */
  read(batch: RowBatch, row: number, { bytes, start, end }: RecordBytes): void {
    this.hash = this.#digest.sha256(bytes.subarray(start + REQUEST_AT, end));
    this.choice = this.#hasChoices ? copyOfLine(batch.bytes, batch.rowStart[row]!, batch.rowEnd[row]!) : 0;
  }
}

/** As much of a run as tells what its rows ask for. */
export interface AskedRequests {
  readonly request: Pick<RunDocument['request'], 'openai'>;
  readonly model: Pick<RunDocument['model'], 'task'>;
}

/** Whether rows of a run may be choices of one line. */
export function hasChoices({ request, model }: AskedRequests): boolean {
  return request.openai !== undefined && model.task === 'text';
}
