import {
  type BedrockBatchServiceOptions,
  createBedrockBatchService as createRealService,
  createS3ObjectStore as createRealStore,
  type S3ObjectStoreOptions,
} from '@batchrock/aws';
import { between, betweenAll } from './moments.ts';

type Store = ReturnType<typeof createRealStore>;
type Service = ReturnType<typeof createRealService>;

/** The object store, its moments counted. An object that is written is one call: its commit. */
export function createS3ObjectStore(options: S3ObjectStoreOptions): Store {
  const store = createRealStore(options);
  return {
    ...store,
    head: (key, o) => between(`objects.head ${key}`, () => store.head(key, o)),
    open: (key, o) => between(`objects.open ${key}`, () => store.open(key, o)),
    create(key, o) {
      const sink = store.create(key, o);
      return {
        blockBytes: sink.blockBytes,
        block: () => sink.block(),
        write: (full) => sink.write(full),
        commit: () => between(`objects.create ${key}`, () => sink.commit()),
        abort: () => sink.abort(),
      };
    },
    list: (prefix, o) => betweenAll(`objects.list ${prefix}`, () => store.list(prefix, o)),
    remove: (keys, o) => between(`objects.remove ${keys.join(' ')}`, () => store.remove(keys, o)),
  };
}

/** The batch service, its moments counted. */
export function createBedrockBatchService(options: BedrockBatchServiceOptions): Service {
  const service = createRealService(options);
  return {
    ...service,
    create: (spec, o) => between(`service.create ${spec.jobName}`, () => service.create(spec, o)),
    get: (jobArn, o) => between(`service.get ${jobArn}`, () => service.get(jobArn, o)),
    list: (query, o) => betweenAll(`service.list ${JSON.stringify(query)}`, () => service.list(query, o)),
    stop: (jobArn, o) => between(`service.stop ${jobArn}`, () => service.stop(jobArn, o)),
  };
}
