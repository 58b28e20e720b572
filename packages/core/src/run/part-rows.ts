import { invariant } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import { type ByteSource, type CallOptions, type Dialect, type ReadPosition, type RowReader, rowFormat } from '../ports/index.ts';
import type { RunDocument } from './document.ts';
import { objectKeys } from './keys.ts';
import { objectMissing } from './line-chain.ts';
import type { RunPorts } from './ports.ts';
import { withRowSources } from './row-sources.ts';

/**
 * Opens rows that were kept: the source's first byte is that of the row at `position`. Rows of Parquet were made into JSON Lines
 * (`rowFormat`). From `formats`.
 */
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
  const key = objectKeys.rows(part.run, part.part, rowFormat(dialect), ports.compression.suffix);
  const source = await ports.objects.open(key, { signal: o.signal });
  if (source === undefined) throw objectMissing(ports.objects, key);
  const columns = rowFormat(dialect) === 'jsonl' ? { columns: o.columns } : {};
  // a copy that is read in one piece: which of several sources its rows came from is told afterwards
  const { byte, line, ordinal } = part.span.from;
  const reader = await o.openRows(ports.compression.decompress(source), dialect, { byte, line, ordinal, ...columns });
  return withRowSources(reader, part.span);
}
