/** A policy, as IAM takes it. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: readonly PolicyStatement[];
}

/** A statement; its fields are the simulator's to understand. */
export type PolicyStatement = Readonly<Record<string, unknown>>;

/** A statement of a policy of a role. */
export interface StatementUse {
  readonly roleArn: string;
  readonly policy: string;
  /** `policy#n`, n from 1. */
  readonly id: string;
  readonly statement: PolicyStatement;
}

/** Reads a policy. Throws where it is none. A single statement may stand without a list. */
export function parsePolicy(value: unknown, name: string): PolicyDocument {
  const document = (typeof value === 'string' ? JSON.parse(value) : value) as { readonly Statement?: unknown } | undefined;
  const statements = document?.Statement;
  if (statements === undefined) throw new Error(`the policy ${name} has no "Statement"`);
  const Statement = (Array.isArray(statements) ? statements : [statements]) as readonly PolicyStatement[];
  return { Version: '2012-10-17', Statement };
}

/** The statements of a policy of a role. */
export function statementsOf(roleArn: string, policy: string, document: PolicyDocument): readonly StatementUse[] {
  return document.Statement.map((statement, i) => ({ roleArn, policy, id: `${policy}#${i + 1}`, statement }));
}
