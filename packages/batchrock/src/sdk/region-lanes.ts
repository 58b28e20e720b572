import { type CallOptions, ensureLane, type RunPorts } from '@batchrock/core';
import type { RunHome } from '../compose/run-home.ts';
import { listedSlots } from './ask-account.ts';
import type { InspectingSession } from './found-question.ts';

/** Opens the lanes of a run in its other Regions, each with its own quota where that can be read. */
export async function openLanesElsewhere(
  session: InspectingSession,
  ports: RunPorts,
  { document: { model, elsewhere = [] }, target }: RunHome,
  { slots, signal }: CallOptions & { readonly slots: number | undefined },
): Promise<void> {
  for (const { region, lane } of elsewhere) {
    const listed = slots ?? (await listedSlots(session, { target: { ...target, region }, model, signal }));
    await ensureLane(ports, lane, listed ?? model.limits.maxJobs);
  }
}
