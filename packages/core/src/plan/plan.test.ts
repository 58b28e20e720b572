import { describe, expect, it } from 'vitest';
import { resolveModel } from '../model/index.ts';
import { planCost } from './cost.ts';
import { estimatePlan } from './plan.ts';
import { IMAGE_TOKENS, sampleRecords } from './record-sample.ts';
import { estimateTokens } from './tokens.ts';

const haiku = resolveModel('anthropic.claude-3-haiku-20240307-v1:0');
const titan = resolveModel('amazon.titan-embed-text-v2:0');
const unpriced = resolveModel('zai.glm-4.7');

const line = (text: string): string =>
  `${JSON.stringify({ recordId: 'k3000000000', modelInput: haiku.family.request({ text, system: 'Be brief.', params: { max_tokens: 300 } }) })}\n`;
const sample = sampleRecords(['short', 'a much longer text of which there is more to say '.repeat(20)].map(line))!;

describe('tokens of a text', () => {
  it.each([
    // text, tokens by o200k and by Claude 2's tokenizer (gpt-tokenizer 4.0.0, @anthropic-ai/tokenizer 0.0.4; 2026-11-21)
    ['The battery lasts for two days, but the screen scratches easily; I would not buy it again.', 20, 21],
    ['Аккумулятор держится два дня, но экран легко царапается; второй раз я бы его не купил.', 26, 47],
    ['电池可以用两天，但是屏幕很容易刮花，我不会再买了。', 20, 25],
    ['バッテリーは二日間もちますが、画面に傷がつきやすいので、もう買いません。', 29, 35],
    ['배터리는 이틀 동안 지속되지만 화면이 쉽게 긁혀서 다시는 사지 않을 것 같습니다.', 24, 47],
    ['تدوم البطارية يومين، لكن الشاشة تخدش بسهولة، ولن أشتريها مرة أخرى.', 23, 61],
    ['बैटरी दो दिन चलती है, लेकिन स्क्रीन पर आसानी से खरोंच लग जाती है।', 21, 66],
    ['{"id":4711,"price":19.99,"tags":["new","sale"],"at":"2026-11-21T04:43:56Z"}', 35, 34],
  ])('of %j lie between %d and %d', (text, o200k, claude2) => {
    const { low, expected, high } = estimateTokens(text);
    for (const counted of [o200k, claude2]) {
      expect(low).toBeLessThanOrEqual(counted);
      expect(high).toBeGreaterThanOrEqual(counted);
    }
    expect(expected / Math.sqrt(o200k * claude2)).toBeGreaterThan(0.6);
    expect(expected / Math.sqrt(o200k * claude2)).toBeLessThan(1.6);
  });

  it('of nothing are none', () => {
    expect(estimateTokens('')).toEqual({ low: 0, expected: 0, high: 0 });
  });
});

describe('a sample of records', () => {
  it('counts what the model reads, not the envelope', () => {
    const one = sampleRecords([line('x'.repeat(400))])!;
    const two = sampleRecords([line('x'.repeat(800))])!;
    expect(one.inputTokens.expected).toBeCloseTo(estimateTokens(`Be brief. ${'x'.repeat(400)}`).expected + 8, 6);
    expect(two.inputTokens.expected - one.inputTokens.expected).toBeCloseTo(estimateTokens('x'.repeat(400)).expected, 6);
    const embedded = sampleRecords(['{"recordId":"k3000000000","modelInput":{"inputText":"some words","dimensions":256}}'])!;
    expect(embedded.inputTokens.expected).toBeGreaterThan(estimateTokens('some words').expected);
    expect(embedded.inputTokens.expected).toBeLessThan(20);
  });

  it('counts tools, calls and their results as they are written, and images for what is assumed of one', () => {
    const record = (modelInput: object) => JSON.stringify({ recordId: 'k3000000000', modelInput });
    const tokens = (modelInput: object) => sampleRecords([record(modelInput)])!.inputTokens.expected - 8;
    const tool = { name: 'look_up', description: 'looks it up', input_schema: { type: 'object', properties: { q: {} } } };
    expect(tokens({ tools: [tool] })).toBeCloseTo(estimateTokens(JSON.stringify([tool])).expected, 6);
    const call = { messages: [{ content: [{ type: 'tool_use', id: 'x', input: { q: 'one' } }] }] };
    expect(tokens(call)).toBeCloseTo(estimateTokens('{"q":"one"}').expected, 6);
    const image = { type: 'image', source: { type: 'base64', data: 'text'.repeat(1000) } };
    expect(tokens({ messages: [{ content: [image] }] })).toBe(IMAGE_TOKENS.expected);
    const converse = { messages: [{ content: [{ image: { format: 'png', source: {} } }, { document: { name: 'text' } }] }] };
    expect(tokens(converse)).toBe(IMAGE_TOKENS.expected);
    expect(sampleRecords([record(converse), record({})])).toMatchObject({ images: 0.5, otherMedia: 0.5 });
  });

  it('knows the longest answers where every record says its own', () => {
    const record = (max_tokens?: number) => JSON.stringify({ modelInput: { prompt: 'x', max_tokens } });
    expect(sampleRecords([record(100), record(2000)])).toMatchObject({ answerLimits: [100, 2000] });
    expect(sampleRecords([record(100), record()])).not.toHaveProperty('answerLimits');
    const two = sampleRecords([record(100), record(2000)])!;
    const { outputTokens } = estimatePlan({ model: haiku, params: {}, records: 10, slots: 1, sample: two });
    expect(outputTokens).toEqual({ low: 10, expected: 1780, high: 10_500, each: 178, assumed: true });
  });

  it('measures bytes with the line feed, and is undefined for nothing', () => {
    expect(sampleRecords([line('é'), line('é')])!.bytes).toBe(new TextEncoder().encode(line('é')).length);
    expect(sampleRecords(['', '\n'])).toBeUndefined();
  });
});

describe('a plan', () => {
  it('says counts, tokens and cost with the day of the price', () => {
    const plan = estimatePlan({ model: haiku, params: { max_tokens: 300 }, records: 1_000_000, slots: 20, sample });
    expect(plan).toMatchObject({ records: 1_000_000, partRecords: 25_000, parts: 40, waves: 2, slots: 20, sentinels: 0 });
    expect(plan.bytes).toBe(Math.round(sample.bytes * 1_000_000));
    expect(plan.outputTokens).toEqual({ low: 1_000_000, expected: 256_000_000, high: 300_000_000, each: 256, assumed: true });
    const { cost } = plan;
    expect(cost?.priceDate).toBe('2026-11-21');
    expect(cost!.batch.expected).toBeCloseTo((plan.inputTokens!.expected * 0.125 + 256e6 * 0.625) / 1e6, 6);
    expect(cost!.onDemand.expected).toBeCloseTo(2 * cost!.batch.expected, 6);
    expect(cost!.batch.low).toBeLessThan(cost!.batch.expected);
    expect(cost!.batch.high).toBeGreaterThan(cost!.batch.expected);
    expect(plan.recordTokens!.fewest).toBeLessThan(plan.recordTokens!.mean);
    expect(plan.minutes!.p50).toBeGreaterThan(100);
  });

  it('takes the length of answers from an earlier run, never above the limit', () => {
    const input = { model: haiku, params: { max_tokens: 300 }, records: 10, slots: 20, sample };
    expect(estimatePlan({ ...input, outputTokens: 40 }).outputTokens).toMatchObject({ expected: 400, assumed: false });
    expect(estimatePlan({ ...input, outputTokens: 4_000 }).outputTokens).toMatchObject({ expected: 3_000 });
  });

  it('leaves out what is not known', () => {
    const unbound = sampleRecords(['{"modelInput":{"prompt":"some words"}}'])!;
    const noPrice = estimatePlan({ model: unpriced, params: {}, records: 1_000, slots: 20, sample: unbound });
    expect(noPrice).not.toHaveProperty('cost');
    expect(noPrice.outputTokens).not.toHaveProperty('high');
    const noSample = estimatePlan({ model: haiku, params: {}, records: 1_000, slots: 20 });
    for (const unknown of ['cost', 'inputTokens', 'bytes', 'recordTokens']) expect(noSample).not.toHaveProperty(unknown);
    const unbounded = estimatePlan({ model: haiku, params: {}, records: 1_000, slots: 20, sample: unbound });
    expect(unbounded.cost!.batch).not.toHaveProperty('high');
    expect(planCost(undefined, { input: 1, output: 1 })).toBeUndefined();
  });

  it('says how many padding records a small set gets, and nothing for an empty one', () => {
    expect(estimatePlan({ model: haiku, params: {}, records: 7, slots: 20 })).toMatchObject({ parts: 1, sentinels: 93 });
    const empty = estimatePlan({ model: haiku, params: {}, records: 0, slots: 20 });
    expect(empty).toMatchObject({ parts: 0, waves: 0, sentinels: 0 });
    expect(empty).not.toHaveProperty('minutes');
  });

  it('pads a small last part where rows are left out of parts, since it is not balanced then', () => {
    const input = { model: haiku, params: {}, records: 140, slots: 20, partRecords: 100 };
    expect(estimatePlan(input)).toMatchObject({ parts: 1, sentinels: 0 });
    expect(estimatePlan({ ...input, keepsTail: true })).toMatchObject({ parts: 2, sentinels: 60 });
    expect(estimatePlan({ ...input, records: 0, keepsTail: true })).toMatchObject({ parts: 0, sentinels: 0 });
  });

  it('of embeddings has no output', () => {
    const plan = estimatePlan({ model: titan, params: {}, records: 1_000, slots: 20, sample });
    expect(plan).not.toHaveProperty('outputTokens');
    expect(plan.cost!.batch.expected).toBeCloseTo((plan.inputTokens!.expected * 0.01) / 1e6, 9);
  });

  it('keeps a part size that is frozen', () => {
    expect(estimatePlan({ model: haiku, params: {}, records: 1_000, slots: 20, partRecords: 300 })).toMatchObject({
      partRecords: 300,
      parts: 4,
    });
  });
});
