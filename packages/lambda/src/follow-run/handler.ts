import { sayingWhy } from '../failure/index.ts';
import { openTellingEngine } from '../waiting/index.ts';
import { follow, parseFollowPayload } from './follow.ts';

const engine = await openTellingEngine();

/** The task that waits until a run is at rest: its answer comes by its token. */
export function handler(payload: unknown): Promise<void> {
  return sayingWhy(() => follow(engine, parseFollowPayload(payload)));
}
