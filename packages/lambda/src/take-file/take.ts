import { findRun, InputError, isBatchrockError } from '@batchrock/core';
import { endFile, giveUp, reasonOfError } from '../ending/index.ts';
import type { Deadline } from '../engine/index.ts';
import { reasonOf } from '../failure/index.ts';
import type { FileEngine } from '../file-engine/index.ts';
import { changeFile, type FileBody, findFile, isOver } from '../files/index.ts';
import { intakeOfMessage } from '../intake-queue/index.ts';
import { comeAgain, messagesOf, type SqsAnswer, type SqsMessage } from '../sqs/index.ts';
import { arrive } from './arrive.ts';
import { checkFile } from './check.ts';
import { prepareFile, replaced } from './prepare-file.ts';
import { forsake, startFile } from './start-file.ts';

/** A message that is to come again does so after so long, twice as long each time. */
const AGAIN_AFTER_SECONDS = 60;

/** After so many tries a file fails with the reason of the last: the message must not end among the dead letters before. */
const MOST_TRIES = 4;

/**
 * Takes the files that the messages tell of: checks them, makes runs of them and sends those. What is wrong with a file fails it at
 * once; what is wrong elsewhere lets its message come again, and fails it when it has come too often.
 */
export async function take(engine: FileEngine, event: unknown, deadline: Deadline): Promise<SqsAnswer> {
  const again: SqsMessage[] = [];
  for (const message of messagesOf(event)) {
    try {
      await takeMessage(engine, message, deadline);
    } catch (error) {
      engine.log('ERROR', 'a file could not be taken', reasonOf(error));
      again.push(message);
      await showAgain(engine, message);
    }
  }
  return comeAgain(again);
}

async function takeMessage(engine: FileEngine, { body, receiveCount }: SqsMessage, deadline: Deadline): Promise<void> {
  const about = intakeOfMessage(body);
  if (about === undefined) return engine.log('WARN', 'a message names no file: dropped');
  if (about.kind === 'test') return;
  if (about.kind === 'file') return takeFile(engine, about.file, { tries: receiveCount, deadline });
  for (const object of about.objects) {
    const file = await arrive(engine, object);
    if (file !== undefined) await takeFile(engine, file, { tries: receiveCount, deadline });
  }
}

interface Taking {
  /** This one included. */
  readonly tries: number;
  readonly deadline: Deadline;
}

async function takeFile(engine: FileEngine, id: string, { tries, deadline }: Taking): Promise<void> {
  const { ports, log } = engine;
  const file = await findFile(ports, id);
  if (file === undefined) return log('WARN', 'a message is about a file that is not there: dropped', { file: id });
  if (file.isEnding) {
    await endFile(engine, file);
    return;
  }
  if (isOver(file)) return;
  // a call that ends without a word was killed, by its memory or by its time, and the next one would be too
  if (tries > MOST_TRIES) return giveUpTaking(engine, file, tooOften());
  try {
    await prepareAndStart(engine, file, deadline);
  } catch (error) {
    const isForGood = isBatchrockError(error) && error.kind === 'input';
    if (!isForGood && tries < MOST_TRIES) throw error;
    if (!isForGood) return giveUpTaking(engine, file, error);
    await fail(engine, id, error);
    if (isReplaced(error)) await takeReplacement(engine, file, { tries: 1, deadline });
  }
}

async function prepareAndStart(engine: FileEngine, file: FileBody, deadline: Deadline): Promise<void> {
  if (!(await isPrepared(engine, file))) {
    // what is paused before it is prepared is not prepared either; resuming tells of it again
    if (file.status === 'Paused') return;
    const object = await engine.inbox.find(file.bucket, file.key);
    if (object === undefined) throw gone(file);
    if (object.etag !== file.etag) throw replaced(file);
    const ask = await checkFile(file, object, engine.settings);
    const asked = await changeFile(engine, file.file, (there) => there && { ...there, ...ask });
    if (asked === undefined || isOver(asked)) return;
    if ((await prepareFile(engine, asked, deadline)) === undefined) return;
  }
  await startFile(engine, file.file);
}

async function isPrepared({ ports }: FileEngine, { run }: FileBody): Promise<boolean> {
  if (run === undefined) return false;
  const state = (await findRun(ports.ledger, run))?.body.state;
  return state !== undefined && state !== 'preparing';
}

function gone({ bucket, key }: FileBody): InputError {
  return new InputError('BR-E0101', `s3://${bucket}/${key} was removed before it was taken`, { hint: 'put it there again' });
}

function isReplaced(error: unknown): boolean {
  return isBatchrockError(error) && error.code === 'BR-E0118';
}

/** Its own event may have been dropped as a doubled one of the older file. */
async function takeReplacement(engine: FileEngine, { bucket, key, queue }: FileBody, taking: Taking): Promise<void> {
  if (bucket !== queue) return;
  const id = await arrive(engine, { bucket, key });
  if (id !== undefined) await takeFile(engine, id, taking);
}

function tooOften(): Error {
  const message = `the function ended ${MOST_TRIES} times while it read the file; give it more memory or time, then retry the file`;
  return Object.assign(new Error(message), { name: 'GaveUp' });
}

/** A file whose run was let go needs no message any more: the sweep brings it on. */
async function giveUpTaking(engine: FileEngine, { file: id }: FileBody, error: unknown): Promise<void> {
  const file = await findFile(engine.ports, id);
  if (file?.results !== undefined && (await isPrepared(engine, file))) {
    return engine.log('ERROR', 'a file could not be started; the sweep goes on with it', { file: id, ...reasonOf(error) });
  }
  await fail(engine, id, error);
}

async function fail(engine: FileEngine, id: string, error: unknown): Promise<void> {
  const file = await giveUp(engine, id, { status: 'Failed', reason: reasonOfError(error) });
  if (file !== undefined && isOver(file)) await forsake(engine, file);
}

/** Where that fails the message comes again all the same, only later. */
async function showAgain({ intake, log }: FileEngine, { receiptHandle, receiveCount }: SqsMessage): Promise<void> {
  try {
    await intake.showAgain(receiptHandle, AGAIN_AFTER_SECONDS * 2 ** Math.min(receiveCount - 1, 4));
  } catch (error) {
    log('WARN', 'a message comes again later than it should', reasonOf(error));
  }
}
