import { InputError, StateError } from '@batchrock/core';

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
}

/** What CloudFormation tells of a stack. */
interface ToldStack {
  readonly name: string;
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Reads the outputs of a stack, which tell what kind it is. Throws `BR-E0201` when there is none of the name, `BR-E0207` while it is
 * being created, is broken or goes away, and `BR-E0120` for a stack that is no orchestrator.
 */
export function orchestratorOf(
  told: ToldStack | undefined,
  place: { readonly name: string; readonly region: string },
): OrchestratorStack {
  const { name, region } = place;
  if (told === undefined) {
    throw new StateError('BR-E0201', `no stack ${name} in ${region}`, {
      hint: 'check the name, --region and the account of the credentials; aws cloudformation list-stacks shows the stacks there',
      details: { stack: name, region },
    });
  }
  const { bucketName, tableName, stepFunctionArn, bedrockRoleArn } = told.outputs;
  if (bucketName !== undefined && tableName !== undefined && stepFunctionArn !== undefined) {
    if (/^DELETE_/.test(told.status)) throw notUsable(told, 'is being deleted, or has been');
    const rest = { bucket: bucketName, table: tableName, machineArn: stepFunctionArn, roleArn: bedrockRoleArn };
    return { name: told.name, region, ...rest };
  }
  // outputs come with the end of a creation
  if (/^(CREATE_IN_PROGRESS|REVIEW_IN_PROGRESS)$/.test(told.status)) throw notUsable(told, 'is still being created');
  if (/^(CREATE_FAILED|ROLLBACK_|DELETE_)/.test(told.status)) throw notUsable(told, 'was not created to its end, or is gone');
  throw noOrchestrator(told);
}

function notUsable({ name, status }: ToldStack, what: string): StateError {
  const hint = /^(CREATE|REVIEW)_IN_PROGRESS$/.test(status)
    ? `aws cloudformation wait stack-create-complete --stack-name ${name} waits for it`
    : `aws cloudformation describe-stack-events --stack-name ${name} tells what happened`;
  return new StateError('BR-E0207', `stack ${name} ${what} (${status})`, { hint, details: { stack: name, status } });
}

function noOrchestrator({ name, outputs }: ToldStack): InputError {
  const keys = Object.keys(outputs);
  const has = keys.length === 0 ? 'it has no outputs' : `its outputs are ${keys.sort().join(', ')}`;
  return new InputError('BR-E0120', `stack ${name} is no orchestrator of @batchrock/cdk: ${has}`, {
    hint: 'one has the outputs bucketName, tableName and stepFunctionArn; give the name of a BatchOrchestratorStack',
    details: { stack: name },
  });
}
