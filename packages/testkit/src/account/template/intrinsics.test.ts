import { describe, expect, test } from 'vitest';
import type { Json } from './document.ts';
import { holds, resolve, type Scope } from './intrinsics.ts';

const conditions: Readonly<Record<string, Json>> = {
  InEurope: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
  Nowhere: { 'Fn::Not': [true] },
};

const scope: Scope = {
  ref: (name) => ({ 'AWS::Region': 'eu-west-1', Bucket: 'the-bucket', Names: ['a', 'b'] })[name],
  attribute: (id, name) => (id === 'Role' && name === 'Arn' ? 'arn:role' : undefined),
  condition: (name) => conditions[name],
  imported: (name) => (name === 'other:Bucket-the-bucket' ? 'imported' : undefined),
  mapping: (map, first, second) => (map === 'M' ? `${first}/${second}` : undefined),
};

describe('intrinsic functions', () => {
  const cases: readonly (readonly [string, Json, Json])[] = [
    ['Ref', { Ref: 'Bucket' }, 'the-bucket'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:role'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Role.Arn' }, 'arn:role'],
    ['Join of a list of functions', { 'Fn::Join': ['', ['s3://', { Ref: 'Bucket' }, '/x']] }, 's3://the-bucket/x'],
    ['Sub with names and attributes', { 'Fn::Sub': `\${Bucket}-\${Role.Arn}-\${AWS::Region}` }, 'the-bucket-arn:role-eu-west-1'],
    ['Sub with variables of its own', { 'Fn::Sub': [`\${x}/\${Bucket}`, { x: { Ref: 'AWS::Region' } }] }, 'eu-west-1/the-bucket'],
    ['Sub leaves a literal alone', { 'Fn::Sub': `\${!Bucket}` }, `\${Bucket}`],
    ['Select of Split', { 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'AWS::Region' }] }] }, 'west'],
    ['If', { 'Fn::If': ['InEurope', { Ref: 'Bucket' }, 'no'] }, 'the-bucket'],
    ['ImportValue of a Sub', { 'Fn::ImportValue': { 'Fn::Sub': `other:Bucket-\${Bucket}` } }, 'imported'],
    ['FindInMap', { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'k'] }, 'eu-west-1/k'],
    ['NoValue leaves a property out', { a: 1, b: { Ref: 'AWS::NoValue' }, c: [{ Ref: 'AWS::NoValue' }, 2] }, { a: 1, c: [2] }],
    ['If to NoValue', { a: { 'Fn::If': ['Nowhere', 1, { Ref: 'AWS::NoValue' }] } }, {}],
    ['what only looks like a function', { Ref: 'Bucket', other: 1 }, { Ref: 'Bucket', other: 1 }],
  ];
  test.each(cases)('%s', (_, value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  test('what is not there and what is not known is named', () => {
    expect(() => resolve({ Ref: 'Missing' }, scope)).toThrow('Ref of "Missing" is not there');
    expect(() => resolve({ 'Fn::Transform': {} }, scope)).toThrow('Fn::Transform is not known here');
  });
});

describe('conditions', () => {
  test('are named, joined and turned round', () => {
    expect(holds({ Condition: 'InEurope' }, scope)).toBe(true);
    expect(holds({ Condition: 'Nowhere' }, scope)).toBe(false);
    expect(holds({ 'Fn::And': [{ Condition: 'InEurope' }, { 'Fn::Not': [{ Condition: 'Nowhere' }] }] }, scope)).toBe(true);
    expect(holds({ 'Fn::Or': [{ Condition: 'Nowhere' }, { 'Fn::Equals': ['a', 'b'] }] }, scope)).toBe(false);
  });
});
