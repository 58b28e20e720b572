import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { familyNamed } from '../model/index.ts';
import { LineKind, OutputDecoder } from './decode.ts';
import { recordId } from './ids.ts';
import { releaseBlock, takeBlock } from './kernel.ts';
import { type Outcome, parseOutcome } from './outcome-line.ts';
import { emptyOutcomeSpans, readOutcome } from './outcome-spans.ts';

const ID = recordId('k3', 41);

/** Reads one line of output as a collector does, in a block of the kernel or in another one. */
function read(line: string | Uint8Array, family = 'anthropic', inKernel = true): { outcome: Outcome; decoder: OutputDecoder } {
  const bytes = Buffer.from(line as string);
  const take = (size: number) => (inKernel ? takeBlock(size) : new Uint8Array(size));
  const block = take(bytes.length + 40).fill(0x22);
  block.set(bytes, 3);
  const decoder = new OutputDecoder({ family: familyNamed(family), recordPrefix: 'k3', whole: true });
  expect(decoder.scan(block, 3, 3 + bytes.length)).toBe(LineKind.record);
  decoder.decode();
  const out = take(decoder.size + 40).fill(0xee);
  expect(decoder.write(out, 2)).toBe(2 + decoder.size);
  expect([out[1], out[1 + decoder.size], out[2 + decoder.size]]).toEqual([0xee, 10, 0xee]);
  expect(readOutcome(out, 2, 1 + decoder.size, emptyOutcomeSpans())).toBe(true);
  const outcome = parseOutcome(out.slice(2, 1 + decoder.size));
  for (const each of [block, out]) releaseBlock(each);
  decoder.close();
  return { outcome, decoder };
}

const lineOf = (modelOutput: string) => `{"modelInput":{"a":[1,"}"]},"modelOutput":${modelOutput},"recordId":"${ID}"}`;

describe('a whole modelOutput', () => {
  it('is kept as it was written, with the tokens and the stop reason that the family reads in it', () => {
    const output =
      '{"content" : [{"type":"text","text":"a \\"b\\"\\n\\u00e9😀"}, {"type":"tool_use","input":{"n":1.50}}],"stop_reason":"max_tokens","usage":{"input_tokens":12,"output_tokens":5}}';
    const { outcome, decoder } = read(lineOf(output));
    expect(outcome).toEqual({
      id: ID,
      status: 'succeeded',
      response: output,
      stop: 'max_tokens',
      inputTokens: 12,
      outputTokens: 5,
    });
    expect(decoder).toMatchObject({ succeeded: true, truncated: true, retry: false, inputTokens: 12, outputTokens: 5 });
  });

  it('of an embedding keeps its numbers as they stand', () => {
    const output = '{"embedding":[0.10,-1e-7,3],"embeddingsByType":{"binary":[1,0]},"inputTextTokenCount":4}';
    expect(read(lineOf(output), 'titan-embed-text').outcome).toEqual({
      id: ID,
      status: 'succeeded',
      response: output,
      stop: '',
      inputTokens: 4,
    });
  });

  it('is an answer whatever shape it has, as long as it is an object', () => {
    const strange = '{"embeddingsByType":{"binary":[1,0]}}';
    expect(read(lineOf(strange), 'titan-embed-text').outcome).toEqual({
      id: ID,
      status: 'succeeded',
      response: strange,
      stop: '',
    });
    for (const none of ['"text"', '[]', '7', '{"a":}', '{"a":1e}']) {
      expect(read(lineOf(none)).outcome, none).toMatchObject({ status: 'failed', code: 'bad_output', retry: false });
    }
  });

  it('that is not UTF-8 is no answer', () => {
    const bytes = Buffer.from(lineOf('{"a":"?"}'));
    bytes[bytes.indexOf('?')] = 0xff;
    expect(read(bytes).outcome).toMatchObject({ status: 'failed', code: 'bad_output' });
  });

  it('is nothing but an answer: errors and lines with neither are classified as ever', () => {
    const error = `{"recordId":"${ID}","modelInput":{},"error":{"errorCode":503,"errorMessage":"busy"}}`;
    expect(read(error).outcome).toMatchObject({ status: 'failed', code: '503', message: 'busy', retry: true });
    expect(read(lineOf('null')).outcome).toMatchObject({ status: 'failed', code: 'bad_error' });
  });

  it('has the same value where its key is written with escapes', () => {
    const line = `{"recordId":"${ID}","model\\u004futput":{"content":[],"n":1.50}}`;
    const { outcome } = read(line);
    expect(outcome).toMatchObject({ status: 'succeeded', response: '{"content":[],"n":1.5}' });
  });

  it('in the usual shape is kept only where every byte of it is sound', () => {
    const usual = (more: string) =>
      `{"content":[{"type":"text","text":"a"}],"stop_reason":"max_tokens","usage":{"output_tokens":5}${more}}`;
    expect(read(lineOf(usual(',"n":[1.50,-0,1e400,true,null]'))).outcome).toMatchObject({
      status: 'succeeded',
      stop: 'max_tokens',
      outputTokens: 5,
    });
    const deep = usual(`,"deep":${'['.repeat(300)}${']'.repeat(300)}`);
    expect(read(lineOf(deep)).outcome).toMatchObject({ response: deep, stop: 'max_tokens', outputTokens: 5 });
    for (const broken of [',"n":01', ',"n":tru', ',"n":[1,]', ',"n":"\\x"', ',"n":{"a"}', ',"n":[}']) {
      expect(read(lineOf(usual(broken))).outcome, broken).toMatchObject({ status: 'failed', code: 'bad_output' });
    }
  });

  it('of any content comes back byte for byte, out of the kernel memory and out of other memory', () => {
    const value = fc.dictionary(fc.string({ unit: 'binary', maxLength: 4 }), fc.jsonValue({ stringUnit: 'binary', maxDepth: 1 }));
    fc.assert(
      fc.property(value, fc.constantFrom('', ' ', '\t'), fc.boolean(), (given, space, inKernel) => {
        const output = JSON.stringify(given, null, space).replaceAll('\n', '\r');
        const { outcome } = read(lineOf(output), 'converse', inKernel);
        expect(outcome).toMatchObject({ status: 'succeeded', response: output });
      }),
      { numRuns: 100 },
    );
  });

  it('may be far larger than the one before', () => {
    const decoder = new OutputDecoder({ family: familyNamed('nova'), recordPrefix: 'k3', whole: true });
    for (const size of [1, 20_000, 3, 200_000]) {
      const output = JSON.stringify({ text: '"\\'.repeat(size) });
      const bytes = Buffer.from(lineOf(output));
      decoder.scan(bytes, 0, bytes.length);
      decoder.decode();
      const out = new Uint8Array(decoder.size);
      decoder.write(out, 0);
      expect(parseOutcome(out, 0, out.length - 1)).toMatchObject({ response: output });
    }
    decoder.close();
  });
});
