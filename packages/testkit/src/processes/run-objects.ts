import { createS3ObjectStore } from '@batchrock/aws';

/** The bucket that a command takes at a local Bedrock when no other is given. */
export const BUCKET = 'batchrock-local';

/** What a run says of the moment and of the machine that it began at. */
const OF_THE_MOMENT = /"createdAt": \d+/;
const OF_THE_MACHINE = /\/owner\.json$/;

/** Every object of the bucket by its key, but for what names a moment or a machine. */
export async function readObjects(endpoint: string): Promise<ReadonlyMap<string, string>> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const store = createS3ObjectStore({ bucket: BUCKET, region: 'us-east-1', endpoint, credentials });
  try {
    const objects = new Map<string, string>();
    for await (const { key, size } of store.list('')) {
      if (OF_THE_MACHINE.test(key)) continue;
      const bytes = await readAll(await store.open(key), size);
      objects.set(key, key.endsWith('/run.json') ? bytes.replace(OF_THE_MOMENT, '') : bytes);
    }
    return objects;
  } finally {
    store.destroy();
  }
}

async function readAll(
  source: Awaited<ReturnType<ReturnType<typeof createS3ObjectStore>['open']>>,
  size: number,
): Promise<string> {
  const bytes = Buffer.alloc(size);
  let filled = 0;
  for (let read = 1; source !== undefined && filled < size && read > 0; filled += read) {
    read = await source.readInto(bytes.subarray(filled));
  }
  await source?.close();
  return bytes.toString('utf8', 0, filled);
}
