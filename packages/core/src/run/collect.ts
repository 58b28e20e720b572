import { decide, evolve, type PartBody } from '../job/index.ts';
import type { JobStatus, JobView } from '../ports/index.ts';
import { addSpent } from './budget.ts';
import type { RunDocument } from './document.ts';
import { documentOf } from './documents.ts';
import { jobSpec } from './job-spec.ts';
import { keepAnswers } from './keep-answers.ts';
import { loadPart, loadRun, type PartRef, putPart } from './load.ts';
import type { RunPorts } from './ports.ts';
import { realSteps } from './real-steps.ts';
import type { StepOptions } from './steps.ts';
import { recordStep, transact } from './transact.ts';

/** `unsettled`: ask again later. `gone`: nothing to collect, or somebody else did. */
export type CollectResult = 'collected' | 'unsettled' | 'gone';

/**
 * Collects a part whose job has ended: its outcomes first, then the cache where one is asked for, then the step in the ledger. Two processes that collect the
 * same part write the same bytes, and one commit wins.
 */
export async function collectPart(ports: RunPorts, ref: PartRef, o: StepOptions = {}): Promise<CollectResult> {
  const { body: part } = await loadPart(ports.ledger, ref, o);
  if (part.state !== 'ended') return 'gone';
  const document = await documentOf(ports, ref.run, o);
  const steps = o.steps ?? realSteps;
  const counts = await steps.writeOutcomes(ports, { document, part, view: endedView(document, part), signal: o.signal });
  if (counts === 'unsettled') return 'unsettled';
  // before the step: whoever dies here has it done again by whoever collects the part then
  await keepAnswers(ports, { document, part, counts, signal: o.signal });
  return transact<CollectResult>(
    ports,
    async () => {
      const current = await loadPart(ports.ledger, ref, o);
      const [event] = decide(current.body, { do: 'collect', counts }, ports.clock.now());
      if (event === undefined) return { writes: [], result: 'gone' };
      const run = await loadRun(ports.ledger, ref.run, o);
      const happening = { kind: 'collected', attempt: ref.attempt, part: ref.part, jobArn: part.jobArn } as const;
      const spent = addSpent(run.body, current.body, counts, document.model.price);
      return {
        writes: [putPart(current, evolve(current.body, event)), ...recordStep(ports, run, happening, { change: spent })],
        result: 'collected',
      };
    },
    o,
  );
}

/** The job as Get last showed it: what never changes any more needs no other call. */
function endedView(document: RunDocument, part: PartBody): JobView {
  const spec = jobSpec(document, part);
  return {
    jobArn: part.jobArn ?? '',
    jobName: part.jobName,
    status: part.jobStatus as JobStatus,
    modelId: spec.modelId,
    clientRequestToken: part.clientRequestToken,
    submitTime: part.since ?? 0,
    outputUri: spec.outputUri,
    ...(part.endedAt !== undefined && { endTime: part.endedAt }),
    ...(part.jobMessage !== undefined && { message: part.jobMessage }),
    ...(part.jobCounts !== undefined && { counts: part.jobCounts }),
  };
}
