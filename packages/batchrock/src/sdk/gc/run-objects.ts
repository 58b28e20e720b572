import { isManifestKey, type ObjectInfo, objectKeys, type RunPorts } from '@batchrock/core';
import { isOutputKey } from '../../compose/output-store.ts';
import type { RunHome } from '../../compose/run-home.ts';

type Ports = Pick<RunPorts, 'objects'>;

/**
 * What stays of a run: what was asked, that it was prepared, whose it is, how it came out, and what Bedrock billed. So its id stays
 * taken, also where the ledger is lost, and what it cost can be told.
 */
function stays(run: string, key: string): boolean {
  const kept = [objectKeys.document(run), objectKeys.prepared(run), objectKeys.summary(run), objectKeys.owner(run)];
  return kept.includes(key) || isManifestKey(key);
}

/** The objects of a run that may go, in its bucket and where its jobs write. The list of its parts comes first. */
export async function* removableObjects({ objects }: Ports, { document }: RunHome): AsyncGenerator<ObjectInfo, void, undefined> {
  const { run } = document;
  const first = objectKeys.parts(run);
  const info = await objects.head(first);
  if (info !== undefined) yield info;
  const mayGo = ({ key }: ObjectInfo): boolean => key !== first && !stays(run, key);
  const hasOutputs = document.job.outputStoreUri !== undefined;
  // a list of everything has the output of jobs in other Regions, and that in a bucket of its own it has not
  for await (const each of objects.list(`${objectKeys.folder(run)}/`)) {
    if (mayGo(each) && !(hasOutputs && isOutputKey(each.key))) yield each;
  }
  if (!hasOutputs) return;
  for await (const each of objects.list(`${objectKeys.folder(run)}/output/`)) if (mayGo(each)) yield each;
}

/** Removed in one call, at most: as many as S3 takes. */
const AT_ONCE = 1000;

/**
 * Removes them; how many, and their bytes. The list of parts goes alone and before all else: without it nobody can adopt the run and
 * send again what is no longer there. `tell` hears when a removal is asked for, and when it has happened.
 */
export async function removeObjects(
  ports: Ports,
  home: RunHome,
  tell: (step: 'asked' | 'gone') => void,
): Promise<{ files: number; bytes: number }> {
  const freed = { files: 0, bytes: 0 };
  let held: ObjectInfo[] = [];
  const remove = async (): Promise<void> => {
    tell('asked');
    await ports.objects.remove(held.map(({ key }) => key));
    for (const { size } of held) {
      freed.files += 1;
      freed.bytes += size;
    }
    held = [];
    tell('gone');
  };
  for await (const each of removableObjects(ports, home)) {
    held.push(each);
    if (held.length === AT_ONCE || freed.files === 0) await remove();
  }
  if (held.length > 0) await remove();
  return freed;
}
