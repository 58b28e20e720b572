/** Whose resources these are. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** Who asks. A service asks in its own name, for a resource of the account: a rule, a job. */
export type Principal =
  | { readonly kind: 'role'; readonly roleArn: string }
  | { readonly kind: 'service'; readonly name: string; readonly sourceArn: string };

/** One thing that a request does, as IAM names it. */
export interface Permission {
  /** `service:Action`. */
  readonly action: string;
  /** The ARN, or `*` where the action has no resource. */
  readonly resource: string;
  /** Condition keys of this action; those of every request are added by the judge. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  /** Who needs it, where that is not the caller of the request. */
  readonly principal?: Principal;
}

/** A permission of the caller. */
export function permission(action: string, resource: string, context: Permission['context'] = {}): Permission {
  return { action, resource, context };
}
