import type { PartFacts } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { ordinalOf, recordId } from '../record/index.ts';
import { DiskSorter } from './disk-sorter.ts';
import type { RunDocument } from './document.ts';
import { eachDuplicate } from './each-duplicate.ts';
import { objectKeys } from './keys.ts';
import { LineChain } from './line-chain.ts';
import { damaged } from './part-files.ts';
import type { RunPorts } from './ports.ts';
import { SinkWriter } from './sink-writer.ts';
import { NUMBER_BYTES, numberAt, putNumber, type SortedItems } from './sorted-items.ts';

/** A line of `duplicates/<part>.jsonl`: so many rows of the run, in whatever part, have the outcome of a record of the part. */
interface SharingLine {
  readonly id: string;
  readonly rows: number;
}

/**
 * Writes, beside each part of a run that compares all of its rows, how many rows have the outcomes of its records: where a
 * duplicate stands in another part, neither of the two parts says it. Follows from the parts, so whoever writes it again writes
 * the same. `parts`: all of the first attempt, in order.
 */
export async function writeSharingRows(
  ports: Pick<RunPorts, 'objects' | 'scratch'>,
  { run, recordPrefix }: RunDocument,
  parts: readonly PartFacts[],
  o: CallOptions,
): Promise<void> {
  const sorter = new DiskSorter(ports.scratch, { itemBytes: NUMBER_BYTES });
  try {
    const item = new Uint8Array(NUMBER_BYTES);
    for (const part of parts.filter(({ duplicates = 0 }) => duplicates > 0)) {
      const take = (_: number, of: number) => {
        putNumber(item, 0, of);
        return sorter.add(item);
      };
      await eachDuplicate(ports, part, take, o);
    }
    const originals = new Originals(await sorter.sorted());
    for (const part of parts.filter(({ records }) => records > 0)) {
      const writer = new SinkWriter(ports.objects.create(objectKeys.duplicates(run, part.part), o));
      try {
        for (let next = await originals.upTo(part.lastOrdinal); next; next = await originals.upTo(part.lastOrdinal)) {
          const line: SharingLine = { id: recordId(recordPrefix, next.ordinal), rows: next.rows };
          await writer.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
        }
        await writer.commit();
      } catch (error) {
        await writer.abort();
        throw error;
      }
    }
  } finally {
    await sorter.close();
  }
}

/** Calls for each record of a part that other rows have the outcome of, in order, with how many these are. */
export async function eachSharing(
  { objects }: Pick<RunPorts, 'objects'>,
  part: PartFacts,
  take: (ordinal: number, rows: number) => void,
  o: CallOptions,
): Promise<void> {
  const key = objectKeys.duplicates(part.run, part.part);
  const lines = new LineChain(objects, [key], o);
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  try {
    while (await lines.fill()) {
      while (lines.next()) {
        const { id, rows } = parseLine(key, decoder.decode(lines.bytes.subarray(lines.start, lines.end)));
        take(ordinalOf(encoder.encode(id), 0), rows);
      }
    }
  } finally {
    await lines.close();
  }
}

/** How many rows have the outcomes of the records of a part of the first attempt. */
export async function countSharing(ports: Pick<RunPorts, 'objects'>, part: PartFacts, o: CallOptions = {}): Promise<number> {
  let all = 0;
  const take = (_: number, rows: number): void => {
    all += rows;
  };
  await eachSharing(ports, part, take, o);
  return all;
}

function parseLine(key: string, text: string): SharingLine {
  try {
    const line = JSON.parse(text) as Partial<SharingLine>;
    if (typeof line.id === 'string' && typeof line.rows === 'number') return { id: line.id, rows: line.rows };
  } catch {}
  throw damaged(key, 'a line that does not say which rows are the same');
}

/** Rows that others are the same as, each once with how many these are, from items of which each is one of them. */
class Originals {
  readonly #items: SortedItems;
  #count = 0;
  #at = 0;
  #next: { readonly ordinal: number; rows: number } | undefined;

  constructor(items: SortedItems) {
    this.#items = items;
  }

  /** The next one, where it is not behind a row. */
  async upTo(last: number): Promise<{ readonly ordinal: number; readonly rows: number } | undefined> {
    this.#next ??= await this.#group();
    if (this.#next === undefined || this.#next.ordinal > last) return undefined;
    const next = this.#next;
    this.#next = undefined;
    return next;
  }

  async #group(): Promise<{ readonly ordinal: number; rows: number } | undefined> {
    let group: { readonly ordinal: number; rows: number } | undefined;
    for (;;) {
      if (this.#at === this.#count) {
        this.#count = await this.#items.read();
        this.#at = 0;
        if (this.#count === 0) return group;
      }
      const ordinal = numberAt(this.#items.block, this.#at * NUMBER_BYTES);
      group ??= { ordinal, rows: 0 };
      if (ordinal !== group.ordinal) return group;
      group.rows += 1;
      this.#at += 1;
    }
  }
}
