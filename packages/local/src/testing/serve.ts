import { type LocalBedrockOptions, startLocalBedrock } from '../index.ts';

// A local Bedrock in a process of its own, for tests that measure its memory or kill it. Its options are its argument; it
// says where it serves, answers every message with its peak of resident memory in bytes, and ends with its parent.
const server = await startLocalBedrock(JSON.parse(process.argv[2] ?? '{}') as LocalBedrockOptions);
process.on('message', () => process.send?.({ peakRss: process.resourceUsage().maxRSS * 1024 }));
process.once('disconnect', () => process.exit());
process.send?.({ url: server.url });
