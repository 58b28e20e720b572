import { type Check, fail, findingOf, ok, openAccountChecks, skipped } from '@batchrock/aws/doctor';
import { describeModel, InputError, isBatchrockError, type ModelDescription } from '@batchrock/core';
import { s3EndpointOf } from '../compose/connection.ts';
import { askLocalBedrock } from '../compose/local-bedrock.ts';
import { LOCAL_CREDENTIALS, namesIdentity } from '../compose/local-credentials.ts';
import { stackPlaceOf } from '../compose/stack-place.ts';
import { stateDir, stateDirPath } from '../compose/state-dir.ts';
import { describeTarget, outputBucketOf, resolveTarget, type Target, type TargetOptions } from '../compose/target.ts';
import { nodeRandom } from '../node/index.ts';
import { catalogueFrom } from '../request/catalogue-file.ts';
import type { Doctor } from './doctor.ts';
import { machineChecks } from './machine-checks.ts';
import { openOwnJobs } from './own-jobs.ts';
import { openStackDoctor } from './stack-checks.ts';

/** What is looked at: the target that a run would have, and its model. */
export interface DoctorQuestion extends TargetOptions {
  readonly stateDir?: string;
  /** The stack whose functions drive runs. */
  readonly stack?: string;
  readonly model?: string;
  /** Tails of runs are to go on demand: what that needs is looked at, too. */
  readonly tail?: 'on-demand';
  /** File that changes what is known of models. */
  readonly catalogue?: string;
  /** With the settings of files. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** Finds what there is to look at. Nothing is asked of an account before a check is made. */
export async function openDoctor(question: DoctorQuestion): Promise<Doctor> {
  const dir = stateDir(stateDirPath(question.stateDir, question.env, question.cwd));
  const own = machineChecks(dir);
  const knows = question.model === undefined ? undefined : knownModel(question.model, question.catalogue);
  try {
    const place = stackPlaceOf(question, question.env);
    if (place !== undefined) {
      const tail = check('tail', async () =>
        fail('runs of a stack pad what is below the minimum of a job', 'leave out --tail, or --stack'),
      );
      const first = question.tail === undefined ? own : [...own, tail];
      return openStackDoctor(place, { ...question, own: first, ...(knows && { known: knows }) });
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { target: undefined, checks: [...own, check('settings', async () => findingOf(error))], close: () => {} };
  }
  let target: Target;
  try {
    target = resolveTarget(question, question.env, dir.local);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { target: undefined, checks: [...own, check('settings', async () => findingOf(error))], close: () => {} };
  }
  const told = describeTarget(target);
  const settings = check('settings', async () =>
    target.kind === 'local'
      ? ok('no bucket is set: runs go to the local Bedrock, and answers are synthetic')
      : ok(`runs go to ${told}`),
  );
  if (target.kind === 'local') {
    const account = check('account', async () => skipped('none is asked: give --bucket and --role-arn, or batchrock setup'));
    return { target: told, checks: [...own, settings, account], close: () => {} };
  }
  const jobs = openOwnJobs(dir.ledger);
  const asked = { ...(await accountQuestion(target, question, knows)), isOwn: jobs.has };
  const account = openAccountChecks(asked, canaryName(), { signal: question.signal });
  return {
    target: told,
    checks: [...own, settings, ...account.checks],
    close() {
      account.close();
      jobs.close();
    },
  };
}

function check(id: string, look: Check['look']): Check {
  return { id, needs: [], look };
}

function canaryName(): string {
  return `canary-${Math.floor(nodeRandom.next() * 1e9).toString(36)}.txt`;
}

async function accountQuestion(
  target: Exclude<Target, { kind: 'local' }>,
  { env, model, tail }: DoctorQuestion,
  known: ModelDescription | undefined,
) {
  const {
    region,
    bucket,
    prefix,
    roleArn,
    profile,
    endpointUrl,
    tagsInput = false,
    bucketOwner,
    kmsKey,
    elsewhere,
    residency,
  } = target;
  const isLocal = endpointUrl !== undefined && (await askLocalBedrock(endpointUrl)) !== undefined;
  const takesNoKeys = isLocal || (endpointUrl !== undefined && !namesIdentity(profile, env));
  const outputBucket = outputBucketOf(target);
  const s3Endpoint = endpointUrl ?? s3EndpointOf(env);
  return {
    connection: {
      region,
      ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
      ...(profile === undefined ? {} : { profile }),
      ...(takesNoKeys ? { credentials: LOCAL_CREDENTIALS } : {}),
    },
    isLocal,
    ...(s3Endpoint === undefined ? {} : { s3Endpoint }),
    region,
    bucket,
    ...(outputBucket === undefined ? {} : { outputBucket }),
    prefix,
    roleArn,
    tagsInput,
    ...(bucketOwner === undefined ? {} : { bucketOwner }),
    ...(kmsKey === undefined ? {} : { kmsKey }),
    ...(elsewhere && { elsewhere }),
    ...(residency && { residency }),
    ...(tail && { onDemand: true as const }),
    ...(model === undefined ? {} : { model }),
    ...(known === undefined ? {} : { known }),
  };
}

/** What the catalogue knows of a model; undefined where it does not know it, which a check tells. */
function knownModel(model: string, catalogue: string | undefined): ModelDescription | undefined {
  try {
    return describeModel(model, catalogueFrom(catalogue));
  } catch (error) {
    if (isBatchrockError(error) && error.code === 'BR-E0105') return undefined;
    throw error;
  }
}
