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
  /** Mean number of images in a record, each of which is taken for `IMAGE_TOKENS`. */
  readonly images: number;
  /** Mean number of documents, sounds and films in a record: their tokens are not known, and not counted. */
  readonly otherMedia: number;
  /** The longest answer of each record in tokens; absent where one says none. */
  readonly answerLimits?: readonly number[];
}

/**
 * Tokens of an image, whose size is not looked at. Claude: width × height / 750, at most some 1,600 (Anthropic's guide to vision); other
 * models have not said.
 */
export const IMAGE_TOKENS: Estimate = { low: 100, expected: 1200, high: 1600 };

/** Keys whose strings a model reads as text; `role`, `type` and the like cost nothing worth counting. */
const TEXT_KEYS: ReadonlySet<string> = new Set(['text', 'texts', 'inputText', 'system', 'content', 'prompt', 'value']);
/** Keys below which a model reads all that there is: tools, their calls and results, schemas of answers. */
const WHOLE_KEYS: ReadonlySet<string> = new Set([
  ...['tools', 'toolConfig', 'input', 'arguments', 'json', 'outputConfig', 'output_config', 'response_format'],
]);
/** What the longest answer is called, family by family. */
const LIMIT_KEYS: ReadonlySet<string> = new Set([
  ...['max_tokens', 'max_completion_tokens', 'maxTokens', 'max_gen_len', 'maxTokenCount'],
]);
const IMAGES: ReadonlySet<unknown> = new Set(['image', 'image_url']);
const OTHER_MEDIA: ReadonlySet<unknown> = new Set(['document', 'audio', 'video', 'input_audio', 'file']);

/** What is in one record. */
interface Contents {
  readonly texts: string[];
  images: number;
  otherMedia: number;
  limit: number | undefined;
}

/** Measures records as the encoder writes them, one line each; undefined for none. Some hundred are enough. */
export function sampleRecords(lines: Iterable<string>): RecordSample | undefined {
  const encoder = new TextEncoder();
  let records = 0;
  let bytes = 0;
  let [low, expected, high] = [0, 0, 0];
  let fewest = Number.POSITIVE_INFINITY;
  let most = 0;
  let [images, otherMedia] = [0, 0];
  const answerLimits: number[] = [];
  for (const line of lines) {
    const trimmed = line.trimEnd();
    if (trimmed === '') continue;
    const found: Contents = { texts: [], images: 0, otherMedia: 0, limit: undefined };
    look(JSON.parse(trimmed), '', found);
    const tokens = turnTokens(estimateTokens(found.texts.join(' ')));
    const mean = tokens.expected + found.images * IMAGE_TOKENS.expected;
    records++;
    bytes += encoder.encode(trimmed).length + 1;
    low += tokens.low + found.images * IMAGE_TOKENS.low;
    expected += mean;
    high += tokens.high + found.images * IMAGE_TOKENS.high;
    fewest = Math.min(fewest, mean);
    most = Math.max(most, mean);
    images += found.images;
    otherMedia += found.otherMedia;
    if (found.limit !== undefined) answerLimits.push(found.limit);
  }
  if (records === 0) return undefined;
  return {
    records,
    bytes: bytes / records,
    inputTokens: { low: low / records, expected: expected / records, high: high / records },
    fewestTokens: fewest,
    mostTokens: most,
    images: images / records,
    otherMedia: otherMedia / records,
    ...(answerLimits.length === records ? { answerLimits } : {}),
  };
}

function look(value: unknown, key: string, found: Contents): void {
  if (typeof value === 'string') {
    if (TEXT_KEYS.has(key) || WHOLE_KEYS.has(key)) found.texts.push(value);
  } else if (typeof value === 'number') {
    if (LIMIT_KEYS.has(key)) found.limit = value;
  } else if (Array.isArray(value) && !WHOLE_KEYS.has(key)) {
    for (const each of value) look(each, key, found);
  } else if (typeof value === 'object' && value !== null) {
    lookInside(value, key, found);
  }
}

function lookInside(value: object, key: string, found: Contents): void {
  if (WHOLE_KEYS.has(key)) {
    found.texts.push(JSON.stringify(value));
    return;
  }
  const type = 'type' in value && typeof value.type === 'string' ? value.type : key;
  // the bytes within are no text, and count once
  if (IMAGES.has(type)) found.images += 1;
  else if (OTHER_MEDIA.has(type)) found.otherMedia += 1;
  else for (const [name, each] of Object.entries(value)) look(each, name, found);
}
