import { readSchemaElement, type SchemaElement } from './schema-element.ts';
import { type Fault, ThriftReader, ThriftType } from './thrift-reader.ts';

/** A row group, as far as it is known before its chunks are looked at. */
export interface GroupFacts {
  readonly rows: number;
  /** Where its struct begins in the footer. */
  readonly at: number;
  /** Compressed bytes of all its chunks; 0 where the file does not say. */
  readonly bytes: number;
}

/** What the footer says. Chunks are read from it group by group: there may be very many. */
export interface Footer {
  readonly schema: readonly SchemaElement[];
  readonly groups: readonly GroupFacts[];
  readonly rows: number;
}

/** A column in a row group: where its pages are. */
export interface ChunkFacts {
  readonly stored: number;
  readonly codec: number;
  /** Entries, nulls and empty lists included. */
  readonly values: number;
  /** First byte of its first page, and the byte after its last. */
  readonly start: number;
  readonly end: number;
}

/** Reads the footer of a file, which is `bytes`. */
export function readFooter(bytes: Uint8Array, fault: Fault): Footer {
  const thrift = new ThriftReader(bytes, 0, bytes.length, fault);
  const schema: SchemaElement[] = [];
  const groups: GroupFacts[] = [];
  let rows = -1;
  thrift.struct((id, type) => {
    if (id === 2 && type === ThriftType.list) return thrift.list(ThriftType.struct, () => schema.push(readSchemaElement(thrift)));
    if (id === 4 && type === ThriftType.list) return thrift.list(ThriftType.struct, () => groups.push(readGroup(thrift, fault)));
    if (id === 3 && type === ThriftType.i64) {
      rows = thrift.integer();
      return true;
    }
    if (id === 8) throw fault('its footer is encrypted; decrypt the file first');
    return false;
  });
  const sum = groups.reduce((total, group) => total + group.rows, 0);
  if (!Number.isSafeInteger(sum) || rows !== sum) {
    throw fault(`its footer says ${rows} rows, its ${groups.length} row groups ${sum}`);
  }
  return { schema, groups, rows };
}

function readGroup(thrift: ThriftReader, fault: Fault): GroupFacts {
  const { at } = thrift;
  let rows = -1;
  let bytes = 0;
  thrift.struct((id, type) => {
    if (type !== ThriftType.i64) return false;
    if (id === 3) rows = thrift.integer();
    else if (id === 6) bytes = thrift.integer();
    else return false;
    return true;
  });
  if (!Number.isSafeInteger(rows) || rows < 0) throw fault(`a row group of ${rows} rows`);
  return { rows, at, bytes: Number.isSafeInteger(bytes) && bytes > 0 ? bytes : 0 };
}

/** Reads the chunks of the row group whose struct begins at `at` in the footer. */
export function readChunks(footer: Uint8Array, at: number, fault: Fault): ChunkFacts[] {
  const thrift = new ThriftReader(footer, at, footer.length, fault);
  const chunks: ChunkFacts[] = [];
  thrift.struct((id, type) => {
    if (id !== 1 || type !== ThriftType.list) return false;
    return thrift.list(ThriftType.struct, (index) => chunks.push(readChunk(thrift, index, fault)));
  });
  return chunks;
}

function readChunk(thrift: ThriftReader, index: number, fault: Fault): ChunkFacts {
  let facts: ChunkFacts | undefined;
  thrift.struct((id, type) => {
    if (id === 1 && type === ThriftType.binary) {
      throw fault(`its column ${index} lies in another file (${JSON.stringify(thrift.text())}); give a file that is whole`);
    }
    if (id === 8 || id === 9) throw fault(`its column ${index} is encrypted; decrypt the file first`);
    if (id !== 3 || type !== ThriftType.struct) return false;
    facts = readColumnFacts(thrift);
    return true;
  });
  if (facts === undefined) throw fault(`no facts about its column ${index}`);
  return facts;
}

function readColumnFacts(thrift: ThriftReader): ChunkFacts {
  let [stored, codec, values, bytes, data, dictionary] = [-1, -1, -1, -1, -1, 0];
  thrift.struct((id, type) => {
    if (type === ThriftType.i32 && id === 1) stored = thrift.integer();
    else if (type === ThriftType.i32 && id === 4) codec = thrift.integer();
    else if (type !== ThriftType.i64) return false;
    else if (id === 5) values = thrift.integer();
    else if (id === 7) bytes = thrift.integer();
    else if (id === 9) data = thrift.integer();
    else if (id === 11) dictionary = thrift.integer();
    else return false;
    return true;
  });
  // some writers say 0 for a dictionary that is not there
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  return { stored, codec, values, start, end: start + bytes };
}
