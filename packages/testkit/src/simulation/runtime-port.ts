import { type ModelAnswer, type ModelRuntime, ServiceError } from '@batchrock/core';
import type { Models } from './models.ts';
import type { Life } from './process.ts';
import { hashText } from './random.ts';
import { carry } from './wire.ts';

const SECOND = 1000;

/** The client waits so long for an answer, as the real adapter does. */
const ANSWER_MS = 15 * 60 * SECOND;
/** A model thinks for so long at most. */
const LONGEST_MS = 5 * 60 * SECOND;

/** Who hears what of the calls of a process. */
export interface Listener {
  asks(): void;
  /** The answer of this number was given to what was first asked for then. */
  paid(number: number, askedAt: number): void;
  hears(number: number): void;
  ends(): void;
}

/** Models on demand as one process reaches them: slow, refused, effective with its answer lost, answered in no useful form. */
export function runtimePort(life: Life, models: Models, listener: Listener): ModelRuntime {
  const { world } = life;
  /** Not all machines are as near. */
  const pace = life.wire.logUniform(0.2, 4);
  /** When each body was first asked for that has no end yet. */
  const since = new Map<string, number>();

  /** What is said at once, before a model looks at it. */
  const meet = (text: string): ModelAnswer | undefined => {
    const { throttleRate, serverErrorRate } = models.plan;
    const place = world.places.next(life.owner, 'model', text);
    if (world.fate.strikes('model throttled', throttleRate, place)) {
      world.trace.mark('model-throttled');
      const errorCode = world.fate.details('model throttled', place).pick([429, 503]);
      return { errorCode, errorMessage: 'too many requests' };
    }
    return world.fate.strikes('model fails', serverErrorRate, place) ? failed() : undefined;
  };

  return {
    async ask({ body }, options) {
      const about = hashText(new TextDecoder().decode(body)).toString(16);
      const latency = pace * models.plan.latencyMs * (life.wire.chance(0.1) ? 4 : life.wire.next() + 0.5);
      const met = meet(about);
      const askedAt = since.get(about) ?? world.scheduler.now;
      since.set(about, askedAt);
      listener.asks();
      try {
        const { answer, paid } = await carry<{ readonly answer: ModelAnswer; readonly paid?: number }>(life, {
          kind: 'runtime.ask',
          about,
          signal: options?.signal,
          ...(met === undefined && { usualMs: Math.min(LONGEST_MS, Math.round(latency)) }),
          timeoutMs: ANSWER_MS,
          risk: 4,
          land: () => {
            if (models.isDenied) {
              world.trace.mark('model-denied');
              throw denied();
            }
            const refused = met ?? models.refuses(body);
            if (refused !== undefined) return { answer: refused };
            const given = models.answer(life.name, body);
            listener.paid(given.paid, askedAt);
            const place = world.places.next(life.owner, 'answer of the model', about);
            if (!world.fate.strikes('answer lost', models.plan.lostAnswerRate, place)) return given;
            world.trace.mark('answer-lost');
            return { answer: failed() };
          },
        });
        if (paid !== undefined && 'output' in answer) listener.hears(paid);
        if ('output' in answer || answer.errorCode === 400) since.delete(about);
        return answer;
      } finally {
        listener.ends();
      }
    },
  };
}

function denied(): ServiceError {
  return new ServiceError('BR-E0501', 'not authorized to invoke the model', { reason: 'denied', effect: 'none' });
}

function failed(): ModelAnswer {
  return { errorCode: 500, errorMessage: 'the model failed' };
}
