import type { ObjectStore } from '@batchrock/core';

/** Below a folder that `objectKeys.outputFolder` names. */
const OUTPUT_KEY = /^runs\/[^/]+\/output\//;

/** Whether an object is what a job has written. */
export function isOutputKey(key: string): boolean {
  return OUTPUT_KEY.test(key);
}

/** A store whose objects that jobs write are in another one, under the same keys. A list is of the one or the other. */
export function withOutputStore(own: ObjectStore, outputs: ObjectStore): ObjectStore {
  const storeOf = (key: string): ObjectStore => (isOutputKey(key) ? outputs : own);
  return {
    uri: own.uri,
    head: (key, o) => storeOf(key).head(key, o),
    open: (key, o) => storeOf(key).open(key, o),
    create: (key, o) => storeOf(key).create(key, o),
    list: (prefix, o) => storeOf(prefix).list(prefix, o),
    async remove(keys, o) {
      for (const store of [own, outputs]) {
        const there = keys.filter((key) => storeOf(key) === store);
        if (there.length > 0) await store.remove(there, o);
      }
    },
  };
}
