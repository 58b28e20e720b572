import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Stack, aws_s3 as s3 } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { BatchLedgerStack, BatchOrchestratorStack, BatchQueueStack } from '.';
import { BedrockBatchSfn } from './bedrock-batch-stepfn';
import { testApp } from './testing/synthesis';

// CloudFormation Guard with AWS's own rules, the proactive controls of Control Tower, over the template of each stack.

/** The findings that stay, by the rule's name, and why. One that no template has any more fails the test. */
const meant: Readonly<Record<string, string>> = {
  cloudwatch_alarm_action_check: 'Whom an alarm tells is said by notificationTopic; without one, nobody is known',
  cloudwatch_log_group_retention_period_check:
    'Logs of the functions help to mend what failed, and are kept for a month; logRetention keeps them for a year',
  cloudwatch_log_group_encrypted_check:
    'Neither records nor task tokens stand in a log; CloudWatch Logs encrypts every group by a key of its own',
  lambda_inside_vpc_check: 'The functions talk to the interfaces of AWS alone, over TLS, and to nothing in a network of the user',
  s3_bucket_default_encryption_kms_check:
    'A new bucket is encrypted by S3; who wants a key of his own brings a bucket that has it',
  s3_bucket_logging_enabled_check:
    'Whether and where access is logged is a policy of the account; who has one gives a bucket of his own, or logs by CloudTrail',
  s3_bucket_object_lock_enabled_check: 'A lock would keep half-written parts and results that are to be written again',
  s3_event_notifications_enabled_check:
    'Nothing of an orchestrator waits for objects; those of a queue are told of by EventBridge',
  sqs_dlq_check: 'These queues are the dead-letter queues of others',
  step_functions_state_machine_tracing_enabled_check: 'X-Ray is an option of the constructs (tracing)',
};

const guard = dirname(require.resolve('@cdklabs/cdk-validator-cfnguard/package.json'));
const system = { linux: 'ubuntu', darwin: 'macos' }[process.platform as string];
const processor = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string];

/** The files of rules that are about any of the types. */
function rulesFor(types: ReadonlySet<string>): string[] {
  const folder = join(guard, 'rules', 'control-tower', 'cfn-guard');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.guard'));
  return files.map((name) => join(folder, name)).filter((file) => typesIn(file).some((type) => types.has(type)));
}

function typesIn(file: string): string[] {
  return readFileSync(file, 'utf8').match(/AWS::\w+::\w+/g) ?? [];
}

interface Report {
  readonly name: string;
  readonly compliant: readonly string[];
  readonly not_compliant: readonly { readonly Rule: { readonly name: string } }[];
}

/** What Guard says of the templates of the stacks. */
function reportsOf(stacks: readonly Stack[]): readonly Report[] {
  const folder = mkdtempSync(join(tmpdir(), 'batchrock-guard-'));
  try {
    const templates = stacks.map(
      (stack) => Template.fromStack(stack).toJSON() as { Resources: Record<string, { Type: string }> },
    );
    const types = new Set(templates.flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)));
    const files = templates.map((template, i) => {
      const file = join(folder, `${stacks[i]?.stackName}.json`);
      writeFileSync(file, JSON.stringify(template));
      return file;
    });
    const program = join(guard, 'bin', system ?? '', processor ?? '', 'cfn-guard');
    const args = ['validate', '--structured', '--output-format', 'json', '--show-summary', 'none'];
    try {
      return JSON.parse(
        execFileSync(program, [...args, '--rules', ...rulesFor(types), '--data', ...files], { encoding: 'utf8' }),
      );
    } catch (error) {
      // it ends so where a rule is not kept
      const { status, stdout } = error as { readonly status?: number; readonly stdout?: string };
      if (status !== 19 || stdout === undefined) throw error;
      return JSON.parse(stdout);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A fragment, without what is its user's: buckets and a state machine. */
function fragmentStack(): Stack {
  const stack = new Stack(testApp(), 'Fragment');
  const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'mine');
  new BedrockBatchSfn(stack, 'Batch', { bedrockBatchInputBucket: bucket, bedrockBatchOutputBucket: bucket });
  return stack;
}

it.skipIf(system === undefined || processor === undefined)(
  'finds nothing in the templates of the stacks that is not meant, and each that is meant has a reason that still holds',
  () => {
    const stacks = [BatchOrchestratorStack, BatchQueueStack, BatchLedgerStack].map((Of) => new Of(testApp(), Of.name));
    const reports = reportsOf([...stacks, fragmentStack()]);
    expect(reports).toHaveLength(4);
    for (const { compliant } of reports) expect(compliant.length).toBeGreaterThan(0);
    const found = new Set(reports.flatMap((report) => report.not_compliant.map(({ Rule }) => Rule.name)));
    expect([...found].sort()).toEqual(Object.keys(meant).sort());
  },
);
