import { type BatchService, type BatchServiceFacts, isServiceError, type JobView, ServiceError } from '@batchrock/core';
import type { Bedrock } from './bedrock.ts';
import type { Life } from './process.ts';
import { hashText } from './random.ts';
import { CALL_TIMEOUT_MS, carry } from './wire.ts';

const LIST_PAGE = 5;
/** Tries of one call inside the client, as the SDK's standard retry mode makes them. */
const CLIENT_TRIES = 3;

/** Bedrock as one process reaches it, with a client that retries, signs and keeps to `notAfter` as the real adapter does. */
export function servicePort(life: Life, bedrock: Bedrock, facts: BatchServiceFacts): BatchService {
  const { world } = life;
  const { scheduler, trace } = world;

  /** What the service does to any request before it looks at it. */
  const meet = (what: string): void => {
    if (bedrock.isAway) throw internal();
    const place = world.places.next(life.owner, 'service', what);
    if (world.fate.strikes('throttled', world.faults.throttleRate, place)) {
      trace.note('bedrock', `throttles ${what} of ${life.name}`);
      throw new ServiceError('BR-E0502', 'rate exceeded', { reason: 'throttled', effect: 'none' });
    }
    if (world.fate.strikes('unavailable', world.faults.unavailableRate, place)) throw internal();
  };

  return {
    facts,
    async create(spec, { notAfter, signal }) {
      const what = `service.create ${spec.jobName}`;
      let sent = 0;
      const once = (): Promise<{ readonly jobArn: string }> => {
        let signedAt = 0;
        return carry(life, {
          kind: 'service.create',
          about: spec.jobName,
          signal,
          risk: world.faults.createRisk,
          timeoutMs: Math.min(CALL_TIMEOUT_MS, Math.max(1, notAfter - life.clock.now())),
          send: () => {
            if (life.clock.now() > notAfter) {
              trace.mark('fenced');
              trace.note(life.name, `${what} is not sent: its time has passed`);
              throw tooLate(sent);
            }
            signedAt = scheduler.now;
            sent++;
            const place = world.places.next(life.owner, 'sends Create');
            if (world.fate.strikes('stop', world.faults.stopAtCreateRate, place)) world.onCreateUnderWay?.();
          },
          land: () => {
            if (scheduler.now - signedAt > facts.signatureMs) {
              trace.mark('signature-expired');
              trace.note('bedrock', `refuses ${what}: signed ${Math.round((scheduler.now - signedAt) / 1000)} s ago`);
              throw new ServiceError('BR-E0501', 'signature expired', { reason: 'denied', effect: 'none' });
            }
            meet(what);
            const { jobArn } = bedrock.create(spec);
            const place = world.places.next(life.owner, 'answer of', what);
            if (world.fate.strikes('unavailable', world.faults.unavailableRate, place)) throw internal();
            return { jobArn };
          },
        });
      };
      for (let attempt = 1; ; attempt++) {
        try {
          return await once();
        } catch (error) {
          const again = isServiceError(error) && ['throttled', 'unavailable'].includes(error.reason);
          if (!again || attempt >= CLIENT_TRIES || life.clock.now() >= notAfter) throw afterTries(error, sent);
          await life.clock.sleep(life.wire.int(50, 5000), signal);
        }
      }
    },
    get: (jobArn, options) => {
      const asOf = scheduler.now - world.faults.getLagMs * life.wire.next();
      return carry(life, {
        kind: 'service.get',
        about: jobArn.slice(-4),
        signal: options?.signal,
        land: () => {
          meet('get');
          return bedrock.get(jobArn, asOf);
        },
      });
    },
    async *list(query, options) {
      const { pagesLagApart } = world.faults;
      const listLagMs = bedrock.listLagMs ?? world.faults.listLagMs;
      let asOf = scheduler.now - listLagMs * (0.5 + life.wire.next() / 2);
      let last: JobView | undefined;
      for (let page = 0; ; page++) {
        if (page > 0 && pagesLagApart) asOf = scheduler.now - listLagMs * (0.5 + lagOfPage(life, page, scheduler.now) / 2);
        const behind = last;
        const views = await carry<readonly JobView[]>(life, {
          kind: 'service.list',
          about: `${query.nameContains ?? ''} page ${page}`,
          signal: options?.signal,
          land: () => {
            meet('list');
            const all = bedrock.list(query, asOf);
            return all.filter((view) => behind === undefined || isBehind(view, behind)).slice(0, LIST_PAGE);
          },
        });
        yield* views;
        last = views.at(-1);
        if (views.length < LIST_PAGE) return;
      }
    },
    stop: (jobArn, options) =>
      carry(life, {
        kind: 'service.stop',
        about: jobArn.slice(-4),
        signal: options?.signal,
        land: () => {
          meet('stop');
          bedrock.stop(jobArn, life.name);
        },
      }),
  };
}

/** A page begins behind the last job of the one before it, whatever came or went in between. */
function isBehind(view: JobView, last: JobView): boolean {
  return view.submitTime < last.submitTime || (view.submitTime === last.submitTime && view.jobArn < last.jobArn);
}

/** 0 to 1, from no source that others draw from. */
function lagOfPage(life: Life, page: number, now: number): number {
  return (hashText(`${life.name} page ${page}`, now) % 1000) / 1000;
}

function internal(): ServiceError {
  return new ServiceError('BR-E0503', 'internal server error', { reason: 'unavailable', effect: 'unknown' });
}

function tooLate(sent: number): ServiceError {
  return new ServiceError('BR-E0503', 'not sent: its time had passed', {
    reason: 'unavailable',
    effect: sent === 0 ? 'none' : 'unknown',
  });
}

/** A refusal proves nothing about an earlier try of the same call. */
function afterTries(error: unknown, sent: number): unknown {
  if (!isServiceError(error) || sent <= 1 || error.effect === 'unknown') return error;
  return new ServiceError(error.code, error.message, { reason: error.reason, effect: 'unknown' });
}
