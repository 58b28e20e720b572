import { sayingWhy } from '../failure/index.ts';
import { openFileEngine } from '../file-engine/index.ts';
import type { ShownFile } from '../files/index.ts';
import { change } from './change.ts';
import { parseChangePayload } from './payload.ts';

const engine = await openFileEngine();

/** Changes what becomes of a file, or takes in a new one. */
export function handler(payload: unknown): Promise<ShownFile> {
  return sayingWhy(() => change(engine, parseChangePayload(payload)));
}
