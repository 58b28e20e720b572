import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { StackFamily } from '../families/index.ts';

/** The family of a user that speaks as the models of Anthropic do, with a word of its own in each request. */
export const FAMILY_SOURCE = `export default {
  name: 'in-house',
  params: [{ name: 'max_tokens', kind: 'integer', byDefault: 20 }],
  request({ text, params }) {
    if (text.includes('thing 7.')) throw new Error('seven is not to be asked');
    return { anthropic_version: 'bedrock-2023-05-31', max_tokens: params.max_tokens, messages: [{ role: 'user', content: 'House: ' + text }] };
  },
  answer(output) {
    const [{ text }] = output.content;
    if (text.endsWith('00500')) throw new TypeError('five is no answer');
    return { text: text.toUpperCase(), stopReason: output.stop_reason };
  },
};
`;

/** A family as it was deployed beside the code of a function; it goes with the test. */
export function stackFamily(source: string = FAMILY_SOURCE, name = 'in-house'): StackFamily {
  const folder = mkdtempSync(join(tmpdir(), 'stack-family-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, source);
  return { name, sha256: createHash('sha256').update(source).digest('hex'), path: `${name}.js`, file };
}
