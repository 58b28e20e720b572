import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { aws_iam as iam, aws_s3 as s3, aws_stepfunctions as sfn, aws_sns as sns } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import * as genaicdk from '../index';

/** The first example of the README that stands in a fixture, as text. */
export function readmeExample(fixture = 'default-bedrock-batch-stepfn'): string {
  const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');
  const example = new RegExp(`\`\`\`typescript fixture=${fixture}\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (example === undefined) throw new Error(`README.md has no example in ${fixture}`);
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

/** The same for the example of the orchestrator. */
export class ReadmeOrchestratorStack extends cdk.Stack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const names = ['cdk', 'sns', 'BatchOrchestrator'];
    new Function(...names, readmeExample('with-orchestrator')).call(this, cdk, sns, genaicdk.BatchOrchestrator);
  }
}

/** The same for the example of the queue. */
export class ReadmeQueueStack extends cdk.Stack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const names = ['cdk', 'sfn', 'BatchQueue'];
    new Function(...names, readmeExample('with-queue')).call(this, cdk, sfn, genaicdk.BatchQueue);
  }
}
