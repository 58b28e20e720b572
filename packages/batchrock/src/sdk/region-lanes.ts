import { type CallOptions, ensureLane, quotaOf, type RunDocument, type RunPorts } from '@batchrock/core';
import type { RunHome } from '../compose/run-home.ts';
import type { Target } from '../compose/target.ts';
import { listedSlots } from './ask-account.ts';
import type { InspectingSession } from './found-question.ts';

/** The document of a run with what each of its other Regions lets it have at once, where that can be read. */
export async function withQuotasElsewhere(
  session: InspectingSession,
  document: RunDocument,
  { target, catalogue, signal }: CallOptions & { readonly target: Target; readonly catalogue: string | undefined },
): Promise<RunDocument> {
  const { model, elsewhere } = document;
  if (elsewhere === undefined) return document;
  const known = await Promise.all(
    elsewhere.map(async (each) => {
      const maxJobs = await listedSlots(session, { target: { ...target, region: each.region }, model, catalogue, signal });
      return maxJobs === undefined ? each : { ...each, maxJobs };
    }),
  );
  return { ...document, elsewhere: known };
}

/** Opens the lanes of a run in its other Regions, each with its own quota where that can be read. */
export async function openLanesElsewhere(
  session: InspectingSession,
  ports: RunPorts,
  { document, target }: RunHome,
  { slots, catalogue, signal }: CallOptions & { readonly slots: number | undefined; readonly catalogue: string | undefined },
): Promise<void> {
  const { model, elsewhere = [] } = document;
  for (const { region, lane } of elsewhere) {
    const listed = slots ?? (await listedSlots(session, { target: { ...target, region }, model, catalogue, signal }));
    await ensureLane(ports, lane, listed ?? quotaOf(document, lane));
  }
}
