import type { ObjectStore, RunPorts } from '@batchrock/core';
import { OnDemandChecker, type Surroundings } from './check-on-demand.ts';
import { Models } from './models.ts';
import type { Life } from './process.ts';
import { runtimePort } from './runtime-port.ts';
import type { TailPlan } from './tail-world.ts';

/** What a world with a tail on demand has beside the others. */
export class Tail {
  readonly models: Models;
  readonly checker: OnDemandChecker;

  constructor(site: Surroundings, plan: TailPlan) {
    this.models = new Models(site.world, plan, site.datasets);
    this.checker = new OnDemandChecker(site, this.models);
  }

  /** The ports of one life of a process, with models to ask. */
  portsOf(life: Life, ports: RunPorts): RunPorts {
    return {
      ...ports,
      objects: this.#watched(life, ports.objects),
      runtime: runtimePort(life, this.models, this.checker.listen(life)),
    };
  }

  /** Tells the checker of writes of answers that came to nothing. */
  #watched(life: Life, objects: ObjectStore): ObjectStore {
    return {
      ...objects,
      create: (key, options) => {
        const sink = objects.create(key, options);
        if (!key.includes('/answers-')) return sink;
        this.checker.writes(life, key);
        const told = async <T>(work: Promise<T>): Promise<T> => {
          try {
            return await work;
          } catch (error) {
            this.checker.forget(life);
            throw error;
          }
        };
        return { ...sink, write: (full) => told(sink.write(full)), commit: () => told(sink.commit()) };
      },
    };
  }
}
