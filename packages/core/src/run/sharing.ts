import type { CallOptions } from '../ports/index.ts';
import type { RunBody, RunDocument } from './document.ts';
import { loadRun, putRun } from './load.ts';
import type { RunPorts } from './ports.ts';
import { transact } from './transact.ts';

/** Which of the runs of a lane are one's own; each that is left out limits nothing. */
export interface OwnRuns {
  /** Only this run. */
  readonly run?: string;
  /** Only runs whose objects lie in this store, `s3://bucket/prefix`. A run that names none is anybody's. */
  readonly store?: string;
}

/** What a run has from its document that says where its jobs run and how it shares lanes with others. */
export function sharingOf({ job, asked, elsewhere }: RunDocument): Pick<RunBody, 'store' | 'priority' | 'weight' | 'elsewhere'> {
  return {
    store: job.storeUri,
    ...(elsewhere && { elsewhere: elsewhere.map(({ region, lane }) => ({ region, lane })) }),
    ...(asked?.priority && { priority: asked.priority }),
    ...(asked?.weight !== undefined && { weight: asked.weight }),
  };
}

/** Every lane that jobs of a run may hold slots of, that of its own Region first. */
export function lanesOf({ lane, elsewhere = [] }: Pick<RunBody, 'lane' | 'elsewhere'>): readonly string[] {
  return [lane, ...elsewhere.map((each) => each.lane)];
}

/** Jobs that the service lets live at once in a lane of a run, as the run was begun. */
export function quotaOf({ model, elsewhere = [] }: Pick<RunDocument, 'model' | 'elsewhere'>, lane: string): number {
  return elsewhere.find((each) => each.lane === lane)?.maxJobs ?? model.limits.maxJobs;
}

/** True for a run that the caller works on. */
export function isOwn(run: Pick<RunBody, 'run' | 'store'>, own: OwnRuns): boolean {
  if (own.run !== undefined && run.run !== own.run) return false;
  return own.store === undefined || run.store === undefined || run.store === own.store;
}

/** How a run is kept active. */
export interface ActiveOptions extends CallOptions {
  /** Where its objects lie, for a run of a version that did not write that down. */
  readonly store?: string;
}

/**
 * Says that somebody works on a run for so long, so that others of its lane leave it its share; 0 takes that back. Writes when
 * less than half of the time is left of what was said before. Returns the run as it stands.
 */
export function keepActive(ports: RunPorts, id: string, forMs: number, o: ActiveOptions = {}): Promise<RunBody> {
  return transact<RunBody>(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, id, o);
      const now = ports.clock.now();
      const activeUntil = forMs === 0 ? 0 : now + forMs;
      const store = run.body.store ?? o.store;
      const isFresh = forMs > 0 && (run.body.activeUntil ?? 0) - now > forMs / 2;
      const isSaid = (isFresh || run.body.activeUntil === activeUntil) && store === run.body.store;
      const isOpen = run.body.state === 'running' || run.body.state === 'stopping';
      if (!isOpen || isSaid) return { writes: [], result: run.body };
      const next: RunBody = { ...run.body, activeUntil, ...(store !== undefined && { store }) };
      return { writes: [putRun(run, next)], result: next };
    },
    o,
  );
}

/** True while somebody says that he works on the run. */
export function isActive({ activeUntil = 0 }: RunBody, now: number): boolean {
  return activeUntil >= now;
}
