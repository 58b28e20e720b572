import { ledgerKeys, loadRun, type RunReading, readRun, runCounts, type Write, writeText } from '@batchrock/core';
import { createRecordsWriter } from '@batchrock/formats';
import { claimResults, endFile, giveUp, reasonOfError, resultsBucket, resultsKey, summaryKey } from '../ending/index.ts';
import type { Deadline } from '../engine/index.ts';
import { exportParts, firstParts } from '../exporting/index.ts';
import { reasonOf } from '../failure/index.ts';
import type { FileEngine } from '../file-engine/index.ts';
import { changeFile, changeRunFiles, closeRun, type FileBody, findFile, isOver } from '../files/index.ts';
import { type FinishMessage, finishOfMessage } from '../finish-queue/index.ts';
import { comeAgain, messagesOf, type SqsAnswer, type SqsMessage } from '../sqs/index.ts';
import { endingOf, summaryText } from './summary.ts';

/** A message that is to come again does so after so long, twice as long each time. */
const AGAIN_AFTER_SECONDS = 60;

/** After so many tries a file fails with the reason of the last: the message must not end among the dead letters before. */
const MOST_TRIES = 4;

/**
 * Writes the results of the files that the messages name, as many as a call has time for, and then how they ended. What fails comes
 * again, and fails the file when it has come too often; `retry` tries again then.
 */
export async function finish(engine: FileEngine, event: unknown, deadline: Deadline): Promise<SqsAnswer> {
  const again: SqsMessage[] = [];
  for (const message of messagesOf(event)) {
    const about = finishOfMessage(message.body);
    if (about === undefined) {
      engine.log('WARN', 'a message names no file: dropped');
      continue;
    }
    try {
      if (message.receiveCount > MOST_TRIES) await failResults(engine, about, tooOften());
      else await finishFile(engine, about, deadline);
    } catch (error) {
      engine.log('ERROR', 'the results of a file could not be written', { file: about.file, ...reasonOf(error) });
      if (message.receiveCount >= MOST_TRIES && (await failedFor(engine, about, error))) continue;
      again.push(message);
      await showAgain(engine, message);
    }
  }
  return comeAgain(again);
}

/** A call that ends without a word was killed: by its memory or by its time. */
function tooOften(): Error {
  const message = `the function ended ${MOST_TRIES} times while it wrote the results; give it more memory or time, then retry the file`;
  return Object.assign(new Error(message), { name: 'GaveUp' });
}

async function finishFile(engine: FileEngine, { file: id, from }: FinishMessage, deadline: Deadline): Promise<void> {
  const { ports, log, finishes } = engine;
  const file = await findFile(ports, id);
  if (file?.run === undefined) {
    if (file?.isEnding) await endFile(engine, file);
    return;
  }
  if (isOver(file)) {
    await endFile(engine, file);
    return closeRun(engine.ports, file.run);
  }
  const reading = await readRun(ports, file.run);
  if (reading === undefined || !isAtRest(reading)) {
    log('INFO', 'a run that is not at rest is not finished', { file: id, run: file.run });
    return;
  }
  await changeRunFiles(ports, file.run, (there) => there && { ...there, toldAt: ports.clock.now() });
  // whoever started it may have been killed before that
  const placed = await claimResults(engine, file, file.run);
  const next = await writeResults(engine, placed, { reading, from, deadline });
  if (next !== undefined) return finishes.send([{ file: id, from: next }]);
  await settleFile(engine, placed, reading);
  await closeRun(engine.ports, file.run);
}

function isAtRest({ run }: RunReading): boolean {
  return run.state === 'ended' || run.state === 'stopped';
}

interface Writing {
  readonly reading: RunReading;
  readonly from: number;
  readonly deadline: Deadline;
}

/** The first part that is left to another call; undefined when all are written, or there is nothing to write. */
async function writeResults(
  engine: FileEngine,
  file: FileBody,
  { reading, from, deadline }: Writing,
): Promise<number | undefined> {
  const { results } = file;
  if (results === undefined || !hasResults(reading)) return undefined;
  const objects = engine.objectsOf(resultsBucket(file));
  const writerOf = (part: number) => createRecordsWriter(objects.create(resultsKey(results, part)));
  const next = await exportParts(engine.ports, { reading, from, deadline, writerOf });
  engine.log('INFO', 'results written', { file: file.file, count: next - from });
  return next < firstParts(reading).length ? next : undefined;
}

/** A file that was cancelled before anything was answered has none. */
function hasResults({ run, parts }: RunReading): boolean {
  return run.state === 'ended' || runCounts(run, parts).succeeded > 0;
}

/** Says how a file ended: beside its results, then in its item, then to others. */
async function settleFile(engine: FileEngine, file: FileBody, reading: RunReading): Promise<void> {
  const ending = endingOf(reading);
  if (file.results !== undefined && hasResults(reading)) {
    const files = firstParts(reading).map(({ part }) => resultsKey(file.results ?? '', part));
    const text = summaryText(file, { reading, ending, files });
    await writeText(engine.objectsOf(resultsBucket(file)), summaryKey(file.results), text);
  }
  const ended = await writeEnding(engine, file, { reading, ending });
  if (ended !== undefined) await endFile(engine, ended);
}

/** In a commit that fails when the run has gone on: one that was taken up again since it was read is not at its end. */
async function writeEnding(
  engine: FileEngine,
  { file }: FileBody,
  { reading, ending }: { readonly reading: RunReading; readonly ending: Partial<FileBody> },
): Promise<FileBody | undefined> {
  const { ports } = engine;
  const { run } = reading;
  let isEnded = false;
  let check: Write[] = [];
  const after = await changeFile(
    engine,
    file,
    async (there) => {
      isEnded = false;
      const now = await loadRun(ports.ledger, run.run);
      if (there === undefined || isOver(there) || now.body.seq !== run.seq) return undefined;
      isEnded = true;
      check = [{ check: ledgerKeys.run(run.run), expect: now.version }];
      const { reason: _, wantsPause: _p, ...kept } = there;
      return { ...kept, ...ending, endedAt: ports.clock.now(), isEnding: true };
    },
    { also: async () => check },
  );
  if (!isEnded) return undefined;
  return after;
}

/** True when the file was failed; false when even that was not possible. */
async function failedFor(engine: FileEngine, about: FinishMessage, error: unknown): Promise<boolean> {
  try {
    await failResults(engine, about, error);
    return true;
  } catch (again) {
    engine.log('ERROR', 'a file could not be failed', { file: about.file, ...reasonOf(again) });
    return false;
  }
}

async function failResults(engine: FileEngine, { file: id }: FinishMessage, error: unknown): Promise<void> {
  const file = await giveUp(engine, id, { status: 'Failed', reason: reasonOfError(error) });
  if (file?.run !== undefined) await closeRun(engine.ports, file.run);
}

/** Where that fails the message comes again all the same, only later. */
async function showAgain({ finishes, log }: FileEngine, { receiptHandle, receiveCount }: SqsMessage): Promise<void> {
  try {
    await finishes.showAgain(receiptHandle, AGAIN_AFTER_SECONDS * 2 ** Math.min(receiveCount - 1, 4));
  } catch (error) {
    log('WARN', 'a message comes again later than it should', reasonOf(error));
  }
}
