import { invariant } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import type { ByteSource, CallOptions, Dialect, ReadPosition, RowReader } from '../ports/index.ts';
import type { RunDocument } from './document.ts';
import { objectKeys } from './keys.ts';
import { objectMissing } from './line-chain.ts';
import type { RunPorts } from './ports.ts';

/** Opens rows from the middle of a dataset: the source's first byte is byte `position.byte` of it. From `formats`. */
export type OpenRows = (source: ByteSource, dialect: Dialect, position: ReadPosition) => Promise<RowReader>;

interface PartRowsInput extends CallOptions {
  readonly document: RunDocument;
  readonly part: PartBody;
  readonly columns: readonly string[];
  readonly openRows: OpenRows;
}

/** The rows of a part of the first attempt, as they came. */
export async function openPartRows(ports: Pick<RunPorts, 'objects' | 'compression'>, o: PartRowsInput): Promise<RowReader> {
  const { document, part } = o;
  const { dialect } = document.source;
  invariant(part.span !== undefined, `part ${part.part} of attempt ${part.attempt} has no rows of its own`);
  const key = objectKeys.rows(part.run, part.part, dialect.format, ports.compression.suffix);
  const source = await ports.objects.open(key, { signal: o.signal });
  if (source === undefined) throw objectMissing(ports.objects, key);
  const columns = dialect.format === 'jsonl' ? { columns: o.columns } : {};
  return o.openRows(ports.compression.decompress(source), dialect, { ...part.span.from, ...columns });
}
