import { type Estimate, estimateTokens, turnTokens } from './tokens.ts';

/** What some records of a run say about all of them. */
export interface RecordSample {
  readonly records: number;
  /** Mean bytes of a record, its line feed included. */
  readonly bytes: number;
  /** Mean tokens of a record's input. */
  readonly inputTokens: Estimate;
  /** Fewest and most expected tokens of one record. */
  readonly fewestTokens: number;
  readonly mostTokens: number;
}

/** Keys whose strings a model reads as text; `role`, `type` and the like cost nothing worth counting. */
const TEXT_KEYS: ReadonlySet<string> = new Set(['text', 'inputText', 'system', 'content', 'prompt']);

/** Measures records as the encoder writes them, one line each; undefined for none. Some hundred are enough. */
export function sampleRecords(lines: Iterable<string>): RecordSample | undefined {
  const encoder = new TextEncoder();
  let records = 0;
  let bytes = 0;
  let [low, expected, high] = [0, 0, 0];
  let fewest = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const line of lines) {
    const trimmed = line.trimEnd();
    if (trimmed === '') continue;
    const tokens = turnTokens(estimateTokens(textsOf(JSON.parse(trimmed)).join(' ')));
    records++;
    bytes += encoder.encode(trimmed).length + 1;
    low += tokens.low;
    expected += tokens.expected;
    high += tokens.high;
    fewest = Math.min(fewest, tokens.expected);
    most = Math.max(most, tokens.expected);
  }
  if (records === 0) return undefined;
  return {
    records,
    bytes: bytes / records,
    inputTokens: { low: low / records, expected: expected / records, high: high / records },
    fewestTokens: fewest,
    mostTokens: most,
  };
}

function textsOf(value: unknown, key = ''): readonly string[] {
  if (typeof value === 'string') return TEXT_KEYS.has(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((each) => textsOf(each, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => textsOf(each, name));
}
