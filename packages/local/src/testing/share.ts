import { ensureLocalBedrock, type SharedOptions } from '../index.ts';

// A process that shares a local Bedrock, for tests. It says where it is and whether it serves it, once it knows and on
// every message, and lives as long as its parent listens; with `once` it ends by itself, and when it is told to `close` once it
// has: with 0, and with 1 where it did not live to see that.
const options = JSON.parse(process.argv[2] ?? '{}') as SharedOptions & { readonly once?: boolean };
const shared = await ensureLocalBedrock(options);
const report = (): void => void process.send?.({ url: shared.url, isServing: shared.isServing });
report();
if (options.once) process.disconnect();
else {
  process.on('message', (said) => (said === 'close' ? void leave() : report()));
  process.once('disconnect', () => process.exit());
}

async function leave(): Promise<void> {
  process.exitCode = 1;
  process.removeAllListeners('disconnect').disconnect();
  await shared.close();
  process.exitCode = 0;
}
