import { createHash } from 'node:crypto';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { ReadmeStack, readmeExample } from '../testing/readme-stack';
import { testApp } from '../testing/synthesis';

/** Of the example in the README of the original. */
const originalExample = 'eee89b73753d80a602a587a16e26a4b472cf7c5312225327a113c045d7c37d98';

it('has the example of the original in its README, to the letter', () => {
  expect(createHash('sha256').update(readmeExample()).digest('hex')).toBe(originalExample);
});

it('synthesises that example, with two functions', () => {
  Template.fromStack(new ReadmeStack(testApp(), 'Example')).resourceCountIs('AWS::Lambda::Function', 2);
});
