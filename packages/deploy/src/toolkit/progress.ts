import type { IIoHost, IoMessage, StackActivity } from '@aws-cdk/toolkit-lib';

/** A step of a deployment, as it is heard of. */
export type DeployStep =
  | { readonly kind: 'note'; readonly text: string; readonly level: 'info' | 'warn' }
  | { readonly kind: 'asset'; readonly text: string }
  | {
      readonly kind: 'resource';
      /** CloudFormation's state: `CREATE_IN_PROGRESS`, `UPDATE_COMPLETE`, `DELETE_FAILED` and the like. */
      readonly status: string;
      /** `AWS::Lambda::Function`. */
      readonly type: string;
      /** Its path in the construct tree; its logical id where that is not known. */
      readonly name: string;
      /** Resources that are done, and all of them where that is known. */
      readonly done: number;
      readonly total: number | undefined;
      readonly reason: string | undefined;
    };

/** What a host has heard from the toolkit. */
export interface ToolkitEar {
  readonly host: IIoHost;
  /** What failed first, by CloudFormation's own words; what it cancelled because of that is left out. */
  failure(): string | undefined;
  /** True once the toolkit has said that the stack was as it should be already. */
  wasUnchanged(): boolean;
}

/** CloudFormation's reason for resources that it gave up because another failed. */
const CANCELLED = /cancelled/i;

/** A host for the toolkit: hands its steps on, and answers its questions with yes, since ours were asked before. */
export function listen(onStep: (step: DeployStep) => void): ToolkitEar {
  let failure: string | undefined;
  let isUnchanged = false;
  const hear = (message: IoMessage<unknown>): void => {
    if (message.code === 'CDK_TOOLKIT_I5900') isUnchanged = (message.data as { readonly noOp?: boolean }).noOp === true;
    const step = stepOf(message);
    if (step === undefined) return;
    if (step.kind === 'resource' && step.status.endsWith('_FAILED') && !CANCELLED.test(step.reason ?? '')) {
      failure ??= `${step.type} ${step.name}: ${step.reason ?? step.status}`;
    }
    onStep(step);
  };
  return {
    host: {
      notify: async (message) => hear(message),
      requestResponse: async (request) => request.defaultResponse,
    },
    failure: () => failure,
    wasUnchanged: () => isUnchanged,
  };
}

function stepOf({ code, level, message, data }: IoMessage<unknown>): DeployStep | undefined {
  switch (code) {
    case 'CDK_TOOLKIT_I5502':
      return resourceStep(data as StackActivity);
    case 'CDK_ASSETS_I5275':
      return { kind: 'asset', text: firstLine(message) };
    // what has no code of its own is said to users of the CDK's command line, whose options are not ours
    default:
      return level === 'error' ? { kind: 'note', level: 'warn', text: firstLine(message) } : undefined;
  }
}

function resourceStep({ event, metadata, progress }: StackActivity): DeployStep {
  return {
    kind: 'resource',
    status: event.ResourceStatus ?? '',
    type: event.ResourceType ?? '',
    name: metadata?.constructPath ?? event.LogicalResourceId ?? '',
    done: progress.completed,
    total: progress.total,
    reason: event.ResourceStatusReason,
  };
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] as string;
}
