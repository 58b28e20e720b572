import { InputError, StateError } from '@batchrock/core';

/** What CloudFormation tells of a stack. */
export interface ToldStack {
  readonly name: string;
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** What a stack has to be: its outputs tell it. */
export interface StackKind<Output extends string> {
  /** Such as `orchestrator`. */
  readonly what: string;
  /** The construct that has these outputs. */
  readonly construct: string;
  readonly outputs: readonly Output[];
}

/**
 * The outputs of a stack that is of a kind and can be used. Throws `BR-E0201` when there is none of the name, `BR-E0207` while it is
 * being created, is broken or goes away, and `BR-E0120` for a stack of another kind.
 */
export function outputsOf<Output extends string>(
  told: ToldStack | undefined,
  kind: StackKind<Output>,
  { name, region }: { readonly name: string; readonly region: string },
): ToldStack & { readonly outputs: Readonly<Record<Output, string>> } {
  if (told === undefined) {
    throw new StateError('BR-E0201', `no stack ${name} in ${region}`, {
      hint: 'check the name, --region and the account of the credentials; aws cloudformation list-stacks shows the stacks there',
      details: { stack: name, region },
    });
  }
  if (kind.outputs.every((each) => told.outputs[each] !== undefined)) {
    if (/^DELETE_/.test(told.status)) throw notUsable(told, 'is being deleted, or has been');
    return told as ToldStack & { readonly outputs: Readonly<Record<Output, string>> };
  }
  // outputs come with the end of a creation
  if (/^(CREATE_IN_PROGRESS|REVIEW_IN_PROGRESS)$/.test(told.status)) throw notUsable(told, 'is still being created');
  if (/^(CREATE_FAILED|ROLLBACK_|DELETE_)/.test(told.status)) throw notUsable(told, 'was not created to its end, or is gone');
  throw otherKind(told, kind);
}

function notUsable({ name, status }: ToldStack, what: string): StateError {
  const hint = /^(CREATE|REVIEW)_IN_PROGRESS$/.test(status)
    ? `aws cloudformation wait stack-create-complete --stack-name ${name} waits for it`
    : `aws cloudformation describe-stack-events --stack-name ${name} tells what happened`;
  return new StateError('BR-E0207', `stack ${name} ${what} (${status})`, { hint, details: { stack: name, status } });
}

function otherKind({ name, outputs }: ToldStack, { what, construct, outputs: needed }: StackKind<string>): InputError {
  const keys = Object.keys(outputs);
  const has = keys.length === 0 ? 'it has no outputs' : `its outputs are ${keys.sort().join(', ')}`;
  const last = needed.at(-1);
  const hint =
    outputs['queueKind'] === undefined
      ? `one has the outputs ${needed.slice(0, -1).join(', ')} and ${last}; give the name of a ${construct}`
      : `it is a queue of files: batchrock queue list --stack ${name}`;
  return new InputError('BR-E0120', `stack ${name} is no ${what} of @batchrock/cdk: ${has}`, { hint, details: { stack: name } });
}
