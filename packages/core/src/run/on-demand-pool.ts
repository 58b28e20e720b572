import type { PartBody } from '../job/index.ts';
import type { CollectPool } from './collect-pool.ts';
import { documentOf } from './documents.ts';
import { ledgerKeys } from './keys.ts';
import { type LinkedAbort, linkAbort } from './linked-abort.ts';
import type { OnDemandEnd } from './on-demand-answers.ts';
import { createOnDemandCalls, DEFAULT_CONCURRENCY, type OnDemandCalls } from './on-demand-calls.ts';
import { noteOnDemand } from './on-demand-steps.ts';
import { answerPart } from './on-demand-work.ts';
import type { RunPorts } from './ports.ts';
import type { StepOptions } from './steps.ts';
import { isPassing } from './tolerance.ts';

/** Works on parts on demand beside a loop that looks after jobs. */
export interface OnDemandPool {
  /** Takes a part up that is on demand, if it is not taken up yet. `places`: records that are asked for at once, over all parts. */
  offer(part: PartBody, owner: string | undefined, places?: number): void;
  /** Throws the first error that will not pass, once nothing else is waited for; hands the others to `note`. */
  check(note: (error: unknown) => void, isAlone: boolean): void;
  /** Resolves when work has failed in a way that will not pass, and `check` has not been told yet. */
  failed(): Promise<void>;
  /** Gives up a part that was stopped: nothing that is answered from now on would count. */
  drop(part: PartBody): void;
  /** Resolves when nothing is in hand. */
  idle(): Promise<void>;
  /** Gives up what is in hand: what has been kept by then is there for whoever goes on. */
  close(): Promise<void>;
}

/** Between two writes of how far a part is. */
const PROGRESS_MS = 2_000;
/** Parts at once: the records of the first leave places free only at its end. */
const PARTS = 2;

/** A pool of one drive. `collects`: takes parts that have ended up at once. */
export function createOnDemandPool(ports: RunPorts, collects: Pick<CollectPool, 'offer'>, o: StepOptions): OnDemandPool {
  const inHand = new Map<string, { readonly done: Promise<void>; readonly end: LinkedAbort }>();
  const failures: unknown[] = [];
  /** One that will not pass: nothing more is begun. */
  let final: { readonly error: unknown } | undefined;
  let calls: OnDemandCalls | undefined;
  let wake = (): void => undefined;

  const work = async ({ part, owner, calls: asked, end }: InHand): Promise<void> => {
    const { signal } = end;
    let notedAt = ports.clock.now();
    let noting: Promise<unknown> = Promise.resolve();
    const onProgress = (counts: Omit<OnDemandEnd, 'status'>): void => {
      if (ports.clock.now() - notedAt < PROGRESS_MS) return;
      notedAt = ports.clock.now();
      noting = noteOnDemand(ports, part, { ...counts, status: 'InProgress' }, { signal }).catch(() => undefined);
    };
    try {
      const document = await documentOf(ports, part.run, { signal });
      const how = await answerPart(ports, { document, part, owner, calls: asked, onProgress, signal });
      await noting;
      collects.offer(await noteOnDemand(ports, part, how, { signal }));
    } catch (error) {
      if (signal.aborted) return;
      failures.push(error);
      if (!isPassing(error)) wake();
    } finally {
      end.release();
      inHand.delete(keyOf(part));
    }
  };

  const idle = async (): Promise<void> => {
    await Promise.all([...inHand.values()].map(({ done }) => done));
  };

  return {
    offer(part, owner, places = DEFAULT_CONCURRENCY) {
      if (final !== undefined || inHand.has(keyOf(part)) || inHand.size >= PARTS) return;
      calls ??= createOnDemandCalls(ports, places);
      const end = linkAbort(o.signal);
      inHand.set(keyOf(part), { end, done: work({ part, owner, calls, end }) });
    },
    check(note, isAlone) {
      for (const error of failures.splice(0)) {
        if (isPassing(error)) note(error);
        else final ??= { error };
      }
      if (final !== undefined && isAlone) throw final.error;
    },
    failed() {
      if (failures.some((error) => !isPassing(error))) return Promise.resolve();
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
    drop: (part) => inHand.get(keyOf(part))?.end.abort(GIVEN_UP),
    idle,
    async close() {
      for (const { end } of inHand.values()) end.abort(GIVEN_UP);
      await idle();
    },
  };
}

/** Why work is given up; nobody is told. */
const GIVEN_UP = 'given up';

interface InHand {
  readonly part: PartBody;
  readonly owner: string | undefined;
  readonly calls: OnDemandCalls;
  readonly end: LinkedAbort;
}

function keyOf({ run, attempt, part }: PartBody): string {
  return ledgerKeys.part(run, attempt, part);
}
