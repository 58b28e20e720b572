import { bedrock_batch_stepfn as batch } from '@batchrock/cdk';
import { Stack, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Account } from '../index.ts';

/** The props of a fragment, without its buckets. */
export type FragmentProps = Omit<batch.BedrockBatchSfnProps, 'bedrockBatchInputBucket' | 'bedrockBatchOutputBucket'>;

/** The fragments of a state machine, by name. */
export type Fragments = Readonly<Record<string, FragmentProps>>;

/** The model of every scenario but the README's. */
export const MODEL = 'anthropic.claude-3-haiku-20240307-v1:0';

/**
 * An input and an output bucket, and a state machine whose fragments, if there are several, run side by side, each on the
 * member of the input that bears its name. The errors of a fragment end the execution as in the example of the README.
 */
export class BatchStack extends Stack {
  constructor(scope: Construct, id: string, fragments: Fragments | ((stack: Stack) => Fragments)) {
    super(scope, id);
    const given = typeof fragments === 'function' ? fragments(this) : fragments;
    const secure = { enforceSSL: true, blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL };
    const input = new s3.Bucket(this, 'Input', secure);
    const output = new s3.Bucket(this, 'Output', secure);
    const branches = Object.entries(given).map(([name, props]) => {
      const fragment = new batch.BedrockBatchSfn(this, name, {
        bedrockBatchInputBucket: input,
        bedrockBatchOutputBucket: output,
        inputPath: `$.${name}`,
        ...props,
      });
      const failed = new sfn.Fail(this, `${name}Failed`, {
        errorPath: sfn.JsonPath.stringAt('$.error'),
        causePath: sfn.JsonPath.stringAt('$.cause'),
      });
      for (const end of fragment.endStates) if (end instanceof sfn.TaskStateBase) end.addCatch(failed);
      return sfn.Chain.start(fragment);
    });
    const [only = new sfn.Pass(this, 'Nothing'), ...others] = branches;
    const start = others.length === 0 ? only : new sfn.Parallel(this, 'SideBySide').branch(...branches);
    new sfn.StateMachine(this, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(start) });
  }
}

/** The physical names of a deployed `BatchStack`. */
export interface Batch {
  readonly machine: string;
  readonly input: string;
  readonly output: string;
  readonly createFunctions: readonly string[];
  readonly eventHandler: string;
  readonly table: string;
  readonly deadLetters: string;
}

/** Deploys a `BatchStack` of a synthesised app. */
export async function deployBatch(account: Account, folder: string, stackName: string): Promise<Batch> {
  const stack = await account.deploy(folder, stackName);
  const only = (type: string, prefix = ''): string => {
    const [found, ...others] = stack.find(type, prefix);
    if (found === undefined || others.length > 0) throw new Error(`${stackName} has not one ${type} ${prefix}`);
    return found;
  };
  const handler = 'BedrockInferenceJobEventHandler330899f022e34160002006bb8b09cc5b';
  const functions = stack.find('AWS::Lambda::Function');
  const eventHandler = only('AWS::Lambda::Function', handler);
  return {
    machine: only('AWS::StepFunctions::StateMachine'),
    input: only('AWS::S3::Bucket', 'Input'),
    output: only('AWS::S3::Bucket', 'Output'),
    createFunctions: functions.filter((name) => name !== eventHandler),
    eventHandler,
    table: only('AWS::DynamoDB::Table'),
    deadLetters: only('AWS::SQS::Queue'),
  };
}
