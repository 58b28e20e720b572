import { describe, expect, it } from 'vitest';
import { holds, Scope, updated } from './expressions.ts';

describe('the expressions of the table of tests', () => {
  const scope = (values: object = {}, names: Record<string, string> = {}) =>
    new Scope({ ExpressionAttributeNames: names, ExpressionAttributeValues: values as never });

  it('are judged, not believed', () => {
    const item = { a: { S: 'x' }, n: { N: '2' } };
    expect(holds('attribute_not_exists(a)', item, scope())).toBe(false);
    expect(holds('attribute_not_exists(a)', undefined, scope())).toBe(true);
    expect(holds('a = :x AND n < :n', item, scope({ ':x': { S: 'x' }, ':n': { N: '3' } }))).toBe(true);
    expect(holds('a = :x AND n > :n', item, scope({ ':x': { S: 'x' }, ':n': { N: '3' } }))).toBe(false);
    expect(holds('b = :x', item, scope({ ':x': { S: 'x' } }))).toBe(false);
    expect(updated('SET a = :y REMOVE n ADD s :s', item, scope({ ':y': { S: 'y' }, ':s': { SS: ['0'] } }))).toEqual({
      a: { S: 'y' },
      s: { SS: ['0'] },
    });
    expect(updated('DELETE s :s', { s: { SS: ['0'] } }, scope({ ':s': { SS: ['0'] } }))).toEqual({});
  });

  it('are refused where DynamoDB refuses them: reserved words, unknown and unused placeholders, other grammar', () => {
    expect(() => holds('state = :x', {}, scope({ ':x': { S: 'x' } }))).toThrow('reserved');
    expect(() => holds('a = :y', {}, scope())).toThrow('not defined');
    expect(() => scope({ ':x': { S: 'x' } }).end()).toThrow('unused');
    expect(() => holds('begins_with(a, :x)', {}, scope())).toThrow('not understood');
  });
});
