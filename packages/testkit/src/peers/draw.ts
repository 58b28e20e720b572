import type { JsonObject, JsonValue } from '@batchrock/core';
import { createRng, type Rng } from '../simulation/random.ts';

/** Draws what stands in requests. The same seed and label draw the same. */
export interface Draw {
  readonly rng: Rng;
  /** A text that comes nowhere else, at times with quotes, line ends and characters outside of the first plane. */
  text(): string;
  /** A name as tools and schemas have them. */
  name(): string;
  callId(): string;
  /** Base64 of an image's first bytes and some more. */
  image(format: ImageFormat): string;
  pdf(): string;
  /** A JSON schema of an object, all closed and required, as a strict one has to be. */
  schema(): JsonObject;
  user(): JsonObject;
}

export type ImageFormat = 'png' | 'jpeg' | 'gif' | 'webp';

const WORDS = [
  'weather',
  'Grüße',
  'ledger',
  '"quoted"',
  '漢字',
  'line\nend',
  '\u{1f9d7}',
  'tariff',
  'a\\b',
  "it's",
  '<b>',
  '100 %',
];
const NAMES = ['look_up', 'get-weather', 'SEND_mail', 'f', 'sum2'];
const BEGINNINGS: Readonly<Record<ImageFormat, readonly number[]>> = {
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  jpeg: [0xff, 0xd8, 0xff, 0xe0],
  gif: [...Buffer.from('GIF89a')],
  webp: [...Buffer.from('RIFF    WEBP')],
};
const PROPERTIES: readonly JsonObject[] = [
  { type: 'string' },
  { type: 'integer' },
  { type: 'array', items: { type: 'string' } },
  { type: 'string', enum: ['red', 'green'] },
  { type: 'boolean' },
];

export function createDraw(seed: number, label: string): Draw {
  const rng = createRng(seed, label);
  const hex = (digits: number): string => Array.from({ length: digits }, () => rng.int(0, 15).toString(16)).join('');
  const bytes = (head: readonly number[]): string =>
    Buffer.from([...head, ...Array.from({ length: rng.int(8, 40) }, () => rng.int(0, 255))]).toString('base64');
  const text = (): string => `${rng.pick(WORDS)} ${hex(8)} ${rng.pick(WORDS)}`;
  return {
    rng,
    text,
    name: () => `${rng.pick(NAMES)}_${hex(4)}`,
    callId: () => `call_${hex(24)}`,
    image: (format) => bytes(BEGINNINGS[format]),
    pdf: () => bytes([...Buffer.from('%PDF-1.7\n')]),
    schema() {
      const names = Array.from({ length: rng.int(1, 3) }, () => `p_${hex(4)}`);
      const properties = Object.fromEntries(names.map((name) => [name, rng.pick(PROPERTIES) as JsonValue]));
      return { type: 'object', properties, required: names, additionalProperties: false };
    },
    user: () => ({ role: 'user', content: text() }),
  };
}
