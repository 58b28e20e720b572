import type { PartBody } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import type { RunBody, RunState } from './document.ts';
import { documentOf } from './documents.ts';
import { buildGeneration } from './generation.ts';
import { type Loaded, loadLane, loadPart, loadParts, loadRun } from './load.ts';
import type { RunPorts } from './ports.ts';
import type { StepOptions } from './steps.ts';
import { writeSummary } from './summary.ts';
import { recordEvent, transact } from './transact.ts';

/** `open`: jobs or parts are left. `generation`: failed and missing records go out again. */
export type SettleResult = 'open' | 'generation' | 'ended' | 'stopped' | 'resting';

/**
 * Brings a run on when its generation is collected: to the next generation while something is worth another attempt and
 * one is left, else to its end. A stopping run stops when no job of it is left. Repeatable at any time.
 */
export async function settleRun(ports: RunPorts, id: string, o: StepOptions = {}): Promise<SettleResult> {
  const run = await loadRun(ports.ledger, id, o);
  if (run.body.state !== 'running' && run.body.state !== 'stopping') return 'resting';
  // a part that is ready may have a job that nobody has seen: nothing is over yet
  if (run.body.unseenUntil !== undefined) return 'open';
  const parts = await loadParts(ports.ledger, run.body, o);
  const generation = parts.filter((part) => part.attempt === run.body.attempt);
  // `collected` absorbs, so a page that shows it is right however old it is; only a part that it lacks counts as open
  const isCollected =
    generation.length === run.body.parts[run.body.attempt - 1] && parts.every((part) => part.state === 'collected');
  if (!isCollected) return run.body.state === 'stopping' ? stopWhenIdle(ports, run, generation, o) : 'open';
  const isDue = wantsAnother(run.body, generation);
  if (run.body.state === 'stopping')
    return isDue || wasCutShort(generation) ? rest(ports, id, 'stopped', o) : end(ports, run, parts, o);
  if (!isDue) return end(ports, run, parts, o);
  // asked for while the run was sending: nothing new is built for a run that may not send
  if (run.body.blocked) return 'open';
  const built = await buildGeneration(ports, run, parts, o);
  if (built === 'empty') return end(ports, run, parts, o);
  return built === 'built' ? 'generation' : 'open';
}

/** True when the run has an attempt left and something to spend it on. */
export function wantsAnother(run: RunBody, generation: readonly PartBody[]): boolean {
  if (run.attempt >= run.maxAttempts) return false;
  if (run.retrySelection !== undefined) return true;
  return generation.some((part) => (part.collected?.retryable ?? 0) + (part.collected?.missing ?? 0) > 0);
}

/** True when a job of the generation was stopped: the records that it left have not had their attempt. */
export function wasCutShort(generation: readonly PartBody[]): boolean {
  return generation.some((part) => part.jobStatus === 'Stopped' && (part.collected?.missing ?? 1) > 0);
}

/**
 * No intent is written once a run is stopping, and every intent and job has a slot: when the lane, read strongly, has no
 * holder of the run, nothing of it lives. What is left is to collect the parts whose jobs have ended.
 */
async function stopWhenIdle(
  ports: RunPorts,
  run: Loaded<RunBody>,
  generation: readonly PartBody[],
  o: CallOptions,
): Promise<SettleResult> {
  const { body: lane } = await loadLane(ports.ledger, run.body.lane, o);
  if (lane.holders.some((holder) => holder.run === run.body.run)) return 'open';
  for (const part of generation) {
    if (part.state === 'collected') continue;
    const { body } = await loadPart(ports.ledger, part, o);
    if (body.state !== 'ready' && body.state !== 'collected') return 'open';
  }
  return rest(ports, run.body.run, 'stopped', o);
}

async function end(ports: RunPorts, run: Loaded<RunBody>, parts: readonly PartBody[], o: CallOptions): Promise<SettleResult> {
  await writeSummary(ports, { document: await documentOf(ports, run.body.run, o), run: run.body, parts, signal: o.signal });
  return rest(ports, run.body.run, 'ended', o);
}

/** Takes the run out of its open state, once. */
function rest(ports: RunPorts, id: string, state: Extract<RunState, 'ended' | 'stopped'>, o: CallOptions): Promise<SettleResult> {
  return transact<SettleResult>(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, id, o);
      if (run.body.state === state) return { writes: [], result: state };
      const isOpen = run.body.state === 'stopping' || (run.body.state === 'running' && state === 'ended');
      if (!isOpen) return { writes: [], result: 'open' };
      const change: Partial<RunBody> =
        state === 'stopped'
          ? { state, blocked: undefined }
          : { state, endedAt: ports.clock.now(), blocked: undefined, stopMode: undefined, retrySelection: undefined };
      const kind = state === 'stopped' ? 'stopped' : 'finished';
      return { writes: recordEvent(ports, run, { kind, attempt: run.body.attempt }, change), result: state };
    },
    o,
  );
}
