import { describe, expect, it } from 'vitest';
import { ownFamily } from './own-family.ts';

const sound = { name: 'in-house', request: () => ({ text: 'x' }), answer: () => ({ text: 'y' }) };

describe('a family of a project', () => {
  it.each([
    [
      'throws',
      () => {
        throw new TypeError('not today');
      },
      'in-house.request of ./x.js: not today',
    ],
    ['gives a promise', async () => ({}), 'in-house.request of ./x.js: '],
    ['gives no body', () => 'text', 'in-house.request of ./x.js: '],
  ])('is named with its module where it %s', (_, request, message) => {
    const family = ownFamily({ ...sound, request }, './x.js');
    expect(() => family.request({ text: 'a', params: {} })).toThrow(
      expect.objectContaining({ code: 'BR-E0132', message: expect.stringContaining(message) }),
    );
    // what pads a job is a request like any other
    expect(() => family.sentinel()).toThrow(expect.objectContaining({ code: 'BR-E0132' }));
  });

  it('cannot change what the rows behind one are asked', () => {
    const params: Record<string, number> = { top: 1 };
    const family = ownFamily(
      { ...sound, request: (asked: { params: object }) => Object.assign(asked.params, { top: 2 }) },
      './x.js',
    );
    expect(() => family.request({ text: 'a', params })).toThrow(expect.objectContaining({ code: 'BR-E0132' }));
    expect(params).toEqual({ top: 1 });
  });

  it.each([
    ['no text', { text: 5 }, 'its text is no text'],
    ['calls that are none', { toolCalls: [null] }, 'its toolCalls are no list'],
    ['a word for its end that nobody knows', { finish: 'done' }, 'finish is none of stop'],
  ])('is named where its reply has %s', (_, reply, message) => {
    const family = ownFamily({ ...sound, chat: () => ({}), reply: () => reply }, './x.js');
    expect(() => family.reply?.({})).toThrow(
      expect.objectContaining({ code: 'BR-E0132', message: expect.stringContaining(message) }),
    );
  });

  it('is named where its body is nothing in JSON', () => {
    const family = ownFamily({ ...sound, request: () => ({ toJSON: () => undefined }) }, './x.js');
    expect(() => family.request({ text: 'a', params: {} })).toThrow(expect.objectContaining({ code: 'BR-E0132' }));
  });

  it('has no name of a built-in one', () => {
    expect(() => ownFamily({ ...sound, name: 'nova' }, './x.js')).toThrow(expect.objectContaining({ code: 'BR-E0131' }));
  });
});
