import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBedrockBatchService, createS3ObjectStore } from '@batchrock/aws';
import { createServiceClock, type Faults, startLocalBedrock } from '@batchrock/local';
import { describeBatchService, type JobEnd } from './batch-service.ts';
import { feed } from './object-store.ts';

/** What makes a job of this name end so. */
const FAULT_OF: Readonly<Record<Exclude<JobEnd, 'Completed'>, keyof Faults>> = {
  PartiallyCompleted: 'jobPartial',
  Failed: 'jobFail',
  Expired: 'jobExpire',
};

describeBatchService('the local Bedrock, by the AWS SDK', async ({ maxJobs }) => {
  const dir = await mkdtemp(join(tmpdir(), 'batchrock-service-'));
  const clock = createServiceClock();
  // jobs wait for an hour of a clock that the suite moves: they live until it does
  const options = { dir, buckets: ['bucket-of-tests'], speed: 1, queueMs: 3_600_000, minRecords: 1, maxJobs };
  const server = await startLocalBedrock(options, { clock });
  const shared = { endpoint: server.url, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const store = createS3ObjectStore({ ...shared, bucket: 'bucket-of-tests' });
  const service = createBedrockBatchService({ ...shared, listPageJobs: 5 });
  const setFaults = async (end: JobEnd): Promise<void> => {
    if (end === 'Completed') return;
    await fetch(`${server.url}/_batchrock/faults`, { method: 'PUT', body: JSON.stringify({ [FAULT_OF[end]]: 1 }) });
  };
  let faults = Promise.resolve();
  return {
    service: {
      ...service,
      create: async (spec, o) => {
        await faults;
        return service.create(spec, o);
      },
    },
    uri: 's3://bucket-of-tests/',
    now: () => Date.now(),
    async putInput(folder, records) {
      const modelInput = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };
      const lines = Array.from({ length: records }, (_, i) => JSON.stringify({ recordId: `record-${i}`, modelInput }));
      const sink = store.create(`${folder}000.jsonl`);
      await feed(sink, Buffer.from(`${lines.join('\n')}\n`));
      await sink.commit();
    },
    jobsEnd(end) {
      faults = setFaults(end);
    },
    pass: (ms) => clock.advance(ms),
    async close() {
      service.destroy();
      store.destroy();
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
});
