import { randomUUID } from 'node:crypto';
import { adoptRun, InputError, type RunDocument, type RunOrders } from '@batchrock/core';
import { checkedJobNamePrefix } from '../../orchestrator/index.ts';
import { type AdoptReport, type AdoptRequest, checkOutput, isCeilingKnown, placeOfRun, type RunPlace } from '../adopt.ts';
import type { Session } from '../opened-session.ts';
import { loadRunHome } from '../session.ts';
import { statusOf } from '../status.ts';
import { goOn } from './act-on-stack.ts';
import type { StackSession } from './stack-session.ts';

/**
 * Takes a run over into the ledger of a stack, whose functions drive it from then on, and starts the execution that goes on with it.
 * Throws `BR-E0120` for a run of another bucket or with another role than those of the stack, `BR-E0207` when the stack has the run,
 * and `BR-E0214` when there is nothing to adopt.
 */
export async function adoptToStack(
  session: Session,
  stack: StackSession,
  where: string,
  request: AdoptRequest,
): Promise<AdoptReport> {
  const place = placeOfRun(where);
  checkBucket(place, stack);
  const jobPrefix = request.jobPrefix === undefined ? undefined : checkedJobNamePrefix(request.jobPrefix, '--job-prefix');
  const output = await checkOutput(session, request);
  const { connection } = stack;
  const { table, region } = stack.stack;
  const adopted = await adoptRun(connection.ports, place.run, {
    owner: { id: randomUUID(), name: `the table ${table} in ${region}` },
    slots: request.slots,
    signal: request.signal,
    onFound: async (document, orders) => {
      checkRole(document, stack);
      checkAbilities(document, orders, stack);
    },
  });
  if (output !== undefined) await stack.noteOutput(place.run, output);
  const home = await loadRunHome(session, place.run);
  await goOn(stack, { id: place.run, home, connection }, { jobPrefix, ...(request.signal && { signal: request.signal }) });
  return {
    status: await statusOf(session, adopted.run, home, true),
    formerOwner: adopted.formerOwner,
    sendsFrom: adopted.run.unseenUntil,
    isCeilingKnown: isCeilingKnown(adopted.run, home),
  };
}

/** The functions read and write one bucket, and a run lies where its jobs read and write. */
function checkBucket({ bucket, prefix, run }: RunPlace, { name, stack }: StackSession): void {
  if (bucket === stack.bucket && prefix === '') return;
  const is = bucket === stack.bucket ? `below ${prefix}/` : `in the bucket ${bucket}`;
  throw new InputError('BR-E0120', `run ${run} lies ${is}; stack ${name} drives runs of s3://${stack.bucket}/runs/ alone`, {
    hint: `runs that are to move are begun there: batchrock run --bucket ${stack.bucket}${roleHint(stack.roleArn)}`,
    details: { run, bucket, stack: name },
  });
}

/** A job's role is frozen with the run, and the functions may hand over that of their stack alone. */
function checkRole({ run, job, lane }: RunDocument, { name, stack }: StackSession): void {
  const region = lane.split('/')[1];
  if (region !== stack.region) {
    throw new InputError('BR-E0120', `the jobs of run ${run} are in ${region}, stack ${name} is in ${stack.region}`, {
      details: { run, region: region ?? '' },
    });
  }
  if (stack.roleArn === undefined || job.roleArn === stack.roleArn) return;
  throw new InputError('BR-E0120', `jobs of run ${run} run under ${job.roleArn}; stack ${name} may use ${stack.roleArn} alone`, {
    hint: `runs that are to move are begun with it:${roleHint(stack.roleArn)}`,
    details: { run, roleArn: job.roleArn },
  });
}

/**
 * The functions drive jobs of one Region. A tail may have been asked for by the first command of a run or by a later one: jobs in the place of
 * parts on demand would pay again for what is answered of them.
 */
function checkAbilities({ run, elsewhere, asked }: RunDocument, orders: RunOrders | undefined, { name }: StackSession): void {
  const tail = asked?.tail ?? orders?.tail;
  const unable = elsewhere !== undefined ? 'jobs in other Regions' : tail !== undefined ? 'an on-demand tail' : undefined;
  if (unable === undefined) return;
  throw new InputError('BR-E0120', `run ${run} has ${unable}, which the functions of stack ${name} know nothing of`, {
    hint: 'adopt it on a machine: leave out --stack',
    details: { run, stack: name },
  });
}

function roleHint(roleArn: string | undefined): string {
  return roleArn === undefined ? '' : ` --role-arn ${roleArn}`;
}
