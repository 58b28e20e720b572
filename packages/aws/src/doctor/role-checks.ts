import { GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { CallOptions } from '@batchrock/core';
import { modelArns } from '../setup/model-access.ts';
import { bedrockArn, bucketArn, bucketsOf } from '../setup/needs.ts';
import { decoded } from '../setup/role-steps.ts';
import { isNotFound } from '../translate-error.ts';
import { type Check, type Finding, fail, lookAt, ok, skipped, warn } from './check.ts';
import { type CheckedAccount, keyOf, needsOf, regionsOf, setupCommand } from './checked-account.ts';
import { deniedOf, sayDenied, type Wanted } from './simulate.ts';
import { trustProblem } from './trust.ts';

const BEDROCK = 'bedrock.amazonaws.com';
const SIMULATE = 'iam:SimulatePrincipalPolicy';

/** The role that Bedrock takes: whether it is there, and lets Bedrock in and nobody else, in every Region. */
export function roleCheck(account: CheckedAccount): Check {
  return { id: 'role', needs: ['identity'], look: () => lookAtRole(account) };
}

/** What a job does under the role, in a Region. */
export function rolePolicyCheck(account: CheckedAccount): Check {
  return { id: 'role-policy', needs: ['role'], look: () => lookAtRolePolicy(account) };
}

/** Whether the caller may hand the role to Bedrock. */
export function passRoleCheck(account: CheckedAccount): Check {
  return { id: 'pass-role', needs: ['role'], look: () => lookAtPassRole(account) };
}

/** What the caller does with jobs, in a Region. */
export function jobsCheck(account: CheckedAccount): Check {
  return { id: 'jobs', needs: ['identity'], look: () => lookAtJobs(account) };
}

/** Whether the caller may ask the model on demand, in the Region of the run, where tails are asked for. */
export function tailCheck(account: CheckedAccount): Check {
  return { id: 'tail', needs: ['identity'], look: () => lookAtTail(account) };
}

async function lookAtRole(account: CheckedAccount): Promise<Finding> {
  const { clients, calls, shared, whole } = account;
  const { identity } = shared;
  const { roleArn } = whole;
  const own = identity?.account ?? '';
  if (roleArn.split(':')[4] !== own) {
    return fail(`${roleArn} is not of account ${own}: Bedrock takes no role of another`, setupCommand(account));
  }
  const { roleName: RoleName } = needsOf(account);
  const call = clients.iam.send(new GetRoleCommand({ RoleName }), { abortSignal: calls.signal }).catch((error: unknown) => {
    if ((error instanceof Error && error.name === 'NoSuchEntityException') || isNotFound(error)) return undefined;
    throw error;
  });
  const looked = await lookAt(call, 'GetRole', `iam:GetRole on ${roleArn}`);
  if (!('found' in looked)) return looked;
  const { Arn = roleArn, AssumeRolePolicyDocument } = looked.found?.Role ?? {};
  if (looked.found === undefined) return fail(`there is no role ${RoleName} in account ${own}`, setupCommand(account));
  if (Arn !== roleArn) return fail(`the role ${RoleName} is ${Arn}, and not ${roleArn}`, `give --role-arn ${Arn}`);
  const trust = decoded(AssumeRolePolicyDocument);
  const problems = regionsOf(whole).map((region) =>
    trust === undefined
      ? `it does not trust ${BEDROCK}`
      : trustProblem(trust, { partition: identity?.partition ?? 'aws', account: own, region }),
  );
  const told = [...new Set(problems.flatMap((problem) => problem ?? []))].join('; ');
  if (told !== '') return fail(`the trust policy of ${RoleName}: ${told}`, setupCommand(account));
  return ok(`${RoleName} trusts batch jobs of ${own} in ${regionsOf(whole).join(', ')}, and nobody else's`);
}

async function lookAtRolePolicy(account: CheckedAccount): Promise<Finding> {
  const { roleArn, model, bucket, outputBucket = bucket, prefix, region } = account.question;
  const needs = needsOf(account);
  const sample = (of: string): string => `${bucketArn(needs, of)}/${prefix === '' ? '' : `${prefix}/`}runs/r-0/doctor.jsonl`;
  const inAccount = { 'aws:ResourceAccount': needs.account };
  const wanted: readonly Wanted[] = [
    { actions: ['s3:ListBucket'], resources: bucketsOf(needs).map((each) => bucketArn(needs, each)), context: inAccount },
    { actions: ['s3:GetObject'], resources: [sample(bucket)], context: inAccount },
    { actions: ['s3:PutObject'], resources: [sample(outputBucket)], context: inAccount },
    { actions: ['bedrock:InvokeModel'], resources: model === undefined ? [] : invokedArns(account) },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [keyOf(account) ?? []].flat(),
      context: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
    },
  ];
  return judged(account, roleArn, wanted, (denied) =>
    fail(`jobs would not be allowed ${sayDenied(denied)}`, setupCommand(account)),
  );
}

async function lookAtPassRole(account: CheckedAccount): Promise<Finding> {
  const { roleArn } = account.question;
  const wanted = [{ actions: ['iam:PassRole'], resources: [roleArn], context: { 'iam:PassedToService': BEDROCK } }];
  return judgedForCaller(account, wanted, () => {
    return fail(`${account.shared.identity?.arn} is not allowed iam:PassRole on ${roleArn}`, attachCommand(account));
  });
}

async function lookAtJobs(account: CheckedAccount): Promise<Finding> {
  const { model, residency } = account.question;
  const needs = needsOf(account);
  const models = model === undefined ? [] : invokedArns(account);
  const job = bedrockArn(needs, 'model-invocation-job/000000000000');
  const wanted: readonly Wanted[] = [
    {
      actions: ['bedrock:CreateModelInvocationJob'],
      resources: [...models, job],
    },
    {
      actions: ['bedrock:GetInferenceProfile'],
      resources: residency === undefined ? [] : models.filter((arn) => arn.includes('inference-profile/')),
    },
    { actions: ['bedrock:GetModelInvocationJob', 'bedrock:StopModelInvocationJob'], resources: [job] },
    { actions: ['bedrock:ListModelInvocationJobs'], resources: ['*'] },
  ];
  return judgedForCaller(account, wanted, (denied) => {
    return fail(`${account.shared.identity?.arn} is not allowed ${sayDenied(denied)}`, attachCommand(account));
  });
}

async function lookAtTail(account: CheckedAccount): Promise<Finding> {
  if (account.question.model === undefined) return skipped('give --model ID to have it looked at');
  const wanted = [{ actions: ['bedrock:InvokeModel'], resources: invokedArns(account) }];
  return judgedForCaller(account, wanted, (denied) => {
    return fail(`${account.shared.identity?.arn} is not allowed ${sayDenied(denied)}`, attachCommand(account));
  });
}

/** The models that a job of the model invokes: the profile too, and each model behind it. */
function invokedArns(account: CheckedAccount): readonly string[] {
  const needs = needsOf(account);
  const arns = modelArns(needs).filter((arn) => !arn.includes('*'));
  return [...new Set([...arns, ...(account.modelArns ?? [])])];
}

function attachCommand(account: CheckedAccount): string {
  return `attach to the caller the policy that ${setupCommand(account)} makes`;
}

async function judged(
  { clients, calls }: CheckedAccount,
  principal: string,
  wanted: readonly Wanted[],
  failed: (denied: readonly string[]) => Finding,
): Promise<Finding> {
  const looked = await lookAt(deniedOf(clients.iam, principal, wanted, calls), 'SimulatePrincipalPolicy', SIMULATE);
  if (!('found' in looked)) return looked;
  return looked.found.length === 0 ? ok('its policies allow what is needed') : failed(looked.found);
}

async function judgedForCaller(
  account: CheckedAccount,
  wanted: readonly Wanted[],
  failed: (denied: readonly string[]) => Finding,
): Promise<Finding> {
  const arn = account.shared.identity?.arn ?? '';
  if (arn.endsWith(':root')) return warn('the root user may do everything', 'run as a user or role of less power');
  if (arn.includes(':federated-user/')) return skipped('policies of a federated user cannot be simulated');
  const { clients, calls } = account;
  return judged(account, await sourceOf(clients.iam, arn, calls), wanted, failed);
}

/** Whose policies are simulated: of a session, its role. A session does not tell the path of its role, which IAM does. */
async function sourceOf(client: IAMClient, arn: string, { signal }: CallOptions): Promise<string> {
  const [, partition, , , account, session = ''] = arn.split(':');
  const [kind, RoleName = ''] = session.split('/');
  if (kind !== 'assumed-role') return arn;
  const call = client.send(new GetRoleCommand({ RoleName }), { abortSignal: signal });
  const looked = await lookAt(call, 'GetRole', 'iam:GetRole');
  const plain = `arn:${partition}:iam::${account}:role/${RoleName}`;
  return 'found' in looked ? (looked.found.Role?.Arn ?? plain) : plain;
}
