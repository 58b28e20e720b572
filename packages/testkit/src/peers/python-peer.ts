import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PythonEnvironment } from '../clients/python.ts';
import { type AskedLine, MODELS } from './feature.ts';
import { ROLE, region } from './local-jobs.ts';
import type { Made } from './peer.ts';

/** A peer in its own virtual environment. */
export interface Peer extends PythonEnvironment {
  /** Makes records of lines. */
  readonly records: string;
  /** Makes results of jobs. */
  readonly answers: string;
}

const MOST_MS = 600_000;
const BOTOCORE = fileURLToPath(new URL('../clients/converse_bodies.py', import.meta.url));

/** What a peer makes of the lines, each by itself; by custom_id. */
export async function runPeer(
  { python, records }: Peer,
  lines: readonly AskedLine[],
  endpoint: string,
  folder: string,
): Promise<ReadonlyMap<string, Made>> {
  mkdirSync(folder, { recursive: true });
  const [given, made] = [join(folder, 'lines.jsonl'), join(folder, 'made.jsonl')];
  const texts = lines.map(({ customId, model, line }) => JSON.stringify({ id: customId, modelId: MODELS[model], line }));
  writeFileSync(given, `${texts.join('\n')}\n`);
  await runPython(python, [records, given, made], { cwd: folder, env: peerEnvironment(endpoint, folder) });
  const read = readFileSync(made, 'utf8').split('\n').filter(Boolean);
  return new Map(read.map((text) => JSON.parse(text) as Made & { readonly id: string }).map((each) => [each.id, each]));
}

/** No AWS but the local one, no look at the network for prices or telemetry. */
export function peerEnvironment(endpoint: string, folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    PEER_ROLE: ROLE,
    LANGBATCH_DATA_PATH: join(folder, 'data'),
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    LITELLM_TELEMETRY: 'False',
    AWS_S3_BUCKET_NAME: 'litellm-files',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/** What botocore has against each Converse body, by the lines that its program prints. */
export async function botocoreProblems(python: string, path: string, count: number): Promise<readonly (string | undefined)[]> {
  const problems: (string | undefined)[] = Array.from({ length: count });
  const said = await runPython(python, [BOTOCORE, path], { env: { PATH: process.env['PATH'] } });
  if (!said.includes(`ok ${count} bodies are Converse's, 1 are not`))
    throw new Error(`botocore did not judge all: ${said.slice(-300)}`);
  for (const [, number, problem] of said.matchAll(/^not ok body (\d+): (.*)$/gm)) {
    // the first line is one that has to be refused
    if (number === '1') throw new Error(`botocore takes what is not Converse's`);
    problems[Number(number) - 2] = `botocore: ${problem?.slice(0, 90)}`;
  }
  return problems;
}

/** Runs a program and gives what it printed; rejects with its end when it did not end well. */
export function runPython(
  python: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  const child = spawn(python, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], timeout: MOST_MS, killSignal: 'SIGKILL' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-3000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${args[0]} ended with ${signal ?? code}: ${stderr}`));
    });
  });
}
