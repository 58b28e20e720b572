import type { InspectingSession, InspectOptions } from '../found-question.ts';
import { type PlanReport, planRun } from '../plan.ts';
import { findModels } from './find-models.ts';
import type { SplitQuestion } from './named-models.ts';

/** What the runs of a file that is split would do and cost. */
export interface PlannedModels {
  readonly source: string;
  /** One for each model, in the order of their first lines. */
  readonly plans: readonly PlanReport[];
}

/** Tells what a run for each model that the lines name would do; sends nothing. */
export async function planSplit(
  session: InspectingSession,
  question: SplitQuestion,
  options: InspectOptions = {},
): Promise<PlannedModels> {
  const dataset = await findModels(session, question, options);
  try {
    const plans: PlanReport[] = [];
    for (const { model, found } of dataset.models) {
      const asked = { ...question, model, dataset: found.name, inputFormat: 'openai' } as const;
      plans.push(await planRun(session, asked, options, found));
    }
    return { source: dataset.name, plans };
  } finally {
    await dataset.close();
  }
}
