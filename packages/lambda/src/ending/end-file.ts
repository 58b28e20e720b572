import { type RunPorts, readText } from '@batchrock/core';
import type { FileEngine } from '../file-engine/index.ts';
import { changeFile, type FileBody, type FileReason, forgetTasks, isOver, shownFile, waitingTasks } from '../files/index.ts';
import { resultsBucket, summaryKey } from './results-place.ts';
import { setAside } from './set-aside.ts';
import { type FileResults, taskAnswer } from './task-answer.ts';

/**
 * Ends a file that has no run at rest: it failed before anything was sent, or was cancelled. Its item leads; what is left to do when
 * this is killed is done by whoever ends it again. A file that has ended otherwise meanwhile stays as it is.
 */
export async function giveUp(
  engine: FileEngine,
  id: string,
  { status, reason }: { readonly status: 'Failed' | 'Cancelled'; readonly reason: FileReason },
): Promise<FileBody | undefined> {
  const { ports } = engine;
  const ended = await changeFile(engine, id, (there) => {
    if (there === undefined || isOver(there)) return undefined;
    const { wantsPause: _, ...kept } = there;
    return { ...kept, status, reason, endedAt: ports.clock.now(), isEnding: true };
  });
  return ended === undefined ? undefined : endFile(engine, ended);
}

/** Does what is left to do for a file that is at its end: sets it aside where it could not be used, and tells whoever wants to know. */
export async function endFile(engine: FileEngine, file: FileBody): Promise<FileBody> {
  if (!file.isEnding) return file;
  const { ports, notices } = engine;
  if (file.status === 'Failed' && file.results === undefined) await setAside(engine, file);
  await notices?.publish({
    subject: `${file.status}: ${file.name}`,
    message: JSON.stringify(shownFile(file)),
    attributes: { status: file.status, model: file.modelId === '' ? 'none' : file.modelId },
  });
  let ended: FileBody | undefined;
  do {
    if (file.isAwaited || ended?.isAwaited) await answerTasks(engine, file);
    ended = await changeFile(engine, file.file, async (there) => {
      // taken up again meanwhile
      if (there === undefined || !there.isEnding || there.status !== file.status) return undefined;
      // one more task has come to wait
      if ((await waitingTasks(ports, file.file)).length > 0) return { ...there, isAwaited: true };
      const { isEnding: _, isAwaited: _a, ...kept } = there;
      return kept;
    });
  } while (ended?.isEnding && ended.status === file.status);
  return ended ?? file;
}

/** Tells the tasks that wait for a file how it ended; a task that Step Functions no longer knows needs no answer. */
export async function answerTasks({ ports, tasks, log, objectsOf }: FileEngine, file: FileBody): Promise<void> {
  const tokens = await waitingTasks(ports, file.file);
  if (tokens.length === 0) return;
  const answer = taskAnswer(file, await resultsOf({ ...ports, objects: objectsOf(resultsBucket(file)) }, file));
  for (const token of tokens) {
    const said = await tasks.answer(token, answer);
    log('INFO', `waiting task: ${said}`, { file: file.file, status: answer.kind });
  }
  await forgetTasks(ports, file.file, new Set(tokens));
}

/** Where the results of a file lie; undefined where there are none. */
async function resultsOf({ objects }: Pick<RunPorts, 'objects'>, file: FileBody): Promise<FileResults | undefined> {
  if (file.results === undefined) return undefined;
  const key = summaryKey(file.results);
  const text = await readText(objects, key);
  if (text === undefined) return undefined;
  const { files } = JSON.parse(text) as { readonly files: readonly string[] };
  return { bucket: resultsBucket(file), keys: files, summaryKey: key };
}
