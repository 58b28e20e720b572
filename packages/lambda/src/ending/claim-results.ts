import type { FileEngine } from '../file-engine/index.ts';
import { changeFile, claimPlace, type FileBody, isOver } from '../files/index.ts';
import { resultsBucket, resultsFolders } from './results-place.ts';

/** Gives the results of a file their folder, once: the one that its name asks for, or one beside it where that is another's. */
export async function claimResults(engine: FileEngine, file: FileBody, run: string): Promise<FileBody> {
  if (file.results !== undefined) return file;
  const { ports, objectsOf } = engine;
  const bucket = resultsBucket(file);
  const [wanted, beside] = resultsFolders(file, run);
  const claimed = await claimPlace(ports, objectsOf(bucket), { bucket, folder: wanted, run });
  const results = claimed === 'ours' ? wanted : beside;
  const after = await changeFile(engine, file.file, (there) =>
    there === undefined || isOver(there) ? undefined : { ...there, results },
  );
  return after ?? file;
}
