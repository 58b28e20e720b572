/** What can be deployed. */
export type StackKind = 'orchestrator' | 'queue';

/** An option of a construct, in the words of a command line: what is imported by its name, durations in their unit. */
export type StackValue = string | number | boolean | readonly string[];

/** Options of a construct by the names of its properties; what is absent has the construct's own default. */
export type StackValues = Readonly<Record<string, StackValue | undefined>>;

/** A stack as somebody asks for it. */
export interface StackRequest {
  readonly kind: StackKind;
  /** Its name in CloudFormation; by default that of its kind. */
  readonly stackName?: string;
  readonly values?: StackValues;
  /** Context of the app, as `cdk --context` takes it. */
  readonly context?: Readonly<Record<string, string>>;
  /** Tags of the stack and of all that it holds. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The tag that every stack of ours bears; its value is the kind. */
export const KIND_TAG = 'batchrock';
