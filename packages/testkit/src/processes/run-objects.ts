import { createS3ObjectStore } from '@batchrock/aws';
import { readText } from '@batchrock/core';

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
    for await (const { key } of store.list('')) {
      if (OF_THE_MACHINE.test(key)) continue;
      const text = (await readText(store, key)) ?? '';
      objects.set(key, key.endsWith('/run.json') ? text.replace(OF_THE_MOMENT, '') : text);
    }
    return objects;
  } finally {
    store.destroy();
  }
}
