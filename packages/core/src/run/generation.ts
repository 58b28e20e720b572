import { StateError } from '../errors/index.ts';
import type { PartBody, PartFacts } from '../job/index.ts';
import { type CallOptions, MAX_COMMIT_WRITES, type Write } from '../ports/index.ts';
import type { RunBody } from './document.ts';
import { documentOf } from './documents.ts';
import { partItem } from './items.ts';
import { findPart, type Loaded, loadRun, putPart } from './load.ts';
import { writePartsDocument } from './parts-document.ts';
import type { RunPorts } from './ports.ts';
import { realSteps } from './real-steps.ts';
import type { StepOptions } from './steps.ts';
import { type Decision, recordEvent, transact } from './transact.ts';

/** Parts that are put in one commit; the last commit has the run and its event beside them. */
const PARTS_A_COMMIT = MAX_COMMIT_WRITES - 2;

/**
 * Builds the next generation of a run whose present one is collected, and starts it. The parts come first and the run
 * last: until the run counts them, nobody sends them, so a crash between two commits leaves nothing but items that the
 * next process puts again. `empty`: there was nothing to send again.
 */
export async function buildGeneration(
  ports: RunPorts,
  run: Loaded<RunBody>,
  parts: readonly PartBody[],
  o: StepOptions,
): Promise<'built' | 'empty' | 'overtaken'> {
  const { run: id, attempt, maxAttempts, retrySelection } = run.body;
  const facts = await (o.steps ?? realSteps).writeRetryParts(ports, {
    document: await documentOf(ports, id, o),
    attempt,
    parts,
    maxAttempts,
    ...(retrySelection && { select: retrySelection }),
    signal: o.signal,
  });
  if (facts.length === 0) return 'empty';
  await writePartsDocument(ports, id, attempt + 1, facts, { signal: o.signal });
  for (let first = 0; first < facts.length; first += PARTS_A_COMMIT) {
    const put = await putParts(ports, run.body, facts.slice(first, first + PARTS_A_COMMIT), o);
    if (!put) return 'overtaken';
  }
  return startGeneration(ports, run.body, facts, o);
}

/** False when the run has moved on: somebody else built the generation, or the run was stopped. */
function putParts(ports: RunPorts, run: RunBody, facts: readonly PartFacts[], o: CallOptions): Promise<boolean> {
  return transact<boolean>(
    ports,
    async () => {
      const current = await loadRun(ports.ledger, run.run, o);
      if (!isSameStep(current.body, run)) return { writes: [], result: false };
      const writes: Write[] = [];
      for (const fact of facts) writes.push(...(await putIfNew(ports, fact, o)));
      return { writes, result: true } satisfies Decision<boolean>;
    },
    o,
  );
}

/**
 * A part that is there already was put by a process that crashed or works beside us. It is the same part, unless a retry
 * with another selection was begun and given up: then it was never sent, and is replaced.
 */
async function putIfNew(ports: RunPorts, facts: PartFacts, o: CallOptions): Promise<Write[]> {
  const body: PartBody = { ...facts, state: facts.records === 0 ? 'collected' : 'ready' };
  const before = await findPart(ports.ledger, facts, o);
  if (before === undefined) return [{ put: partItem(body), expect: 'absent' }];
  const isSame = before.body.used === facts.used && before.body.pieceOf === facts.pieceOf;
  if (before.body.clientRequestToken === facts.clientRequestToken && isSame) return [];
  if (before.body.state === 'ready') return [putPart(before, body)];
  const { run, attempt, part } = facts;
  throw new StateError('BR-E0207', `part ${part} of attempt ${attempt} was sent with other records`, {
    details: { run, attempt, part },
  });
}

function startGeneration(
  ports: RunPorts,
  run: RunBody,
  facts: readonly PartFacts[],
  o: CallOptions,
): Promise<'built' | 'overtaken'> {
  return transact<'built' | 'overtaken'>(
    ports,
    async () => {
      const current = await loadRun(ports.ledger, run.run, o);
      if (!isSameStep(current.body, run)) return { writes: [], result: 'overtaken' };
      const attempt = run.attempt + 1;
      const change = { attempt, parts: [...run.parts, facts.length], retrySelection: undefined };
      const happening = { kind: 'generation', attempt, message: describeParts(facts) } as const;
      return { writes: recordEvent(ports, current, happening, change), result: 'built' };
    },
    o,
  );
}

/** `2 parts`, `1 part, padded with 93 records that are dropped again`. */
function describeParts(facts: readonly PartFacts[]): string {
  const sentinels = facts.reduce((sum, part) => sum + part.sentinels, 0);
  const pieces = facts.filter(({ pieceOf }) => pieceOf !== undefined).length;
  const searching =
    pieces === 0 ? '' : `, ${pieces} of them ${pieces === 1 ? 'a piece' : 'pieces'} of what failed before processing`;
  const padded =
    sentinels === 0 ? '' : `, padded with ${sentinels} ${sentinels === 1 ? 'record that is' : 'records that are'} dropped again`;
  return `${facts.length} ${facts.length === 1 ? 'part' : 'parts'}${searching}${padded}`;
}

function isSameStep(current: RunBody, before: RunBody): boolean {
  const sameSelection = JSON.stringify(current.retrySelection) === JSON.stringify(before.retrySelection);
  return current.state === 'running' && current.attempt === before.attempt && sameSelection;
}
