import { ensureLocalBedrock, type SharedOptions } from '../index.ts';

// A process that shares a local Bedrock, for tests. It says where it is and whether it serves it, once it knows and on
// every message, and lives as long as its parent listens; with `once` it ends by itself.
const options = JSON.parse(process.argv[2] ?? '{}') as SharedOptions & { readonly once?: boolean };
const shared = await ensureLocalBedrock(options);
const report = (): void => void process.send?.({ url: shared.url, isServing: shared.isServing });
report();
if (options.once) process.disconnect();
else {
  process.on('message', report);
  process.once('disconnect', () => process.exit());
}
