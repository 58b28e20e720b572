import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeClock, nodeSha256, writeWhole } from '../node/index.ts';
import type { StateDir } from './state-dir.ts';

/** A file of what an account said. */
interface KeptFact {
  readonly schema: 'batchrock.fact/1';
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly readAt: number;
  readonly value: unknown;
}

/** How a fact is asked for where none is kept, or one that is too old. */
export interface FactQuestion<T> {
  /** What it is a fact of: account, Region, question. */
  readonly key: string;
  readonly maxAgeMs: number;
  /** Undefined for what a file holds that was not written for this question. */
  readonly parse: (value: unknown) => T | undefined;
  readonly ask: () => Promise<T>;
}

/**
 * What an account said before, of this state directory, or what it says now. A file that cannot be read is none, and one that cannot
 * be written is asked for again the next time. Throws what `ask` throws.
 */
export async function keptFact<T>(dir: StateDir, { key, maxAgeMs, parse, ask }: FactQuestion<T>): Promise<T> {
  const path = pathOf(dir, key);
  const kept = await readFact(path);
  const age = nodeClock.now() - (kept?.readAt ?? Number.NEGATIVE_INFINITY);
  // a clock that was set back makes no fact younger
  const found = kept?.key === key && age >= 0 && age <= maxAgeMs ? parse(kept.value) : undefined;
  if (found !== undefined) return found;
  const value = await ask();
  const fact: KeptFact = { schema: 'batchrock.fact/1', key, readAt: nodeClock.now(), value };
  await writeWhole(path, JSON.stringify(fact), { what: 'keep what the account said', makesFolder: true }).catch(() => undefined);
  return value;
}

function pathOf(dir: StateDir, key: string): string {
  const name = Buffer.from(nodeSha256.sha256(new TextEncoder().encode(key))).toString('hex');
  return join(dir.path, 'account', `${name.slice(0, 32)}.json`);
}

async function readFact(path: string): Promise<KeptFact | undefined> {
  try {
    const fact: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isFact(fact) ? fact : undefined;
  } catch {
    return undefined;
  }
}

function isFact(value: unknown): value is KeptFact {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 'batchrock.fact/1';
}
