import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as genaicdk from '@batchrock/cdk';
import * as cdk from 'aws-cdk-lib';
import { aws_iam as iam, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** A stack in whose constructor the example of the constructs' README stands, to the letter: it is read from there, and run. */
export class ReadmeStack extends cdk.Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const readme = readFileSync(join(import.meta.dirname, '../../../../cdk/README.md'), 'utf8');
    const example = /```typescript fixture=default-bedrock-batch-stepfn\n([\s\S]*?)```/.exec(readme)?.[1];
    if (example === undefined) throw new Error('the README of the constructs has no example');
    const names = ['cdk', 'iam', 's3', 'sfn', 'genaicdk'];
    new Function(...names, example).call(this, cdk, iam, s3, sfn, genaicdk);
  }
}
