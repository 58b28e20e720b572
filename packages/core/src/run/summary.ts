import type { PartBody } from '../job/index.ts';
import type { Price } from '../model/index.ts';
import type { CallOptions, ObjectStore } from '../ports/index.ts';
import { type RunCounts, runCounts } from './counts.ts';
import type { RunBody, RunDocument } from './document.ts';
import { objectKeys, partSort } from './keys.ts';
import type { RunPorts } from './ports.ts';

/** What tokens cost, in US dollars; only where both the price and the tokens are known. */
export interface RunCost {
  readonly batchUsd: number;
  readonly onDemandUsd: number;
  readonly priceSource: string;
  /** The day on which the price was read, ISO 8601. */
  readonly priceDate: string;
}

/** The cost of tokens at a price; batch is half of on demand where the price has no other. */
export function tokenCost(price: Price | undefined, inputTokens?: number, outputTokens?: number): RunCost | undefined {
  if (price === undefined || (inputTokens === undefined && outputTokens === undefined)) return undefined;
  const at = (input: number, output: number) => ((inputTokens ?? 0) * input + (outputTokens ?? 0) * output) / 1e6;
  const batch = price.batch ?? { input: price.input / 2, output: price.output / 2 };
  return {
    batchUsd: at(batch.input, batch.output),
    onDemandUsd: at(price.input, price.output),
    priceSource: price.source,
    priceDate: price.date,
  };
}

/** What the answers of a run cost: by batch inference, but those that came on demand at their full price. */
export function paidCost(
  price: Price | undefined,
  counts: Pick<RunCounts, 'inputTokens' | 'outputTokens' | 'onDemand'>,
): RunCost | undefined {
  const all = tokenCost(price, counts.inputTokens, counts.outputTokens);
  const dear = tokenCost(price, counts.onDemand?.inputTokens, counts.onDemand?.outputTokens);
  if (all === undefined || dear === undefined) return all;
  return { ...all, batchUsd: all.batchUsd + dear.onDemandUsd - dear.batchUsd };
}

/** Writes `summary.json` of a run that ends. Holds nothing but what the parts say, so any process writes the same bytes. */
export async function writeSummary(
  ports: RunPorts,
  input: CallOptions & { readonly document: RunDocument; readonly run: RunBody; readonly parts: readonly PartBody[] },
): Promise<void> {
  const text = summaryText(input.document, input.run, input.parts);
  await writeText(ports.objects, objectKeys.summary(input.run.run), text, input);
}

/** The text of `summary.json`. */
export function summaryText(document: RunDocument, run: RunBody, parts: readonly PartBody[]): string {
  const counts: RunCounts = runCounts({ ...run, state: 'ended' }, parts);
  const { price } = document.model;
  const cost = document.synthetic ? undefined : paidCost(price, counts);
  const ordered = [...parts].sort((a, b) => (partSort(a.attempt, a.part) < partSort(b.attempt, b.part) ? -1 : 1));
  const summary = {
    schema: 'batchrock.summary/1',
    run: run.run,
    source: document.source.name,
    modelId: document.model.modelId,
    synthetic: document.synthetic,
    attempts: run.attempt,
    rows: counts.rows,
    succeeded: counts.succeeded,
    failed: counts.failed,
    rejected: counts.rejected,
    duplicates: counts.duplicates,
    cached: counts.cached,
    truncated: counts.truncated,
    ...(counts.onDemand && { onDemand: counts.onDemand }),
    inputTokens: counts.inputTokens ?? null,
    outputTokens: counts.outputTokens ?? null,
    cost: cost ?? null,
    jobs: ordered.filter((part) => part.jobArn !== undefined).map(jobLine),
  };
  return `${JSON.stringify(summary, null, 2)}\n`;
}

function jobLine(part: PartBody): object {
  const { attempt, part: number, jobArn, jobStatus, records, collected, onDemand } = part;
  const padding = onDemand ? { onDemand, sentinels: 0 } : { sentinels: part.sentinels };
  return { attempt, part: number, jobArn, status: jobStatus, records, ...padding, ...collected };
}

/** Writes a small text object, whole, in place of what is there. */
export async function writeText(objects: ObjectStore, key: string, text: string, o?: CallOptions): Promise<void> {
  const sink = objects.create(key, { signal: o?.signal });
  const bytes = new TextEncoder().encode(text);
  try {
    let block = sink.block();
    for (let at = 0; at < bytes.length; ) {
      const chunk = bytes.subarray(at, at + block.length);
      block.set(chunk);
      at += chunk.length;
      const full = chunk.length === block.length ? block : block.subarray(0, chunk.length);
      block = await sink.write(full);
    }
    await sink.commit();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
