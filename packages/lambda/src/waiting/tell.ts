import { loadParts, loadRun, openPartsAt, openSort, type PartBody, type RunBody, UNREADABLE } from '@batchrock/core';
import type { Engine } from '../engine/index.ts';
import { blockedHint } from '../failure/index.ts';
import type { FinishQueue } from '../finish-queue/index.ts';
import { changeHome, findHome } from '../home/index.ts';
import type { TaskAnswer, Tasks } from '../task/index.ts';
import { tellFiles } from './tell-files.ts';

/** What telling works with. */
export interface TellingEngine extends Engine {
  readonly tasks: Tasks;
  /** Where the runs are of files of a queue: whom it tells that one is at rest. */
  readonly finishes?: FinishQueue;
}

/**
 * Tells the tasks that wait for a run how it came to rest; nothing while it is on its way. May be done at any time and twice: a
 * task that Step Functions no longer knows needs no answer. In a queue it is the run's files that are told.
 */
export async function tellWaiting(engine: TellingEngine, run: string): Promise<void> {
  const { ports, tasks, log, finishes } = engine;
  if (finishes !== undefined) return tellFiles({ ...engine, finishes }, run);
  const home = await findHome(ports, run);
  // the tasks of another stack's runs wait for that stack
  if (home === undefined || !home.isOpen || home.bucket !== engine.settings.bucket) return;
  const { body } = await loadRun(ports.ledger, run);
  const isOver = body.state === 'ended' || body.state === 'stopped';
  if (home.waiting.length === 0 && !isOver) return;
  const answer = await answerOf(engine, body);
  if (answer === undefined) return;
  for (const token of home.waiting) {
    const said = await tasks.answer(token, answer);
    log('INFO', `waiting task: ${said}`, { run, status: answer.kind });
  }
  const told = new Set(home.waiting);
  await changeHome(ports, run, (there) => {
    if (there === undefined) return undefined;
    const waiting = there.waiting.filter((token) => !told.has(token));
    return { ...there, waiting, isOpen: !isOver || waiting.length > 0 };
  });
}

/** How a run came to rest; undefined while it has not. */
async function answerOf({ ports }: Engine, run: RunBody): Promise<TaskAnswer | undefined> {
  if (run.state === 'ended') return { kind: 'success', output: JSON.stringify({ run: run.run }) };
  if (run.state === 'stopped') {
    const cause = `run ${run.run} was stopped; what was answered is kept, and a redrive of the execution goes on with it`;
    return { kind: 'failure', error: 'Stopped', cause };
  }
  if (run.state !== 'running' || run.blocked === undefined) return undefined;
  if (await hasJob(ports, run)) return undefined;
  const parts = await loadParts(ports.ledger, run);
  // an intent in doubt keeps its slot, and is no job of ours yet
  if (parts.some((part) => part.state === 'submitted' || part.state === 'ended')) return undefined;
  return blockedAnswer(run.run, run.blocked);
}

/** True where the index shows a job of the run: this is asked after each job, and to read all parts would cost with their number. */
async function hasJob({ ledger }: Engine['ports'], { run, lane }: RunBody): Promise<boolean> {
  for (const state of ['submitted', 'ended'] as const) {
    const query = { index: 'open', at: openPartsAt(lane, state), after: openSort(run), limit: 1 } as const;
    const [first] = (await ledger.page(query)).items;
    if (first !== undefined && first.schema !== UNREADABLE && (first.body as PartBody).run === run) return true;
  }
  return false;
}

function blockedAnswer(run: string, { code, message }: { readonly code: string; readonly message: string }): TaskAnswer {
  const cause = `run ${run} cannot go on: ${blockedHint(code, message)}; then redrive the execution: nothing is lost`;
  return { kind: 'failure', error: code, cause };
}
