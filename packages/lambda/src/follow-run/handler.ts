import { SFNClient } from '@aws-sdk/client-sfn';
import { openEngine } from '../engine/index.ts';
import { sayingWhy } from '../failure/index.ts';
import { createTasks } from '../task/index.ts';
import { follow, parseFollowPayload } from './follow.ts';

const engine = { ...(await openEngine()), tasks: createTasks(new SFNClient({})) };

/** The task that waits until a run is at rest: its answer comes by its token. */
export function handler(payload: unknown): Promise<void> {
  return sayingWhy(() => follow(engine, parseFollowPayload(payload)));
}
