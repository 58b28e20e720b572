import { deadlineOf, type LambdaContext, openEngine } from '../engine/index.ts';
import { sayingWhy } from '../failure/index.ts';
import { datasetFinder } from '../question/index.ts';
import { prepareOrContinue } from './continue-run.ts';
import { parsePreparePayload } from './payload.ts';
import type { PrepareAnswer } from './prepare.ts';

const engine = await openEngine();
const findDataset = datasetFinder(engine.settings.region);

/** What is under way when the time is up is given up and taken back within this. */
const SPARE_MS = 60_000;

/** Prepares the run of an execution, as far as the time of one call allows. */
export function handler(payload: unknown, context: LambdaContext): Promise<PrepareAnswer> {
  const deadline = deadlineOf(context, SPARE_MS);
  return sayingWhy(() => prepareOrContinue({ ...engine, findDataset }, parsePreparePayload(payload), deadline));
}
