import { type ModelAnswer, recordId } from '@batchrock/core';
import type { Dataset } from './dataset.ts';
import { placeOfOne } from './fate.ts';
import { modelOutput, POISON, userText } from './job-output.ts';
import { hashText } from './random.ts';
import { calmTail, type TailPlan } from './tail-world.ts';
import type { World } from './world.ts';

/** An answer that a model gave, which is paid, whether anybody heard it or not. */
export interface PaidAnswer {
  /** Counts the answers of the world from 0. */
  readonly number: number;
  /** What was asked. */
  readonly text: string;
  readonly words: string;
}

const encoder = new TextEncoder();

/** The models of a world on demand: what was answered, whoever heard of it. */
export class Models {
  readonly paid: PaidAnswer[] = [];
  readonly #world: World;
  readonly #drawn: TailPlan;
  readonly #calm: TailPlan;
  readonly #datasets: ReadonlyMap<string, Dataset>;
  #deniedUntil = 0;
  /** Ids of the rows that ask for a text. */
  #ids: Map<string, string[]> | undefined;

  constructor(world: World, plan: TailPlan, datasets: ReadonlyMap<string, Dataset>) {
    this.#world = world;
    this.#drawn = plan;
    this.#calm = calmTail(plan);
    this.#datasets = datasets;
  }

  /** As bad as calls are now. */
  get plan(): TailPlan {
    return this.#world.isCalm ? this.#calm : this.#drawn;
  }

  /** True while nobody may ask. */
  get isDenied(): boolean {
    return !this.#world.isCalm && this.#world.scheduler.now < this.#deniedUntil;
  }

  deny(ms: number): void {
    this.#world.trace.note('models', `refuse everybody for ${Math.round(ms / 60_000)} min`);
    this.#deniedUntil = this.#world.scheduler.now + ms;
  }

  /** What is wrong with a record, whoever asks for it: a job of it would fail, or it would fail in its job. */
  refuses(body: Uint8Array): ModelAnswer | undefined {
    const text = textOf(body);
    if (text.includes(POISON)) return { errorCode: 400, errorMessage: 'error 400' };
    const { fate, faults } = this.#world;
    const isBreaker = this.#idsOf(text).some((id) =>
      fate.strikes('breaks its job', faults.breakingRecordRate, placeOfOne('record', id)),
    );
    return isBreaker ? { errorCode: 400, errorMessage: 'the input could not be read' } : undefined;
  }

  /** Answers, and is paid. */
  answer(by: string, body: Uint8Array): { readonly answer: ModelAnswer; readonly paid: number } {
    const { trace, fate, places } = this.#world;
    const text = textOf(body);
    const number = this.paid.length;
    const about = hashText(text).toString(16);
    const place = places.next('models', 'answer', about);
    const isOther = place.n > 1 && fate.strikes('other words', this.plan.otherWordsRate, place);
    const isEmpty = fate.strikes('empty answer', this.plan.emptyAnswerRate, place);
    const words = isEmpty ? '' : `answer ${about} on demand${isOther ? `, ${place.n}th time` : ''}`;
    this.paid.push({ number, text, words });
    trace.note('models', `answer ${by}: ${words}, msg_${number}`);
    return { answer: { output: encoder.encode(JSON.stringify(modelOutput(words, `msg_${number}`))) }, paid: number };
  }

  #idsOf(text: string): readonly string[] {
    if (this.#ids === undefined) {
      this.#ids = new Map();
      for (const { document, rows } of this.#datasets.values()) {
        for (const [i, { prompt }] of rows.entries()) {
          if (prompt === undefined) continue;
          const ids = this.#ids.get(prompt) ?? [];
          this.#ids.set(prompt, ids);
          ids.push(recordId(document.recordPrefix, i));
        }
      }
    }
    return this.#ids.get(text) ?? [];
  }
}

function textOf(body: Uint8Array): string {
  return userText(JSON.parse(new TextDecoder().decode(body)));
}
