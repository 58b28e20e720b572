import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@batchrock/core';
import { type AskedLine, MODELS, type ModelKey } from './feature.ts';
import { objectOf, textOf } from './json.ts';
import type { Made } from './peer.ts';

const MAIN = join(import.meta.dirname, '../../../batchrock/src/main.ts');
const MOST_MS = 300_000;

/** What a program printed, and how it ended. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs our command line, from source, in a process of its own. */
export function batchrock(argv: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Printed> {
  const child = spawn(process.execPath, ['--conditions=@batchrock/source', MAIN, ...argv], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', BATCHROCK_STATE_DIR: join(cwd, 'state'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: MOST_MS,
    killSignal: 'SIGKILL',
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, ...said }));
  });
}

/** What `convert --to bedrock` makes of the lines: a file for each model and each type of job. */
export async function translateOurs(lines: readonly AskedLine[], folder: string): Promise<ReadonlyMap<string, Made>> {
  const made = new Map<string, Made>();
  for (const model of Object.keys(MODELS) as ModelKey[]) {
    for (const hasTools of [false, true]) {
      const own = lines.filter((each) => each.model === model && (each.feature.hasTools ?? false) === hasTools);
      if (own.length > 0) await convert(own, join(folder, `${model}-${hasTools ? 'tools' : 'plain'}`), made);
    }
  }
  return made;
}

async function convert(lines: readonly AskedLine[], folder: string, made: Map<string, Made>): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'in.jsonl'), lines.map(({ line }) => `${JSON.stringify(line)}\n`).join(''));
  const model = MODELS[lines[0]!.model];
  const ran = await batchrock(['convert', 'in.jsonl', '--to', 'bedrock', '--model', model], folder);
  if (ran.code !== 0 && ran.code !== 3) {
    const reason = ran.stderr.split('\n')[0] ?? '';
    // a code of the catalogue is a refusal of the whole file, anything else is no answer
    const kind = ran.code === 2 && reason.startsWith('BR-E') ? 'refused' : 'crashed';
    for (const { customId } of lines) made.set(customId, { kind, reason });
    return;
  }
  const records = recordsOf(ran.stdout);
  for (const [i, { customId }] of lines.entries()) {
    const refusal = new RegExp(`^in\\.jsonl:${i + 1}: (?!warning: )(.*)$`, 'm').exec(ran.stderr)?.[1];
    const bodies = records.get(customId);
    if (bodies !== undefined) made.set(customId, { kind: 'sent', bodies });
    else if (refusal !== undefined) made.set(customId, { kind: 'refused', reason: refusal });
    else made.set(customId, { kind: 'crashed', reason: 'neither a record nor a reason' });
  }
}

/** The bodies of each line; one of several is known by `#` and its number. */
function recordsOf(text: string): ReadonlyMap<string, readonly JsonObject[]> {
  const records = new Map<string, JsonObject[]>();
  for (const line of text.split('\n').filter(Boolean)) {
    const record = objectOf(JSON.parse(line));
    const id = textOf(record['recordId']).replace(/#\d+$/, '');
    records.set(id, [...(records.get(id) ?? []), objectOf(record['modelInput'])]);
  }
  return records;
}
