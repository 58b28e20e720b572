import { StateError } from '@batchrock/core';
import type { OpenedQueue } from '../../compose/open-queue-stack.ts';
import { type FileBody, findFile, findFileByKey, INTAKE_PREFIX, isFileId } from '../../queue/index.ts';

/**
 * The file that a user means: its id, its key (with or without `to-process/`), or `s3://bucket/key`. Throws `BR-E0201` for one that the
 * queue does not have, saying so where its object only waits to be taken.
 */
export async function findQueued(opened: OpenedQueue, named: string): Promise<FileBody> {
  const { stack, objects } = opened;
  for (const look of looksFor(opened, named)) {
    const file = await look();
    // of a ledger that queues share, those of the others are theirs
    if (file?.queue === stack.bucket) return file;
  }
  const key = intakeKey(named);
  const waits = !named.startsWith('s3://') && (await objects.head(key)) !== undefined;
  throw new StateError(
    'BR-E0201',
    `no file ${named} in the queue ${stack.name}${waits ? `: ${key} is there, and not taken yet` : ''}`,
    {
      hint: waits
        ? 'it is taken within a minute or so; give the same command again'
        : `give the id of a file, f-…, or its key; batchrock queue list --stack ${stack.name} shows them`,
      details: { file: named },
    },
  );
}

type Look = () => Promise<FileBody | undefined>;

function looksFor({ ledger, stack }: OpenedQueue, named: string): readonly Look[] {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(named) ?? [];
  if (bucket !== undefined && key !== undefined) return [() => findFileByKey({ ledger }, bucket, key)];
  const looks: Look[] = [() => findFileByKey({ ledger }, stack.bucket, intakeKey(named))];
  if (isFileId(named)) looks.unshift(() => findFile({ ledger }, named));
  return looks;
}

function intakeKey(named: string): string {
  return named.startsWith(INTAKE_PREFIX) ? named : `${INTAKE_PREFIX}${named}`;
}
