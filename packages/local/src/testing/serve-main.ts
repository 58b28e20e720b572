import type { LocalBedrockOptions } from '../options.ts';
import { startLocalBedrock } from '../start.ts';

// A server in a process of its own, for tests that kill it: options as JSON in, one line with its URL out.
const { url } = await startLocalBedrock(JSON.parse(process.argv[2] ?? '{}') as LocalBedrockOptions);
process.stdout.write(`${url}\n`);
