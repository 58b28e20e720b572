import type { S3ObjectStore } from '@batchrock/aws';
import { type BatchServiceFacts, type RunPorts, ServiceError } from '@batchrock/core';
import { acrossRegions, type RegionAdapters } from 'batchrock/node';
import { Bedrock } from './bedrock.ts';
import { watchObjects } from './check-objects.ts';
import { objectPort } from './object-port.ts';
import { ObjectState } from './object-state.ts';
import type { Permissions } from './permissions.ts';
import type { Life } from './process.ts';
import { HOME, type RegionPlan } from './region-world.ts';
import { servicePort } from './service-port.ts';
import { carry } from './wire.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;

/** A Region as it stands in a world: a service, a quota and a bucket. */
export interface Region {
  readonly plan: RegionPlan;
  readonly bedrock: Bedrock;
  readonly objects: ObjectState;
}

/** What is the same in all Regions of a world. */
interface RegionOptions {
  readonly outputSettleMs: number;
  readonly permissions: Permissions | undefined;
}

/** Opens the Regions of a world beside the first one, whose jobs count them all. */
export function openRegions(world: World, home: Bedrock, options: RegionOptions): readonly Region[] {
  return world.regions.map((plan) => {
    const { region, quota, listLagMs } = plan;
    const objects = new ObjectState(plan.storeUri);
    watchObjects(objects, world.trace);
    return { plan, objects, bedrock: new Bedrock(world, objects, { ...options, quota, region, listLagMs, jobs: home.jobs }) };
  });
}

/** What happens to Regions from outside. */
export function regionEvents(world: World, regions: readonly Region[]): void {
  for (const { plan, bedrock } of regions) {
    const { region } = plan;
    world.often(plan.foreignJobsPerHour, `foreign in ${region}`, (rng) =>
      bedrock.addForeign(rng.logUniform(2 * MINUTE, 180 * MINUTE)),
    );
    world.often(plan.outagesPerHour, `outage of ${region}`, (rng) => {
      world.trace.mark('region-away');
      const ms = rng.logUniform(MINUTE, 240 * MINUTE);
      world.trace.note(region, `answers nobody for ${Math.round(ms / MINUTE)} min`);
      bedrock.awayUntil = world.scheduler.now + ms;
    });
  }
}

/** What a process reaches Regions by. */
interface RegionPorts {
  readonly life: Life;
  readonly home: { readonly bedrock: Bedrock; readonly objects: ObjectState };
  readonly regions: readonly Region[];
  readonly facts: BatchServiceFacts;
  readonly blockBytes: number;
}

/** All Regions as one, by the code that ships. */
export function portsAcross({ life, home, regions, facts, blockBytes }: RegionPorts): Pick<RunPorts, 'objects' | 'service'> {
  const states = [home.objects, ...regions.map(({ objects }) => objects)];
  const adapters = (region: string, bedrock: Bedrock, state: ObjectState): RegionAdapters => {
    const store = copyingStore(life, { state, states, blockBytes });
    return { region, store, objects: store, service: servicePort(life, bedrock, facts) };
  };
  return acrossRegions(
    adapters(HOME, home.bedrock, home.objects),
    regions.map(({ plan, bedrock, objects }) => adapters(plan.region, bedrock, objects)),
  );
}

interface Copies {
  readonly state: ObjectState;
  /** Those of all Regions. */
  readonly states: readonly ObjectState[];
  readonly blockBytes: number;
}

/** The store of one Region, into which S3 copies what lies in another. */
function copyingStore(life: Life, { state, states, blockBytes }: Copies): S3ObjectStore {
  const { trace } = life.world;
  return {
    ...objectPort(life, state, blockBytes),
    putAt: () => Promise.resolve(undefined),
    copyFrom: (source, key, options) =>
      carry<void>(life, {
        kind: 'objects.copy',
        about: `${state.uri} ${key}`,
        mayBeLate: false,
        risk: 4,
        signal: options?.signal,
        land: () => {
          const bytes = states.find(({ uri }) => uri === source.uri)?.bytes(key);
          if (bytes === undefined) throw new ServiceError('BR-E0504', `no ${key}`, { reason: 'invalid', effect: 'none' });
          trace.mark('input-copied');
          trace.note(life.name, `objects.copy ${key} to ${state.uri}`);
          state.put(key, bytes);
        },
      }),
    destroy: () => undefined,
  };
}
