import { hashText } from '../seeded.ts';
import type { ObjectStorage, ObjectWrite } from '../storage/index.ts';
import { createShuffler } from './shuffler.ts';

const CHUNK_CHARS = 262_144;

/** The output of one input file: lines shuffled into one object or several, which nobody sees before `commit`. */
export interface OutputWriter {
  write(line: string): Promise<void> | undefined;
  /** Writes what is held back. Call once, before `commit`. */
  finish(): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** Opens the objects `<key>.out`; with several files also `<key without .jsonl>.part2.jsonl.out` and so on. */
export function createOutputWriter(options: {
  readonly storage: ObjectStorage;
  readonly bucket: string;
  /** Of the input file's name below the job's output folder. */
  readonly key: string;
  readonly files: number;
  readonly seed: string;
}): OutputWriter {
  const { storage, bucket, key, files, seed } = options;
  const shuffler = createShuffler(hashText(`${seed}/${key}`));
  const outputs = Array.from({ length: files }, (_, i) => {
    const name = i === 0 ? `${key}.out` : `${key.replace(/\.jsonl$/, '')}.part${i + 1}.jsonl.out`;
    return { name, object: storage.create(bucket, name), chunk: '' };
  });
  let turn = 0;

  const flush = async (output: { readonly object: ObjectWrite; chunk: string }): Promise<void> => {
    const { chunk } = output;
    output.chunk = '';
    if (chunk !== '') await output.object.write(Buffer.from(chunk, 'utf8'));
  };
  const append = (lines: readonly string[]): Promise<void> | undefined => {
    let full: Promise<void> | undefined;
    for (const line of lines) {
      const output = outputs[turn]!;
      turn = (turn + 1) % outputs.length;
      output.chunk += `${line}\n`;
      if (output.chunk.length < CHUNK_CHARS) continue;
      full = full === undefined ? flush(output) : full.then(() => flush(output));
    }
    return full;
  };

  return {
    write: (line) => append(shuffler.push(line)),
    async finish() {
      await append(shuffler.drain());
      for (const output of outputs) await flush(output);
    },
    async commit() {
      for (const { name, object } of outputs) {
        const result = await object.commit();
        if (result.status !== 'stored') throw new Error(`s3://${bucket}/${name} could not be written: ${result.status}`);
      }
    },
    async abort() {
      for (const { object } of outputs) await object.abort();
    },
  };
}
