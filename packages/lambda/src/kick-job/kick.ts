import { findName, kickJob, loadPart, loadRun, type PartRef } from '@batchrock/core';
import type { CollectQueue } from '../collect-queue/index.ts';
import { reasonOf } from '../failure/index.ts';
import { comeAgain, messagesOf, type SqsAnswer, type SqsMessage } from '../sqs/index.ts';
import { dispatch, isOurs, type TellingEngine } from '../waiting/index.ts';
import { jobOfMessage } from './job-event.ts';

/** What looking at jobs works with. */
export interface KickEngine extends TellingEngine {
  readonly queue: CollectQueue;
}

/**
 * Looks at the jobs that events tell of: the slot of one that has ended goes to the next part, and its output is left to the
 * collect queue. Events of other jobs are dropped. A message whose job could not be looked at comes again; so do those of a lane
 * that nothing could be sent to.
 */
export async function kick(engine: KickEngine, event: unknown): Promise<SqsAnswer> {
  const failed = new Set<SqsMessage>();
  const freed = new Map<string, SqsMessage[]>();
  for (const message of messagesOf(event)) {
    try {
      const lane = await kickMessage(engine, message);
      if (lane !== undefined) freed.set(lane, [...(freed.get(lane) ?? []), message]);
    } catch (error) {
      engine.log('ERROR', 'the job of an event could not be looked at', reasonOf(error));
      failed.add(message);
    }
  }
  for (const [lane, messages] of freed) {
    try {
      await dispatch(engine, lane);
    } catch (error) {
      engine.log('ERROR', 'nothing could be sent', { lane, ...reasonOf(error) });
      for (const message of messages) failed.add(message);
    }
  }
  return comeAgain(failed);
}

/**
 * The lane that has a free slot now; undefined where the event frees none. Several stacks may share the lane: each of them gets the
 * event, whichever is first frees the slot, and then each gives out what is its own turn. The output is its stack's alone.
 */
async function kickMessage(engine: KickEngine, message: SqsMessage): Promise<string | undefined> {
  const { ports, queue, log } = engine;
  const job = jobOfMessage(message.body);
  if (job === undefined) {
    log('WARN', 'a message is no event of a job: dropped');
    return undefined;
  }
  const result = await kickJob(ports, job);
  log(result === 'ignored' ? 'DEBUG' : 'INFO', `event: ${result}`, job);
  if (result === 'ignored') return undefined;
  const name = await findName(ports.ledger, job.jobName);
  if (name === undefined) return undefined;
  const { run, attempt, part }: PartRef = name.body;
  const { state, lane } = (await loadPart(ports.ledger, name.body)).body;
  if (state !== 'ended' && state !== 'collected') return undefined;
  // also where it had ended before: whoever saw it may have been killed before the message was sent
  if (state === 'ended' && (await isOurs(engine, (await loadRun(ports.ledger, run)).body))) {
    await queue.send([{ run, attempt, part }]);
  }
  return lane;
}
