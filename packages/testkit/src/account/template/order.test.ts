import { expect, test } from 'vitest';
import { parseTemplate } from './document.ts';
import { inOrder } from './order.ts';

const order = (resources: object): readonly string[] =>
  inOrder(parseTemplate(JSON.stringify({ Resources: resources }))).map(({ logicalId }) => logicalId);

test('a resource comes after those that its properties mention, however deep', () => {
  const resources = {
    Rule: { Type: 'r', Properties: { Targets: [{ Arn: { 'Fn::GetAtt': ['Function', 'Arn'] } }] } },
    Function: { Type: 'f', DependsOn: 'Policy', Properties: { Role: { 'Fn::GetAtt': 'Role.Arn' } } },
    Policy: { Type: 'p', Properties: { Text: { 'Fn::Sub': `arn:\${Role}` }, Other: { 'Fn::Join': ['', [{ Ref: 'Bucket' }]] } } },
    Role: { Type: 'role' },
    Bucket: { Type: 'b' },
  };
  expect(order(resources)).toEqual(['Role', 'Bucket', 'Policy', 'Function', 'Rule']);
});

test('parameters and pseudo parameters are no resources', () => {
  expect(order({ A: { Type: 'a', Properties: { x: { Ref: 'AWS::Region' }, y: { Ref: 'Parameter' } } } })).toEqual(['A']);
});

test('resources that need each other are named', () => {
  const resources = { A: { Type: 'a', DependsOn: ['B'] }, B: { Type: 'b', Properties: { x: { Ref: 'A' } } } };
  expect(() => order(resources)).toThrow('A -> B -> A');
});
