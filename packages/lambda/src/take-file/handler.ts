import { deadlineOf, type LambdaContext } from '../engine/index.ts';
import { openFileEngine } from '../file-engine/index.ts';
import type { SqsAnswer } from '../sqs/index.ts';
import { take } from './take.ts';

const engine = await openFileEngine();

/** What is under way when the time is up is given up and taken back within this. */
const SPARE_MS = 60_000;

/** Takes the files that were put below `to-process/`, and goes on with those that a call had no time for. */
export function handler(event: unknown, context: LambdaContext): Promise<SqsAnswer> {
  return take(engine, event, deadlineOf(context, SPARE_MS));
}
