import { collectPart, loadRun, type PartRef, settleRun } from '@batchrock/core';
import { type CollectQueue, partOfMessage } from '../collect-queue/index.ts';
import { reasonOf } from '../failure/index.ts';
import { comeAgain, messagesOf, type SqsAnswer, type SqsMessage } from '../sqs/index.ts';
import { dispatch, type TellingEngine, tellWaiting } from '../waiting/index.ts';

/** What collecting works with. */
export interface CollectEngine extends TellingEngine {
  readonly queue: CollectQueue;
}

/** A message that is to come again does so after so long, twice as long each time: that of the queue is an hour and more. */
const AGAIN_AFTER_SECONDS = 60;

/** After so many looks it is left to the sweep, which asks again every few minutes: no message ends among the dead letters for it. */
const MOST_LOOKS = 3;

/**
 * Reads the output of the parts that the messages name, and brings their runs on: to the next generation, which is sent, or to
 * their end, which whoever waits is told. A message that fails comes again.
 */
export async function collect(engine: CollectEngine, event: unknown): Promise<SqsAnswer> {
  const again: SqsMessage[] = [];
  for (const message of messagesOf(event)) {
    const part = partOfMessage(message.body);
    if (part === undefined) {
      engine.log('WARN', 'a message names no part: dropped');
      continue;
    }
    try {
      const isOpen = (await collectOne(engine, part)) === 'unsettled';
      if (!isOpen || message.receiveCount >= MOST_LOOKS) continue;
    } catch (error) {
      engine.log('ERROR', 'a part could not be collected', { ...part, ...reasonOf(error) });
    }
    again.push(message);
    await showAgain(engine, message);
  }
  return comeAgain(again);
}

async function collectOne(engine: CollectEngine, part: PartRef): Promise<'unsettled' | 'done'> {
  const { ports, log } = engine;
  const result = await collectPart(ports, part);
  log('INFO', `part: ${result}`, { run: part.run, attempt: part.attempt, part: part.part });
  if (result === 'unsettled') return 'unsettled';
  const settled = await settleRun(ports, part.run);
  if (settled !== 'open') log('INFO', `run: ${settled}`, { run: part.run });
  // whoever collected the part before may have been killed before it sent the new generation
  if (settled === 'generation' || (settled === 'open' && result === 'gone')) {
    await dispatch(engine, (await loadRun(ports.ledger, part.run)).body.lane);
  }
  await tellWaiting(engine, part.run);
  return 'done';
}

/** Where that fails the message comes again all the same, only later. */
async function showAgain({ queue, log }: CollectEngine, { receiptHandle, receiveCount }: SqsMessage): Promise<void> {
  try {
    await queue.showAgain(receiptHandle, AGAIN_AFTER_SECONDS * 2 ** Math.min(receiveCount - 1, 4));
  } catch (error) {
    log('WARN', 'a message comes again later than it should', reasonOf(error));
  }
}
