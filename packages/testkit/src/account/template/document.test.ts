import { expect, test } from 'vitest';
import { parseTemplate } from './document.ts';

const Parameters = { ModelId: { Type: 'String', MinLength: 1 }, RoleArn: { Default: '', AllowedPattern: '(arn:.+)?' } };
const read = (given: Readonly<Record<string, string>>) => parseTemplate(JSON.stringify({ Resources: {}, Parameters }), given);

test('a parameter has the value that is given, else its default', () => {
  expect(read({ ModelId: 'a' }).parameters).toEqual({ ModelId: 'a', RoleArn: '' });
  expect(read({ ModelId: 'a', RoleArn: 'arn:x' }).parameters).toEqual({ ModelId: 'a', RoleArn: 'arn:x' });
});

test('a parameter without a value, one that is not declared and a value that is not allowed are named', () => {
  expect(() => read({})).toThrow('ModelId has no default');
  expect(() => read({ ModelId: '' })).toThrow('ModelId may not be ""');
  expect(() => read({ ModelId: 'a', RoleArn: 'x arn:' })).toThrow('RoleArn may not be "x arn:"');
  expect(() => read({ ModelId: 'a', Other: 'b' })).toThrow('no parameter Other; it has ModelId, RoleArn');
});
