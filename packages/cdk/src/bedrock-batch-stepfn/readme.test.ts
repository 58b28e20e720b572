import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { it } from 'vitest';
import { ReadmeStack } from '../testing/readme-stack';

it('synthesises the example of the README', () => {
  const template = Template.fromStack(new ReadmeStack(new App(), 'Example'));
  template.resourceCountIs('AWS::Lambda::Function', 2);
});
