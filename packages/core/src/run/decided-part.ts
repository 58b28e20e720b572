import { StateError } from '../errors/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { isCutOff, OutcomeStatus } from '../record/index.ts';
import { objectKeys } from './keys.ts';
import { OutcomeLines } from './outcome-lines.ts';
import type { RunPorts } from './ports.ts';

/** Which rows of a part were given answers from the cache by whoever prepared it first, from its attempt 0. */
export class DecidedPart {
  /** Rows of the part that are not sent, for whatever reason. */
  readonly rows: number;
  readonly #key: string;
  readonly #ordinals: Float64Array;
  readonly #isCutOff: Uint8Array;
  #next = 0;

  /** `cutOff`: 1 for those of the ordinals whose answers were cut off. */
  constructor(key: string, rows: number, ordinals: readonly number[], cutOff: readonly number[]) {
    this.#key = key;
    this.rows = rows;
    this.#ordinals = Float64Array.from(ordinals);
    this.#isCutOff = Uint8Array.from(cutOff);
  }

  /** Ask for rows in rising order. */
  find(ordinal: number): { readonly isCutOff: boolean } | undefined {
    while (this.#next < this.#ordinals.length && this.#ordinals[this.#next]! < ordinal) this.#next++;
    if (this.#ordinals[this.#next] !== ordinal) return undefined;
    return { isCutOff: this.#isCutOff[this.#next] === 1 };
  }

  /** Throws `BR-E0208` when other rows are left out now: by another version of this program, say. */
  check(rows: number): void {
    if (rows === this.rows) return;
    throw new StateError('BR-E0208', `${this.#key} leaves ${this.rows} rows out, and they are ${rows} now`, {
      hint: 'go on with the version that began to prepare the run, or begin another: --new',
      details: { key: this.#key },
    });
  }
}

/** Undefined for a part that nobody has prepared so far. */
export async function readDecidedPart(
  ports: Pick<RunPorts, 'objects'>,
  run: string,
  part: number,
  o: CallOptions,
): Promise<DecidedPart | undefined> {
  const key = objectKeys.outcomes(run, 0, part);
  if ((await ports.objects.head(key, o)) === undefined) return undefined;
  const ordinals: number[] = [];
  const cutOff: number[] = [];
  const lines = new OutcomeLines(ports, [{ key }], o);
  let rows = 0;
  try {
    while (await lines.fill()) {
      while (lines.next()) {
        rows++;
        const { status, ordinal } = lines.spans;
        if (status !== OutcomeStatus.succeeded) continue;
        ordinals.push(ordinal);
        cutOff.push(isCutOff(lines.spans) ? 1 : 0);
      }
    }
  } finally {
    await lines.close();
  }
  return new DecidedPart(key, rows, ordinals, cutOff);
}
