// Programs that are not ours: boto3 does a whole job at the local Bedrock, calls its models and judges Converse bodies, LiteLLM's proxy answers as `--upstream`, moto's S3
// holds datasets, pyarrow and DuckDB write Parquet files.
// Needs python3 and PyPI for the first run; everything else stays on loopback.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LocalBedrockOptions, startLocalBedrock } from '@batchrock/local';
import { createTally, runChecks, type Tally } from './checks.ts';
import { writeConverseBodies } from './converse-bodies.ts';
import { startLiteLlm } from './litellm.ts';
import { checkMoto, startMoto } from './moto.ts';
import { readParquetFolder } from './parquet-reading.ts';
import { openPythonEnvironment, type PythonEnvironment } from './python.ts';
import { checkReaders } from './readers.ts';

const BUCKET = 'clients-of-batchrock';
const CHECKS_MS = 180_000;
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

async function main(): Promise<number> {
  const tally = createTally();
  const work = mkdtempSync(join(tmpdir(), 'batchrock-clients-'));
  try {
    const python = await openPythonEnvironment(join(root, '.venv-clients'), file('./requirements.txt'));
    for (const program of ['boto3_job', 'boto3_runtime']) {
      await withLocal({ dir: join(work, program) }, (url) =>
        runChecks(tally, 'boto3', python.python, [file(`./${program}.py`), url], CHECKS_MS),
      );
    }
    writeConverseBodies(join(work, 'bodies.jsonl'));
    const judge = [file('./converse_bodies.py'), join(work, 'bodies.jsonl')];
    await runChecks(tally, 'botocore', python.python, judge, CHECKS_MS);
    await checkParquet(tally, join(work, 'parquet'));
    await checkUpstream(tally, python, work);
    await checkReaders(tally, root, work);
    const moto = await startMoto(python.bin, work);
    await checkMoto(tally, moto.url, work).finally(() => moto.close());
  } catch (error) {
    tally.add('clients', error instanceof Error ? error.message : String(error));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
  return tally.failed === 0 ? 0 : 1;
}

/** Files of pyarrow and DuckDB, read here and compared with pyarrow's own reading. */
async function checkParquet(tally: Tally, folder: string): Promise<void> {
  const { python } = await openPythonEnvironment(join(root, '.venv-readers'), file('./readers-requirements.txt'));
  mkdirSync(folder);
  const run = (verb: string) => runChecks(tally, 'Parquet', python, [file('./parquet_files.py'), verb, folder], CHECKS_MS);
  await run('write');
  await readParquetFolder(folder);
  await run('check');
}

async function checkUpstream(tally: Tally, python: PythonEnvironment, work: string): Promise<void> {
  const proxy = await startLiteLlm(python.bin, work);
  try {
    const options = { dir: join(work, 'upstream'), buckets: [BUCKET], upstreamUrl: proxy.url, upstreamModel: proxy.model };
    await withLocal(options, (url) =>
      runChecks(tally, 'LiteLLM', python.python, [file('./boto3_job.py'), url, proxy.answer], CHECKS_MS),
    );
  } finally {
    await proxy.close();
  }
}

async function withLocal(options: LocalBedrockOptions, use: (url: string) => Promise<void>): Promise<void> {
  const local = await startLocalBedrock(options);
  try {
    await use(local.url);
  } finally {
    await local.close();
  }
}

process.exitCode = await main();
