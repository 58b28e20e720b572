import type { PolicyDocument } from '../setup/policies.ts';

/** What a policy that nobody has checked may hold. */
interface FoundStatement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Action?: unknown;
  readonly Condition?: unknown;
}

/** Whose jobs are to be let in. */
export interface TrustQuestion {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
}

const BEDROCK = 'bedrock.amazonaws.com';
const TAKES_ROLE = /^(sts:assumerole|sts:\*|\*)$/i;

/**
 * What is wrong with the trust policy of a role for jobs; undefined where nothing is. A statement without both conditions lets in
 * jobs of any account that knows the role's name, and makes the conditions of every other statement void (User Guide,
 * batch-iam-sr, 2026-11).
 */
export function trustProblem(document: PolicyDocument, question: TrustQuestion): string | undefined {
  const all: readonly FoundStatement[] = [document.Statement ?? []].flat();
  const statements = all
    .map((statement, i) => ({ statement, nth: i + 1 }))
    .filter(
      ({ statement }) => statement.Effect === 'Allow' && isForBedrock(statement) && textsOf(statement.Action).some(isTaking),
    );
  if (statements.length === 0) return `it does not trust ${BEDROCK}`;
  const fitting = statements.filter(({ statement }) => unfitting(statement, question) === undefined);
  if (fitting.length === 0) return statements.map(({ statement }) => unfitting(statement, question)).join('; ');
  const open = fitting.find(({ statement }) => missingKeys(statement).length > 0);
  if (open === undefined) return undefined;
  const missing = missingKeys(open.statement).join(' and ');
  return statements.length > 1
    ? `its statement ${open.nth} has no condition on ${missing}, which makes the conditions of the others void`
    : `it has no condition on ${missing}: Bedrock takes it for other accounts too`;
}

function isTaking(action: string): boolean {
  return TAKES_ROLE.test(action);
}

function isForBedrock({ Principal }: FoundStatement): boolean {
  if (Principal === '*') return true;
  const service = isRecord(Principal) ? [...textsOf(Principal['Service']), ...textsOf(Principal['AWS'])] : [];
  return service.some((each) => each === BEDROCK || each === '*');
}

/** The conditions of a statement as `key -> patterns`, keys in lower case: IAM does not tell their cases apart. */
function conditionsOf({ Condition }: FoundStatement): ReadonlyMap<string, readonly string[]> {
  if (!isRecord(Condition)) return new Map();
  return new Map(
    Object.values(Condition)
      .filter(isRecord)
      .flatMap((keys) => Object.entries(keys).map(([key, value]) => [key.toLowerCase(), textsOf(value)] as const)),
  );
}

function missingKeys(statement: FoundStatement): readonly string[] {
  const conditions = conditionsOf(statement);
  return ['aws:SourceAccount', 'aws:SourceArn'].filter((key) => !conditions.has(key.toLowerCase()));
}

/** Why a statement does not let in jobs of this account and Region. */
function unfitting(statement: FoundStatement, { partition, account, region }: TrustQuestion): string | undefined {
  const conditions = conditionsOf(statement);
  const accounts = conditions.get('aws:sourceaccount');
  if (accounts !== undefined && !accounts.some((each) => matches(each, account))) {
    return `it lets in jobs of account ${accounts.join(', ')}, and not of ${account}`;
  }
  const arns = conditions.get('aws:sourcearn');
  const job = `arn:${partition}:bedrock:${region}:${account}:model-invocation-job/000000000000`;
  if (arns !== undefined && !arns.some((each) => matches(each, job))) {
    return `it lets in ${arns.join(', ')}, and not jobs of ${account} in ${region}`;
  }
  return undefined;
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${parts}$`, 's').test(text);
}

function textsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
