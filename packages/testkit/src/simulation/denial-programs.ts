import { findRun, type RunPorts, resumeRun } from '@batchrock/core';
import type { Permissions } from './permissions.ts';
import type { Program } from './process.ts';
import { ignoreState, persist } from './programs.ts';
import type { Site } from './site.ts';

const MINUTE = 60_000;
/** Blocked so, a run waits for money, and whoever gives that is somebody else. */
const AT_CEILING = 'BR-E0601';

/** Somebody who is told of a run that is blocked, gives what is missing, or forgets to, and lets it go on. */
export function permitter(site: Site, permissions: Permissions): Program {
  return async (life) => {
    const ports = site.portsFor(life);
    // for ever: a run that has ended may be tried again
    for (;;) {
      await life.clock.sleep(life.rng.int(5 * MINUTE, 90 * MINUTE));
      for (const run of site.datasets.keys()) await persist(life, () => permit(ports, run, site, permissions));
    }
  };
}

async function permit(ports: RunPorts, run: string, site: Site, permissions: Permissions): Promise<void> {
  const found = await findRun(ports.ledger, run);
  if (found?.body.state !== 'running') return;
  const { blocked, elsewhere } = found.body;
  // one that goes on without one of its Regions is not blocked
  if (blocked === undefined ? elsewhere === undefined : blocked.code === AT_CEILING) return;
  permissions.give();
  site.world.trace.note('user', `resumes ${run}: ${blocked?.message ?? 'not blocked'}`);
  await resumeRun(ports, run).catch(ignoreState);
}
