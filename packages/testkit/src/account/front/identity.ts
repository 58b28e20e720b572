import { type Judge, type Permission, type Place, permission } from '../judge/index.ts';

/** An answer of IAM or STS that moto does not give as the account needs it. */
export interface IdentityAnswer {
  readonly statusCode: number;
  readonly xml: string;
}

/** What of IAM a simulation asks. */
export interface IdentityBackend {
  readonly place: Place;
  readonly judge: Pick<Judge, 'simulate' | 'hasRole'>;
  /** Takes over what IAM has: roles that are made by calls, and not by a template. */
  readIam(): Promise<void>;
}

/** Who a role is, and what policies would say; undefined for what moto is to answer. moto (5.2) has no simulation. */
export async function answerIdentity(
  form: URLSearchParams,
  roleArn: string | undefined,
  backend: IdentityBackend,
): Promise<IdentityAnswer | undefined> {
  const action = form.get('Action');
  if (action === 'GetCallerIdentity' && roleArn !== undefined) return identityOf(roleArn, backend.place);
  return action === 'SimulatePrincipalPolicy' ? simulated(form, backend) : undefined;
}

function identityOf(roleArn: string, { partition, account }: Place): IdentityAnswer {
  const session = `arn:${partition}:sts::${account}:assumed-role/${roleArn.split('/').at(-1)}/session`;
  const result = `<UserId>AROAROLE:session</UserId><Account>${account}</Account><Arn>${session}</Arn>`;
  return { statusCode: 200, xml: answerOf('GetCallerIdentity', 'sts/2011-06-15', result) };
}

async function simulated(form: URLSearchParams, { judge, readIam }: IdentityBackend): Promise<IdentityAnswer> {
  await readIam();
  const source = form.get('PolicySourceArn') ?? '';
  if (!judge.hasRole(source)) {
    const error = `<Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>${source} cannot be found.</Message></Error>`;
    return { statusCode: 404, xml: `<ErrorResponse>${error}</ErrorResponse>` };
  }
  const context = contextOf(form);
  const members: string[] = [];
  for (const action of listOf(form, 'ActionNames')) {
    for (const resource of listOf(form, 'ResourceArns')) {
      const { allowed } = await judge.simulate(source, permission(action, resource, context));
      const decision = allowed ? 'allowed' : 'implicitDeny';
      members.push(
        `<member><EvalActionName>${action}</EvalActionName><EvalResourceName>${resource}</EvalResourceName><EvalDecision>${decision}</EvalDecision></member>`,
      );
    }
  }
  const result = `<IsTruncated>false</IsTruncated><EvaluationResults>${members.join('')}</EvaluationResults>`;
  return { statusCode: 200, xml: answerOf('SimulatePrincipalPolicy', 'iam.amazonaws.com/doc/2010-05-08', result) };
}

function contextOf(form: URLSearchParams): Permission['context'] {
  const entries: (readonly [string, string])[] = [];
  for (let n = 1; form.has(`ContextEntries.member.${n}.ContextKeyName`); n += 1) {
    const of = `ContextEntries.member.${n}`;
    entries.push([form.get(`${of}.ContextKeyName`) ?? '', form.get(`${of}.ContextKeyValues.member.1`) ?? '']);
  }
  return Object.fromEntries(entries);
}

function listOf(form: URLSearchParams, name: string): readonly string[] {
  const values: string[] = [];
  for (let n = 1; form.has(`${name}.member.${n}`); n += 1) values.push(form.get(`${name}.member.${n}`) ?? '');
  return values;
}

function answerOf(action: string, of: string, result: string): string {
  return `<${action}Response xmlns="https://${of}/"><${action}Result>${result}</${action}Result></${action}Response>`;
}
