import { isBatchrockError, isServiceError, type ServiceError } from '../errors/index.ts';
import { laneOfJob, type PartBody } from '../job/index.ts';
import { coolDown, QUOTA_COOLDOWN_MS } from '../lane/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { adoptJob, findJob, stopJob } from './adopt.ts';
import type { RunDocument } from './document.ts';
import { documentOf } from './documents.ts';
import {
  type IntentOptions,
  type IntentPhase,
  intentPhase,
  mayBeSentAgain,
  type NoIntent,
  renewIntent,
  withdrawIntent,
  writeIntent,
} from './intent.ts';
import { jobSpec } from './job-spec.ts';
import { loadLane, loadPart, loadRun, type PartRef, putLane } from './load.ts';
import { describeTaken, readOwner } from './owner.ts';
import type { RunPorts } from './ports.ts';
import { isActive } from './sharing.ts';
import { checkCancelled } from './tolerance.ts';
import { recordEvent, transact } from './transact.ts';

/** What is said to every step that may create jobs. */
export interface SubmitOptions extends IntentOptions {
  /** How long a lane rests after the service said that its quota is reached; default `QUOTA_COOLDOWN_MS`. */
  readonly cooldownMs?: number;
  /**
   * Asked of a refusal of the role that jobs are to have: true where it may be too new, and the part is to be sent again within its
   * trust window, which begins with its intent (`since`). Default: the run is blocked at once.
   */
  readonly mayBeNewRole?: (error: ServiceError, since: number) => boolean;
}

/**
 * What became of a Create. `kept`: it is not known whether there is a job (timeout, throttle, 5xx), so slot, token and
 * intent stay and a sweep comes back. `quota`: so does the lane rest. `blocked`: the service refused the run's jobs.
 */
export type CreateResult = 'submitted' | 'kept' | 'quota' | 'blocked';

/** Writes the intent of a part and creates its job. */
export async function submitPart(ports: RunPorts, ref: PartRef, o: SubmitOptions = {}): Promise<CreateResult | NoIntent> {
  // read before the intent, so that a document that is gone holds no slot
  const document = await documentOf(ports, ref.run, o);
  if (o.elsewhere !== undefined && !(await stageInput(ports, document, ref, o))) return 'blocked';
  const intent = await writeIntent(ports, ref, o);
  return typeof intent === 'string' ? intent : createJob(ports, intent, o);
}

/**
 * Before the intent too: whoever finds an intent finds the input where its job reads it. False where that is refused: then it blocks the
 * run, as a refused job does.
 */
async function stageInput(ports: RunPorts, document: RunDocument, ref: PartRef, o: SubmitOptions): Promise<boolean> {
  const { body: part } = await loadPart(ports.ledger, ref, o);
  try {
    await ports.service.stage?.(jobSpec(document, { ...part, elsewhere: o.elsewhere }), o);
    return true;
  } catch (error) {
    if (!isServiceError(error, 'invalid') && !isServiceError(error, 'denied')) throw error;
    await block(ports, part, error, o);
    return false;
  }
}

/**
 * Creates the job of an intent, within the trust window of that intent and never after it. Whatever the answer, the
 * intent is left only with the ARN in hand: a call that was refused proves nothing about another one of the same token
 * that is under way in another process, or whose answer was lost.
 */
async function createJob(ports: RunPorts, part: PartBody, o: SubmitOptions): Promise<CreateResult> {
  const notAfter = (part.since ?? 0) + ports.service.facts.tokenTrustMs;
  // asked behind the intent: from here on nothing is sent after its trust window, so a ledger that takes the run over now knows
  // when it has heard of every job of ours
  if (await blockedByOwner(ports, part, o)) return 'blocked';
  if (ports.clock.now() > notAfter) return 'kept';
  const spec = jobSpec(await documentOf(ports, part.run, o), part);
  try {
    const { jobArn } = await ports.service.create(spec, { notAfter, signal: o.signal });
    return jobArn === '' ? 'kept' : await recordJob(ports, part, jobArn, o);
  } catch (error) {
    return refused(ports, part, error, o);
  }
}

async function recordJob(ports: RunPorts, part: PartBody, jobArn: string, o: CallOptions): Promise<CreateResult> {
  if ((await adoptJob(ports, part, jobArn, o)) === 'duplicate') await stopJob(ports, jobArn, o);
  return 'submitted';
}

async function refused(ports: RunPorts, part: PartBody, error: unknown, o: SubmitOptions): Promise<CreateResult> {
  checkCancelled(o.signal);
  if (!isServiceError(error)) {
    if (isBatchrockError(error) && error.kind === 'cancelled') return 'kept';
    throw error;
  }
  switch (error.reason) {
    case 'quota':
      await restLane(ports, laneOfJob(part), error.retryAfterMs ?? o.cooldownMs ?? QUOTA_COOLDOWN_MS, o);
      return 'quota';
    case 'conflict': {
      const found = await findJob(ports, part, o);
      return found === undefined ? 'kept' : recordJob(ports, part, found.jobArn, o);
    }
    case 'invalid':
    case 'denied':
      return blockedBy(ports, part, error, o);
    default:
      return 'kept';
  }
}

/**
 * A refusal blocks the run when it is about the job: the service looked at this call and made nothing of it. One that came
 * after the trust window may be about the call's age (an expired signature), and one whose effect is unknown about
 * nothing; then the sweep looks first and asks again. The slot stays in any case: it is given back by proof, in
 * `withdrawIntent`, since an earlier Create of the same intent may have been accepted and its answer lost.
 */
async function blockedBy(ports: RunPorts, part: PartBody, error: ServiceError, o: SubmitOptions): Promise<CreateResult> {
  const phase = intentPhase(ports.service.facts, part.since ?? 0, ports.clock.now());
  if (error.effect !== 'none' || phase !== 'trusted') return 'kept';
  if (error.isOfRole && o.mayBeNewRole?.(error, part.since ?? 0) === true) return 'kept';
  await block(ports, part, error, o);
  return 'blocked';
}

/** The run sends nothing more until it is resumed, and says why. */
function block(
  ports: RunPorts,
  part: PartBody,
  { code, message }: { readonly code: string; readonly message: string },
  o: CallOptions,
): Promise<void> {
  return transact<void>(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, part.run, o);
      if (run.body.blocked || run.body.state !== 'running') return { writes: [], result: undefined };
      const blocked = { code, message, at: ports.clock.now() };
      const happening = { kind: 'blocked', attempt: part.attempt, part: part.part, message } as const;
      return { writes: recordEvent(ports, run, happening, { blocked }), result: undefined };
    },
    o,
  );
}

/** True when another ledger has taken the run over: this one sends nothing of it any more. */
async function blockedByOwner(ports: RunPorts, part: PartBody, o: CallOptions): Promise<boolean> {
  const { body: run } = await loadRun(ports.ledger, part.run, o);
  if (run.owner === undefined) return false;
  const other = await readOwner(ports, part.run, o);
  if (other === undefined || other.id === run.owner) return false;
  await block(ports, part, { code: 'BR-E0213', message: describeTaken(other) }, o);
  return true;
}

async function restLane(ports: RunPorts, key: string, restMs: number, o: CallOptions): Promise<void> {
  await transact(
    ports,
    async () => {
      const lane = await loadLane(ports.ledger, key, o);
      return { writes: [putLane(lane, coolDown(lane.body, ports.clock.now(), restMs))], result: undefined };
    },
    o,
  );
}

/** How an intent that somebody left behind is followed up. */
export interface PursueOptions extends SubmitOptions {
  /** False: never create, only look; a settled intent without a job is withdrawn, unless somebody works on its run. */
  readonly mayCreate: boolean;
}

/** What became of an intent: `gone` when it was none any more, `waiting` when it is too early to say. */
export type PursueResult = CreateResult | 'adopted' | 'withdrawn' | 'waiting' | 'gone';

/**
 * Follows an intent up: after a crash, a lost answer, a throttle, a full quota. Looks first, always: within the trust
 * window that costs one List call, and it spares the protocol from trusting two processes' clocks to agree.
 */
export async function pursueIntent(ports: RunPorts, ref: PartRef, o: PursueOptions): Promise<PursueResult> {
  const { body: part } = await loadPart(ports.ledger, ref, o);
  if (part.state !== 'submitting') return 'gone';
  // taken before the look: what the look finds must be complete for an intent of this age
  const phase = intentPhase(ports.service.facts, part.since ?? 0, ports.clock.now());
  const found = await findJob(ports, part, o);
  if (found !== undefined) {
    await recordJob(ports, part, found.jobArn, o);
    return 'adopted';
  }
  return phase === 'waiting' ? 'waiting' : sendAgain(ports, part, phase, o);
}

async function sendAgain(ports: RunPorts, part: PartBody, phase: IntentPhase, o: PursueOptions): Promise<PursueResult> {
  const { body: run } = await loadRun(ports.ledger, part.run, o);
  const mayCreate = o.mayCreate && mayBeSentAgain(run);
  if (!mayCreate) {
    // whoever works on the run sends it again himself, and sooner where the part keeps its slot
    const isOthers = !o.mayCreate && mayBeSentAgain(run) && isActive(run, ports.clock.now());
    if (phase !== 'settled' || isOthers) return 'waiting';
    return (await withdrawIntent(ports, part, o)) ? 'withdrawn' : 'gone';
  }
  const { body: lane } = await loadLane(ports.ledger, laneOfJob(part), o);
  if (ports.clock.now() < lane.cooldownUntil) return 'waiting';
  if (phase === 'trusted') return createJob(ports, part, o);
  const renewed = await renewIntent(ports, part, o);
  return renewed === undefined ? 'gone' : createJob(ports, renewed, o);
}
