import { type ToldFamily, toldFamilies } from './told-families.ts';
import { outputsOf, type StackKind, type ToldStack } from './told-stack.ts';

/** The stack of an orchestrator: what its outputs say. */
export interface OrchestratorStack {
  readonly name: string;
  readonly region: string;
  readonly bucket: string;
  /** Of its ledger. */
  readonly table: string;
  readonly machineArn: string;
  /** Bedrock's role to the bucket; undefined for stacks that do not tell it. */
  readonly roleArn: string | undefined;
  /** Of users' projects, deployed with it. */
  readonly families: readonly ToldFamily[];
}

const ORCHESTRATOR: StackKind<'bucketName' | 'tableName' | 'stepFunctionArn'> = {
  what: 'orchestrator',
  construct: 'BatchOrchestratorStack',
  outputs: ['bucketName', 'tableName', 'stepFunctionArn'],
};

/** Reads the outputs of a stack that is to be an orchestrator. Throws what `outputsOf` throws. */
export function orchestratorOf(
  told: ToldStack | undefined,
  place: { readonly name: string; readonly region: string },
): OrchestratorStack {
  const { name, outputs } = outputsOf(told, ORCHESTRATOR, place);
  const { bucketName: bucket, tableName: table, stepFunctionArn: machineArn } = outputs;
  const roleArn = told?.outputs['bedrockRoleArn'];
  return { name, region: place.region, bucket, table, machineArn, roleArn, families: toldFamilies(told?.outputs) };
}
