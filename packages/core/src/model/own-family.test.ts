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

  it('has no name of a built-in one', () => {
    expect(() => ownFamily({ ...sound, name: 'nova' }, './x.js')).toThrow(expect.objectContaining({ code: 'BR-E0131' }));
  });
});
