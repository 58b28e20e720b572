import { InvariantError, StateError } from '../errors/index.ts';
import type { PartFacts } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { isSentinelOrdinal, ordinalOf } from '../record/index.ts';
import { objectKeys } from './keys.ts';
import { LineChain } from './line-chain.ts';
import type { RunPorts } from './ports.ts';

/** Offset of the id in a line of input: `{"recordId":"`. */
const ID_AT = 13;

type Ports = Pick<RunPorts, 'objects'>;

/** The input lines of some parts, in order, padding left out. Ordinals rise. */
export class InputLines {
  readonly #chain: LineChain;
  /** Of the line at hand. */
  ordinal = -1;

  constructor(ports: Ports, parts: readonly PartFacts[], options: CallOptions = {}) {
    this.#chain = new LineChain(ports.objects, inputKeys(parts), options);
  }

  get bytes(): Uint8Array {
    return this.#chain.bytes;
  }
  get start(): number {
    return this.#chain.start;
  }
  /** Line end left out. */
  get end(): number {
    return this.#chain.end;
  }

  /** Goes to the next record; false when it is not in memory: `fill`. */
  next(): boolean {
    while (this.#chain.next()) {
      const ordinal = ordinalOf(this.#chain.bytes, this.#chain.start + ID_AT);
      if (ordinal < 0) throw damaged(this.#chain.key, 'a line without a record id of ours');
      if (isSentinelOrdinal(ordinal)) continue;
      if (ordinal <= this.ordinal) throw damaged(this.#chain.key, `row ${ordinal} after row ${this.ordinal}`);
      this.ordinal = ordinal;
      return true;
    }
    return false;
  }

  fill(): Promise<boolean> {
    return this.#chain.fill();
  }

  close(): Promise<void> {
    return this.#chain.close();
  }
}

function* inputKeys(parts: readonly PartFacts[]): Iterable<string> {
  for (const { run, attempt, part, files } of parts) {
    for (let file = 0; file < files; file++) yield objectKeys.inputFile(run, attempt, part, file);
  }
}

/** The ordinals of all records of a part, from its input files: 8 bytes each. */
export async function recordOrdinals(ports: Ports, part: PartFacts, options: CallOptions): Promise<Float64Array> {
  const ordinals = new Float64Array(part.records);
  const lines = new InputLines(ports, [part], options);
  let count = 0;
  try {
    while (await lines.fill()) while (lines.next()) ordinals[count++] = lines.ordinal;
  } finally {
    await lines.close();
  }
  if (count === part.records) return ordinals;
  throw new InvariantError(
    `part ${part.part} of attempt ${part.attempt} has ${count} records in its files, ${part.records} in the ledger`,
  );
}

/** An object of ours has something in it that we did not write. */
export function damaged(key: string, what: string): StateError {
  return new StateError('BR-E0208', `${key} is damaged: ${what}`, {
    details: { key },
    hint: 'restore the object from a version of the bucket',
  });
}
