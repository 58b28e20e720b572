import { isServiceError, type ObjectInfo, type ObjectSink, type ObjectStore, type Source, type SourcePin } from '@batchrock/core';
import type { FollowOptions } from '../progress.ts';
import { plainName, shortHash } from './names.ts';

/** Where datasets of a user lie in the bucket of an orchestrator. */
const FOLDER = 'inputs';

/** Files of this machine, as they will lie in the bucket. */
export interface UploadPlan {
  /** What an execution is told: the object, or the folder of several. */
  readonly uri: string;
  readonly files: readonly { readonly source: Source; readonly key: string }[];
}

/**
 * The keys of a dataset's files follow from their content and names: the same files are the same objects, which are there already
 * and make the same run. `ending` is put to a name that does not say its format.
 */
export function planUpload(
  { uri }: Pick<ObjectStore, 'uri'>,
  sources: readonly Source[],
  pins: readonly SourcePin[],
  ending: string | undefined,
): UploadPlan {
  const names = sources.map(({ name }) => objectName(name, ending));
  const folder = `${FOLDER}/${shortHash({ pins, names }, 32)}`;
  const isOne = sources.length === 1;
  // several are read in the order of their keys
  const files = sources.map((source, i) => {
    const name = names[i] as string;
    return { source, key: `${folder}/${isOne ? name : `${String(i).padStart(6, '0')}-${name}`}` };
  });
  return { uri: isOne ? `${uri}/${files[0]?.key}` : `${uri}/${folder}/`, files };
}

function objectName(name: string, ending: string | undefined): string {
  const last = name.split(/[\\/]/).at(-1) ?? '';
  const plain = plainName(last.slice(-150), 150);
  return ending === undefined || plain.toLowerCase().includes(ending) ? plain : `${plain}${ending}`;
}

/** Uploads what is not there yet, as a stream. An object appears whole or not at all. */
export async function upload(objects: ObjectStore, { files }: UploadPlan, o: FollowOptions): Promise<void> {
  const totalBytes = files.reduce((sum, { source }) => sum + source.size, 0);
  let before = 0;
  for (const { source, key } of files) {
    const tell = (bytes: number): void => o.onProgress?.({ phase: 'uploading', bytes: before + bytes, totalBytes });
    tell(0);
    const standing = await objects.head(key, o);
    if (standing?.size !== source.size) {
      const sink = objects.create(key, { ifAbsent: standing === undefined, ...(o.signal && { signal: o.signal }) });
      await copyInto(sink, source, { signal: o.signal, tell }).catch(unlessThere);
    }
    before += source.size;
  }
}

/** Copies a source into a sink, whole or not at all. */
export async function copyInto(
  sink: ObjectSink,
  source: Source,
  { signal, tell }: { readonly signal: AbortSignal | undefined; readonly tell: (bytes: number) => void },
): Promise<ObjectInfo> {
  const input = await source.open(0, signal);
  let bytes = 0;
  try {
    let block = sink.block();
    for (;;) {
      const length = await input.readInto(block);
      if (length === 0) break;
      bytes += length;
      block = await sink.write(block.subarray(0, length));
      tell(bytes);
    }
    await source.checkUnchanged(signal);
    return await sink.commit();
  } catch (error) {
    await sink.abort();
    throw error;
  } finally {
    await input.close();
  }
}

/** Somebody else has uploaded the same content meanwhile. */
function unlessThere(error: unknown): void {
  if (!isServiceError(error, 'conflict')) throw error;
}
