import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

/** A file of an archive. */
export interface ZipEntry {
  /** Its path, with slashes. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** 1980-01-01: the first day that a zip file knows. The same files make the same archive, whenever that is. */
const DOS_DATE = (1 << 5) | 1;
const VERSION = 20;
/** Regular file, readable by all: Lambda runs code under a user of its own. */
const UNIX_MODE = 0o100644;
const MADE_ON_UNIX = 3;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;

/** The files of a folder and of those in it, by their paths in order. */
export function entriesOf(folder: string, below = ''): readonly ZipEntry[] {
  return readdirSync(join(folder, below))
    .sort()
    .flatMap((name) => {
      const path = below === '' ? name : `${below}/${name}`;
      const place = join(folder, path);
      return statSync(place).isDirectory() ? entriesOf(folder, path) : [{ name: path, bytes: readFileSync(place) }];
    });
}

/** A zip archive of these files (PKWARE's APPNOTE 6.3, deflated). For archives and files below 4 GB, which code of a function is. */
export function zipOf(entries: readonly ZipEntry[]): Uint8Array {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const title = Buffer.from(name);
    const packed = deflateRawSync(bytes, { level: 9 });
    const facts = factsOf(title, bytes, packed);
    const local = Buffer.concat([words(0x04034b50), facts, title, packed]);
    directory.push(Buffer.concat([centralHeader(facts, offset), title]));
    files.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, central, end]);
}

/** What the header of a file and its entry in the directory both say. */
function factsOf(title: Buffer, bytes: Uint8Array, packed: Uint8Array): Buffer {
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(VERSION, 0);
  facts.writeUInt16LE(UTF8_NAMES, 2);
  facts.writeUInt16LE(DEFLATED, 4);
  facts.writeUInt16LE(DOS_DATE, 8);
  facts.writeUInt32LE(crc32(bytes), 10);
  facts.writeUInt32LE(packed.length, 14);
  facts.writeUInt32LE(bytes.length, 18);
  facts.writeUInt16LE(title.length, 22);
  return facts;
}

function centralHeader(facts: Buffer, offset: number): Buffer {
  const made = Buffer.from([VERSION, MADE_ON_UNIX]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((UNIX_MODE << 16) >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([words(0x02014b50), made, facts, rest]);
}

function words(signature: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(signature);
  return bytes;
}
