import type { ChildProcess } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvariantError } from '@batchrock/core';
import type { Bench } from './bench.ts';
import { peakRssMB } from './figures.ts';
import { exitCode, servedUrl, startProgram } from './program.ts';

const BUCKET = 'bench';

/** `batchrock run` on a CSV file, from start to exit, with the local Bedrock in a process of its own. Memory is the client's. */
export const endToEnd: Bench = {
  name: 'end-to-end',
  rows: 100_000,
  async run({ rows, dir, dataset }) {
    const server = batchrock(dir, ['local', '--dir', join(dir, 'local'), '--bucket', BUCKET]);
    try {
      const url = await servedUrl(server);
      const out = join(dir, 'results.jsonl');
      const started = performance.now();
      const client = batchrock(dir, [
        ...['run', dataset, '--out', out, '--model', 'anthropic.claude-3-haiku-20240307-v1:0'],
        ...['--prompt', 'Classify the sentiment of this {topic} review: {text}', '--quiet', '--yes'],
        ...['--endpoint-url', url, '--bucket', BUCKET, '--role-arn', 'arn:aws:iam::000000000000:role/bench'],
      ]);
      const [code, peak] = await Promise.all([exitCode(client), watchPeak(client)]);
      const seconds = (performance.now() - started) / 1000;
      const written = await countLines(out);
      if (code !== 0 || written !== rows) throw new InvariantError(`exit code ${code}, ${written} of ${rows} rows`);
      return { seconds, peakRssMB: peak };
    } finally {
      server.kill('SIGTERM');
      await exitCode(server);
    }
  },
};

function batchrock(dir: string, args: readonly string[]): ChildProcess {
  return startProgram(args, { BATCHROCK_STATE_DIR: join(dir, 'state') });
}

/** The kernel's high-water mark, read until the process is gone. */
async function watchPeak(child: ChildProcess): Promise<number> {
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    try {
      // a process that has just ended has no memory left to report
      peak = Math.max(peak, peakRssMB(child.pid) || 0);
    } catch {
      break;
    }
    await sleep(50);
  }
  return peak;
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return lines;
}
