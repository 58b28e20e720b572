import { parseModelId } from '@batchrock/core';

/** A run at the same place as those beside it. */
interface OfModel {
  readonly modelId: string;
}

/**
 * Runs whose jobs hold slots of one lane: an id and its cross-Region profiles count against one quota. What an application profile leads to
 * does not stand in its ARN: it is taken for a lane of its own.
 */
export function byLane<T extends OfModel>(runs: readonly T[]): readonly (readonly T[])[] {
  const lanes = new Map<string, T[]>();
  for (const run of runs) {
    const parsed = parseModelId(run.modelId);
    const lane = 'problem' in parsed ? run.modelId : parsed.baseId;
    lanes.set(lane, [...(lanes.get(lane) ?? []), run]);
  }
  return [...lanes.values()];
}

/** The sum of a figure that is its lane's, and the same in each run there; undefined where one is not known. */
export function sumOfLanes<T extends OfModel>(runs: readonly T[], figure: (run: T) => number | undefined): number | undefined {
  const figures = runs.map(figure);
  if (figures.includes(undefined)) return undefined;
  return byLane(runs).reduce((all, lane) => all + Math.max(...lane.map((run) => figure(run) ?? 0)), 0);
}
