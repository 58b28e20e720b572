import { deadlineOf, type LambdaContext } from '../engine/index.ts';
import { openFileEngine } from '../file-engine/index.ts';
import type { SqsAnswer } from '../sqs/index.ts';
import { finish } from './finish.ts';

const engine = await openFileEngine();

/** What is under way when the time is up ends within this. */
const SPARE_MS = 60_000;

/** Writes the results of the files that the finish queue names. */
export function handler(event: unknown, context: LambdaContext): Promise<SqsAnswer> {
  return finish(engine, event, deadlineOf(context, SPARE_MS));
}
