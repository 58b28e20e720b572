import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TextQuestion } from './question.ts';
import { answerText, SYNTHETIC_LABEL } from './text-model.ts';
import { countTokens } from './tokens.ts';

const ask = (text: string, more: Partial<TextQuestion> = {}): string => reply(text, more).text;
const reply = (text: string, more: Partial<TextQuestion> = {}) =>
  answerText({ kind: 'text', modelId: 'm', system: '', turns: [{ role: 'user', text }], stopSequences: [], ...more });

describe('the built-in text model', () => {
  test.each([
    ['I love this phone, it works perfectly', 'positive'],
    ['It broke after a day, what a waste', 'negative'],
    ['The parcel weighs two kilograms', 'neutral'],
    ['This is not good at all', 'negative'],
    ['Not bad', 'positive'],
  ])('finds the sentiment of "%s"', (text, sentiment) => {
    expect(ask(`Classify the sentiment of: ${text}`)).toBe(`${SYNTHETIC_LABEL} ${sentiment}`);
  });

  test('takes the instruction from the system text too', () => {
    const system = 'You are a classifier. Reply with positive, negative or neutral.';
    expect(ask('The room was dirty and the staff rude.', { system })).toBe(`${SYNTHETIC_LABEL} negative`);
  });

  test('chooses among the labels that the prompt names', () => {
    const prompt = 'Classify the ticket as one of: billing, delivery, account.\n\nWhere is my delivery? It is a week late.';
    expect(ask(prompt)).toBe(`${SYNTHETIC_LABEL} delivery`);
  });

  test('writes one sentence about the film that it is asked about', () => {
    const answer = ask('Write a one-sentence logline for The Land Girls, a Drama film.');
    expect(answer).toMatch(/^\[synthetic\] The Land Girls: [^.]+\.$/);
  });

  test('answers in JSON when it is asked to, labelled inside', () => {
    expect(JSON.parse(ask('Return JSON with the sentiment of: great'))).toEqual({ answer: 'positive', synthetic: true });
  });

  test('summarises by the first sentence', () => {
    const answer = ask('Summarise the following text: The harbour closed on Monday. Ships wait outside. Harbour staff strike.');
    expect(answer).toContain('The harbour closed on Monday');
  });

  test('ends at a stop sequence and says so', () => {
    const all = ask('Tell me about rivers and mills.');
    const stop = all.slice(20, 24);
    const cut = reply('Tell me about rivers and mills.', { stopSequences: ['never there', stop] });
    expect(cut).toMatchObject({ end: 'stop', stopSequence: stop, text: all.slice(0, all.indexOf(stop)) });
  });

  test('never gives more tokens than it may, and then says that it was cut', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 1, max: 60 }), (text, maxTokens) => {
        const whole = reply(text);
        const limited = reply(text, { maxTokens });
        expect(countTokens(limited.text)).toBeLessThanOrEqual(maxTokens);
        expect(limited.end).toBe(whole.outputTokens > maxTokens ? 'length' : 'end');
      }),
    );
  });

  test('gives the same answer to the same question, whatever was asked between', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const first = reply(text);
        reply(other);
        expect(reply(text)).toEqual(first);
      }),
    );
  });
});
