import type { CollectCounts, PartFacts, RunPorts, RunSteps } from '@batchrock/core';
import { jobIdentity, jobParameters, objectKeys, ordinalOf, readText, writeText } from '@batchrock/core';

interface PlainOutcome {
  readonly id: string;
  readonly status: 'succeeded' | 'failed' | 'retryable' | 'missing';
}

/**
 * The two steps over records in a few plain lines, for tests of the protocol alone: whole files in memory, error codes
 * below 429 are for good. Deterministic and repeatable as the real ones.
 */
export const plainSteps: RunSteps = {
  async writeOutcomes(ports, { part }) {
    const folder = `${objectKeys.outputFolder(part.run, part.attempt, part.part)}${part.jobId}/`;
    const manifest = await readText(ports.objects, `${folder}manifest.json.out`);
    const isDue = ports.clock.now() >= (part.endedAt ?? 0) + ports.service.facts.outputSettleMs;
    if (manifest === undefined && !isDue) return 'unsettled';
    const results = new Map<string, PlainOutcome['status']>();
    for await (const { key } of ports.objects.list(folder)) {
      if (!key.endsWith('.jsonl.out')) continue;
      for (const line of await linesOf(ports, key)) {
        const { recordId, error } = line as { recordId: string; error?: { errorCode: number } };
        results.set(recordId, error === undefined ? 'succeeded' : error.errorCode < 429 ? 'failed' : 'retryable');
      }
    }
    const ids = (await inputLines(ports, part)).map((line) => line.recordId).sort();
    const outcomes = ids.map((id): PlainOutcome => ({ id, status: results.get(id) ?? 'missing' }));
    const text = outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join('');
    await writeText(ports.objects, objectKeys.outcomes(part.run, part.attempt, part.part), text);
    return count(outcomes);
  },

  async writeRetryParts(ports, { document, attempt, parts, select }) {
    const records: { readonly recordId: string }[] = [];
    for (const part of parts.filter((candidate) => candidate.attempt === attempt)) {
      const again = new Set(['retryable', 'missing', ...(select?.all ? ['failed'] : [])]);
      const outcomes = (await linesOf(ports, objectKeys.outcomes(part.run, attempt, part.part))) as PlainOutcome[];
      const ids = new Set(outcomes.filter((outcome) => again.has(outcome.status)).map((outcome) => outcome.id));
      records.push(...(await inputLines(ports, part)).filter((line) => ids.has(line.recordId)));
    }
    const facts: PartFacts[] = [];
    for (let at = 0; at < records.length; at += document.partRecords) {
      facts.push(await writePlainPart(ports, document, attempt + 1, facts.length, records.slice(at, at + document.partRecords)));
    }
    return facts;
  },
};

/** Writes the input of one part: a file of the given records. */
export async function writePlainPart(
  ports: RunPorts,
  document: Parameters<typeof jobParameters>[0],
  attempt: number,
  part: number,
  records: readonly { readonly recordId: string }[],
): Promise<PartFacts> {
  const { run, lane } = document;
  const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  await writeText(ports.objects, objectKeys.inputFile(run, attempt, part, 0), text);
  const hash = ports.digest.start();
  hash.update(new TextEncoder().encode(text));
  const facts = {
    run,
    attempt,
    part,
    lane,
    records: records.length,
    sentinels: 0,
    bytes: text.length,
    files: 1,
    xxh128: hash.hex(),
    firstOrdinal: ordinalAt(records, 0),
    lastOrdinal: ordinalAt(records, records.length - 1),
    ...(attempt === 1 && { rejected: 0 }),
  };
  const parameters = jobParameters(document, facts);
  return { ...facts, ...jobIdentity(ports.digest, { run, part, attempt, namePrefix: document.job.namePrefix, parameters }) };
}

function ordinalAt(records: readonly { readonly recordId: string }[], at: number): number {
  const record = records[at];
  return record === undefined ? at : ordinalOf(new TextEncoder().encode(record.recordId), 0);
}

async function inputLines(ports: RunPorts, part: PartFacts): Promise<{ readonly recordId: string }[]> {
  return (await linesOf(ports, objectKeys.inputFile(part.run, part.attempt, part.part, 0))) as { recordId: string }[];
}

async function linesOf(ports: RunPorts, key: string): Promise<unknown[]> {
  const text = (await readText(ports.objects, key)) ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

function count(outcomes: readonly PlainOutcome[]): CollectCounts {
  const of = (status: PlainOutcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
  return { succeeded: of('succeeded'), failed: of('failed'), retryable: of('retryable'), missing: of('missing'), truncated: 0 };
}
