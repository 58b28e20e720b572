import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { aws_iam as iam, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import * as genaicdk from '../index';

/** The first example of the README, as text. */
export function readmeExample(): string {
  const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');
  const example = /```typescript fixture=default-bedrock-batch-stepfn\n([\s\S]*?)```/.exec(readme)?.[1];
  if (example === undefined) throw new Error('README.md has no example');
  return example;
}

/** A stack in whose constructor the example of the README stands, to the letter: it is read from there, and run. */
export class ReadmeStack extends cdk.Stack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const names = ['cdk', 'iam', 's3', 'sfn', 'genaicdk'];
    new Function(...names, readmeExample()).call(this, cdk, iam, s3, sfn, genaicdk);
  }
}
