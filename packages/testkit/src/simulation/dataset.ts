import { DEFAULT_LIMITS, type Dialect, type ModelLimits, type RunDocument } from '@batchrock/core';
import { POISON } from './job-output.ts';
import type { Rng } from './random.ts';

/** A row as the oracle knows it. */
export interface OracleRow {
  /** Undefined: a bad row, which is never sent. */
  readonly prompt: string | undefined;
  /** The row can never succeed. */
  readonly poison: boolean;
}

/** One run of a world: its bytes, what was asked, and what is known of each row before anything runs. */
export interface Dataset {
  readonly bytes: Uint8Array;
  readonly document: RunDocument;
  readonly rows: readonly OracleRow[];
}

const WORDS = ['river', 'granite', 'lamp, with a comma', 'say ""hi""', 'höhe', '汉字', 'line\nbreak', 'x', '0042', 'plain'];

/** Draws a small dataset and the document of its run. */
export function drawDataset(
  rng: Rng,
  options: { readonly run: string; readonly lane: string; readonly storeUri: string; readonly quota: number },
): Dataset {
  const csv = rng.chance(0.5);
  const count = rng.chance(0.1) ? rng.int(1, 3) : rng.int(4, 30);
  const badRate = rng.chance(0.4) ? rng.logUniform(0.02, 0.3) : 0;
  const poisonRate = rng.chance(0.4) ? rng.logUniform(0.02, 0.4) : 0;
  const twins = drawTwins(rng);
  const texts: { readonly text: string; readonly poison: boolean }[] = [];
  const rows: OracleRow[] = [];
  const lines: string[] = csv ? ['id,text'] : [];
  for (let i = 0; i < count; i++) {
    // A world without a row to send would have nothing to show.
    const bad = i > 0 && rng.chance(badRate);
    const isPoison = rng.chance(poisonRate);
    const own = { text: `${rng.pick(WORDS)} ${i}${isPoison ? ` ${POISON}` : ''}`, poison: isPoison };
    const { text, poison } = twins?.chance(0.5) && i > 0 ? twins.pick(texts) : own;
    texts.push({ text, poison });
    lines.push(csv ? csvLine(i, text, bad) : jsonLine(i, text, bad));
    const seen = csv ? text.replaceAll('""', '"') : text;
    rows.push(bad ? { prompt: undefined, poison: false } : { prompt: `Say: ${seen}`, poison });
  }
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  const dialect: Dialect = csv ? { format: 'csv', delimiter: ',', header: ['id', 'text'] } : { format: 'jsonl' };
  const document = drawDocument(rng, { ...options, bytes: bytes.length, dialect });
  if (twins === undefined) return { bytes, rows, document };
  return { bytes, rows, document: { ...document, dedupe: twins.chance(0.5) ? 'run' : 'part' } };
}

/** In some worlds rows ask for what others ask for, and are not sent. Drawn apart: the other worlds are as they were. */
function drawTwins(rng: Rng): Rng | undefined {
  const twins = rng.fork('twins');
  return twins.chance(0.25) ? twins : undefined;
}

function csvLine(i: number, text: string, bad: boolean): string {
  return bad ? `${i},"${text}",extra` : `${i},"${text}"`;
}

function jsonLine(i: number, text: string, bad: boolean): string {
  return bad ? `{"id":${i},"text":` : JSON.stringify({ id: i, text });
}

/** Limits so small that a handful of rows makes several parts. */
function drawLimits(rng: Rng, quota: number): ModelLimits {
  const minRecords = rng.int(1, 4);
  const maxRecords = rng.int(2 * minRecords, 10);
  return {
    ...DEFAULT_LIMITS,
    minRecords,
    maxRecords,
    maxRecordsPerFile: rng.chance(0.5) ? maxRecords : rng.int(minRecords, maxRecords),
    maxFileBytes: 64 * 1024,
    maxJobBytes: 256 * 1024,
    maxRecordBytes: 4096,
    maxJobs: quota,
  };
}

function drawDocument(
  rng: Rng,
  given: {
    readonly run: string;
    readonly lane: string;
    readonly storeUri: string;
    readonly quota: number;
    readonly bytes: number;
    readonly dialect: Dialect;
  },
): RunDocument {
  const limits = drawLimits(rng, given.quota);
  const modelId = 'anthropic.claude-3-haiku-20240307-v1:0';
  return {
    schema: 'batchrock.run/1',
    run: given.run,
    identity: `identity of ${given.run}`,
    createdAt: 1_795_219_200_000,
    version: '0.0.0',
    recordPrefix: given.run.slice(-2),
    source: { name: 'rows', bytes: given.bytes, files: [], dialect: given.dialect },
    model: { modelId, baseId: modelId, family: 'anthropic', invocationType: 'InvokeModel', task: 'text', limits },
    request: { prompt: 'Say: {text}', params: { max_tokens: 16 } },
    job: {
      storeUri: given.storeUri,
      roleArn: 'arn:aws:iam::123456789012:role/batch',
      timeoutHours: 24,
      namePrefix: 'sim',
    },
    lane: given.lane,
    partRecords: rng.int(Math.max(1, limits.minRecords), limits.maxRecords),
    maxAttempts: rng.pick([1, 2, 3, 3]),
    strict: false,
    synthetic: true,
  };
}
