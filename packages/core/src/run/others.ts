import { jobsOfOthers, withOthers } from '../lane/index.ts';
import { parseModelId } from '../model/index.ts';
import type { CallOptions, JobView } from '../ports/index.ts';
import { documentOf } from './documents.ts';
import { loadLane, putLane } from './load.ts';
import type { RunPorts } from './ports.ts';
import { quotaOf } from './sharing.ts';
import { transact } from './transact.ts';

/**
 * Writes down how many jobs of others live in a lane, so that no job is begun that the service would refuse for its quota. `listed`:
 * jobs that this ledger does not know; `run`: whose document says how many the service lets live at once in this lane. The quota counts a model by
 * whichever profile it is reached; what an application profile leads to List does not say, so a job of one is learned of by a refusal.
 */
export async function countOthers(
  ports: RunPorts,
  key: string,
  listed: readonly JobView[],
  { run, signal }: CallOptions & { readonly run: string },
): Promise<void> {
  const jobs = listed.filter(isIn(key)).length;
  const quota = jobs === 0 ? 0 : quotaOf(await documentOf(ports, run, { signal }), key);
  const at = ports.clock.now();
  await transact<void>(
    ports,
    async () => {
      const lane = await loadLane(ports.ledger, key, { signal });
      const counted = lane.version === 'absent' ? undefined : withOthers(lane.body, { jobs, quota, at });
      return { writes: counted === undefined ? [] : [putLane(lane, counted)], result: undefined };
    },
    { signal },
  );
}

/** True while others have slots of the lane: it is worth looking soon whether they still do. */
export async function isCrowded(ports: RunPorts, key: string, o?: CallOptions): Promise<boolean> {
  const { body } = await loadLane(ports.ledger, key, o);
  return jobsOfOthers(body, ports.clock.now()) > 0;
}

/** Tells the jobs of a lane, which is `account/Region/model`. */
function isIn(key: string): (view: JobView) => boolean {
  const [, region, ...model] = key.split('/');
  return ({ jobArn, modelId }) => jobArn.split(':')[3] === region && baseIdOf(modelId) === model.join('/');
}

function baseIdOf(modelId: string): string {
  const parsed = parseModelId(modelId);
  return 'problem' in parsed ? modelId : parsed.baseId;
}
