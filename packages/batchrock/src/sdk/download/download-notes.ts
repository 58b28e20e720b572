import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileSink, systemErrorCode } from '../../node/index.ts';

/** What a downloaded file was when it came. */
export interface DownloadNote {
  /** Of the object. */
  readonly etag: string;
  readonly bytes: number;
  /** Of the file, so that one that was changed here is not taken for ours. */
  readonly xxh128: string;
}

/** The file in a folder of downloads that says what each of them was; it goes where the folder goes. */
const NAME = '.batchrock-downloads.json';
const SCHEMA = 'batchrock.downloads/1';

/** What is known of the files of a folder. */
export class DownloadNotes {
  readonly #folder: string;
  readonly #files: Map<string, DownloadNote>;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string, files: ReadonlyMap<string, DownloadNote>) {
    this.#folder = folder;
    this.#files = new Map(files);
  }

  /** Those of a folder; none where they cannot be read: then its files are taken for somebody else's. */
  static async read(folder: string): Promise<DownloadNotes> {
    try {
      const { schema, files } = JSON.parse(await readFile(join(folder, NAME), 'utf8')) as {
        readonly schema?: unknown;
        readonly files?: Readonly<Record<string, DownloadNote>>;
      };
      return new DownloadNotes(folder, new Map(schema === SCHEMA ? Object.entries(files ?? {}) : []));
    } catch (error) {
      if (error instanceof SyntaxError || /^(ENOENT|ENOTDIR)$/.test(systemErrorCode(error)))
        return new DownloadNotes(folder, new Map());
      throw error;
    }
  }

  of(name: string): DownloadNote | undefined {
    return this.#files.get(name);
  }

  /** Notes a file that has just come. */
  add(name: string, note: DownloadNote): Promise<void> {
    this.#files.set(name, note);
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const text = `${JSON.stringify({ schema: SCHEMA, files: Object.fromEntries(this.#files) }, null, 2)}\n`;
    const sink = createFileSink(join(this.#folder, NAME), { mode: 0o644, sync: false });
    try {
      await sink.write(new TextEncoder().encode(text));
      await sink.commit();
    } finally {
      await sink.abort();
    }
  }
}
