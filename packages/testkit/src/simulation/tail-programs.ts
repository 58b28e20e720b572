import { setTail } from '@batchrock/core';
import type { Models } from './models.ts';
import { type Program, SimProcess } from './process.ts';
import { ignoreState, persist } from './programs.ts';
import type { Site } from './site.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;

/** What happens to a world with a tail on demand from outside its processes. */
export function tailEvents(world: World, site: Site, models: Models): void {
  const { plan } = models;
  world.often(plan.denialsPerHour, 'denied', (rng) => models.deny(Math.round(rng.logUniform(MINUTE, 120 * MINUTE))));
  let hurries = 0;
  world.often(plan.hurriesPerHour, 'hurries', (rng) => {
    const run = rng.pick([...site.datasets.keys()]);
    const deadlineMs = rng.chance(0.5) ? Math.round(rng.logUniform(10 * MINUTE, 600 * MINUTE)) : undefined;
    new SimProcess(world, `hurry${hurries++}`, hurrier(site, run, deadlineMs)).boot();
  });
}

/** The same command again, with `--tail on-demand` behind it: what was asked holds from then on. */
function hurrier(site: Site, run: string, deadlineMs: number | undefined): Program {
  return async (life) => {
    const concurrency = life.world.tail?.asked.concurrency;
    const ports = site.portsFor(life);
    site.world.trace.note(life.name, `sends the tail of ${run} on demand, deadline ${deadlineMs ?? 'none'}`);
    const asked = { ...(concurrency !== undefined && { concurrency }), ...(deadlineMs !== undefined && { deadlineMs }) };
    await persist(life, () => setTail(ports, run, asked).catch(ignoreState));
  };
}
