import { createHash } from 'node:crypto';
import { type NewItem, type ObjectStore, type RunPorts, transact } from '@batchrock/core';

/** Whose a folder of results is: item `PLACE#<hash>`, schema `place/1`. */
interface PlaceBody {
  readonly bucket: string;
  readonly folder: string;
  readonly run: string;
}

/**
 * Makes a folder the place of a run's results, or says that it is another's: of another run, or of whoever put files there. One that
 * is claimed stays claimed, so that nothing is ever written over. `folder` ends with a slash.
 */
export async function claimPlace(
  ports: RunPorts,
  objects: ObjectStore,
  { bucket, folder, run }: PlaceBody,
): Promise<'ours' | 'taken'> {
  const key = `PLACE#${createHash('sha256').update(`${bucket}/${folder}`).digest('hex').slice(0, 40)}`;
  const standing = (await ports.ledger.get(key))?.body as PlaceBody | undefined;
  if (standing !== undefined) return standing.run === run ? 'ours' : 'taken';
  if (await hasFiles(objects, folder)) return 'taken';
  return transact<'ours' | 'taken'>(ports, async () => {
    const item = await ports.ledger.get(key);
    if (item !== undefined) return { writes: [], result: (item.body as PlaceBody).run === run ? 'ours' : 'taken' };
    const put: NewItem<PlaceBody> = { key, schema: 'place/1', body: { bucket, folder, run }, indexes: [] };
    return { writes: [{ put, expect: 'absent' }], result: 'ours' };
  });
}

/** Folders below it are other places. */
async function hasFiles(objects: ObjectStore, folder: string): Promise<boolean> {
  for await (const { key } of objects.list(folder)) {
    if (key !== folder && !key.slice(folder.length).includes('/')) return true;
  }
  return false;
}
