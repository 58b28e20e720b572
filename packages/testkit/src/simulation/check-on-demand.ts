import { ledgerKeys, objectKeys, type PartBody, recordId } from '@batchrock/core';
import type { Bedrock } from './bedrock.ts';
import { placeOf } from './check-jobs.ts';
import type { LedgerChecker } from './check-ledger.ts';
import type { Dataset } from './dataset.ts';
import type { RecordResult } from './job-output.ts';
import type { Models } from './models.ts';
import type { ObjectState } from './object-state.ts';
import { type AnswerLine, type Manifest, type OutcomeLine, resultOf } from './on-demand-lines.ts';
import type { Life } from './process.ts';
import type { Listener } from './runtime-port.ts';
import { jobResults } from './sim-job.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;

/**
 * So long after the end of the work on a part every process that does not stand still has looked whether it has ended: 5 s after its last
 * look, which takes a minute at most, by a clock that may be set. It may ask for one more record then, which waited for a place meanwhile.
 */
const LAST_LOOK_MS = 4 * MINUTE;
const MOST_LATE = 1;

/** The output of a part on demand; folders of jobs have other names. */
const KEPT = /^runs\/([^/]+)\/output\/(\d{5})-(\d+)\/[0-9a-f]{20}\/(?:(answers-.+\.jsonl\.out)|manifest\.json\.out)$/;

/** What stands around those who ask. */
export interface Surroundings {
  readonly world: World;
  readonly objects: ObjectState;
  readonly bedrock: Bedrock;
  readonly datasets: ReadonlyMap<string, Dataset>;
  readonly ledgerChecker: LedgerChecker;
}

/** A line as it was first seen. */
interface KeptLine {
  readonly at: number;
  /** The number of the answer; undefined for an error. */
  readonly paid: number | undefined;
}

/** What is in the bucket of a part on demand. */
interface KeptPart {
  readonly run: string;
  readonly part: number;
  readonly attempt: number;
  readonly lines: Map<string, KeptLine[]>;
  /** When its work ended, and how. */
  endedAt?: number;
  status?: Manifest['status'];
  /** How many records each life of a process has asked for since, after it must have known. */
  readonly late: Map<Asker, number>;
}

/** One life of a process that may ask. */
interface Asker {
  readonly life: Life;
  readonly bornAt: number;
  asking: number;
  /** Answers that it has heard, and that are not in the bucket. */
  readonly unkept: Set<number>;
}

/** When an answer was first asked for, and by whom. */
interface Asked {
  readonly at: number;
  readonly asker: Asker;
}

/** What became of a record in a part on demand. */
export interface OnDemandResult {
  readonly attempt: number;
  readonly part: number;
  readonly id: string;
  readonly result: RecordResult;
}

/**
 * Judges the work on what goes on demand: each answer that is kept as it is kept, and all of it at the end (I3, I4, I5, I24). What was
 * answered is told by the models, what was kept by the bucket.
 */
export class OnDemandChecker {
  readonly #site: Surroundings;
  readonly #models: Models;
  readonly #parts = new Map<string, KeptPart>();
  readonly #askers = new Map<string, Asker>();
  readonly #asked = new Map<number, Asked>();
  /** Who writes each object of answers. */
  readonly #writers = new Map<string, Asker>();

  constructor(site: Surroundings, models: Models) {
    this.#site = site;
    this.#models = models;
    const { objects } = site;
    const { onPut } = objects;
    objects.onPut = (key, before, after) => {
      onPut?.(key, before, after);
      this.#put(key, before, after);
    };
  }

  /** Hears the calls of one life of a process. */
  listen(life: Life): Listener {
    const { trace, scheduler } = this.#site.world;
    const asker: Asker = { life, bornAt: scheduler.now, asking: 0, unkept: new Set() };
    this.#askers.set(life.name, asker);
    return {
      asks: () => {
        asker.asking++;
        if (asker.asking > this.#places)
          trace.violate('I24', `${life.name} asks for ${asker.asking} records at once, ${this.#places} are allowed`);
      },
      paid: (number, at) => {
        this.#asked.set(number, { at, asker });
      },
      hears: (paid) => {
        asker.unkept.add(paid);
        if (asker.unkept.size > this.#places)
          trace.violate('I24', `${life.name} has ${asker.unkept.size} answers that are not kept, ${this.#places} are allowed`);
      },
      ends: () => {
        asker.asking--;
      },
    };
  }

  /** An object of answers is written by one life of a process. */
  writes(life: Life, key: string): void {
    const asker = this.#askers.get(life.name);
    if (asker !== undefined) this.#writers.set(key, asker);
  }

  /** A write of answers failed, or was given up: those that it held are asked for again. */
  forget(life: Life): void {
    this.#askers.get(life.name)?.unkept.clear();
  }

  /** What became of each record that went on demand, as its outcomes say; they are held against the answers that were kept. */
  resultsOf({ document }: Dataset): readonly OnDemandResult[] {
    const results: OnDemandResult[] = [];
    for (const kept of this.#parts.values()) {
      if (kept.run !== document.run) continue;
      const text = this.#site.objects.text(objectKeys.outcomes(kept.run, kept.attempt, kept.part));
      if (text === undefined || !this.#isOnDemand(kept)) continue;
      for (const line of text.split('\n').slice(0, -1)) {
        const outcome = JSON.parse(line) as OutcomeLine;
        this.#judge(kept, outcome);
        results.push({ attempt: kept.attempt, part: kept.part, id: outcome.id, result: resultOf(outcome) });
      }
    }
    return results;
  }

  get #places(): number {
    return this.#models.plan.asked.concurrency ?? 8;
  }

  #isOnDemand(kept: KeptPart): boolean {
    return this.#partOf(kept)?.onDemand === true;
  }

  #partOf({ run, attempt, part }: KeptPart): PartBody | undefined {
    const { parts } = this.#site.ledgerChecker;
    return parts.get(ledgerKeys.part(run, attempt, part));
  }

  #put(key: string, before: Uint8Array | undefined, after: Uint8Array): void {
    const match = KEPT.exec(key);
    if (match === null) return;
    const [, run = '', part, attempt, answers] = match;
    const name = `${run} ${part}-${attempt}`;
    const kept: KeptPart = this.#parts.get(name) ?? {
      run,
      part: Number(part),
      attempt: Number(attempt),
      lines: new Map(),
      late: new Map(),
    };
    this.#parts.set(name, kept);
    const { trace } = this.#site.world;
    const text = new TextDecoder().decode(after);
    if (answers === undefined) {
      this.#end(kept, name, JSON.parse(text) as Manifest);
      return;
    }
    const known = before === undefined ? '' : new TextDecoder().decode(before);
    if (!text.startsWith(known)) trace.violate('I3', `${key} loses answers that were kept`);
    for (const line of text.slice(known.length).split('\n').slice(0, -1)) {
      this.#line(kept, JSON.parse(line) as AnswerLine, this.#writers.get(key));
    }
  }

  /** The work is complete where every record has a line; whoever stops it before says so. */
  #end(kept: KeptPart, name: string, { status, totalRecordCount }: Manifest): void {
    const { trace, scheduler } = this.#site.world;
    if (kept.endedAt !== undefined) trace.violate('I24', `the work on ${name} ends a second time`);
    kept.endedAt = scheduler.now;
    kept.status = status;
    trace.mark('on-demand-ended');
    const records = this.#partOf(kept)?.records ?? totalRecordCount;
    if (status === 'Completed' && kept.lines.size < records)
      trace.violate('I24', `the work on ${name} is complete, and ${kept.lines.size} of ${records} records have an end`);
  }

  /** A line that is new. */
  #line(kept: KeptPart, { recordId: id, modelOutput }: AnswerLine, writer: Asker | undefined): void {
    const { trace, scheduler } = this.#site.world;
    const paid = modelOutput === undefined ? undefined : Number(modelOutput.id.slice('msg_'.length));
    const lines = kept.lines.get(id) ?? [];
    kept.lines.set(id, lines);
    const earlier = [...lines];
    lines.push({ at: scheduler.now, paid });
    trace.mark('answer-kept');
    // an error is an end too
    if (writer !== undefined && earlier.some((line) => line.at < writer.bornAt))
      trace.violate('I24', `${writer.life.name} asks for ${id} again, whose end was kept before it began`);
    if (paid === undefined) return;
    this.#checkWords(kept, id, paid);
    this.#checkOnce(kept, id);
    const asked = this.#asked.get(paid);
    if (asked === undefined) return;
    asked.asker.unkept.delete(paid);
    const { asker, at } = asked;
    if (earlier.length > 0) trace.mark('answered-twice');
    if (kept.endedAt === undefined || at <= Math.max(kept.endedAt, asker.life.frozenUntil) + LAST_LOOK_MS) return;
    const late = 1 + (kept.late.get(asker) ?? 0);
    kept.late.set(asker, late);
    if (late > MOST_LATE)
      trace.violate('I24', `${asker.life.name} asks for ${late} records long after the work on their part has ended`);
  }

  /** What is kept was answered, to what the row asks. */
  #checkWords({ run }: KeptPart, id: string, paid: number): void {
    const answer = this.#models.paid[paid];
    const prompt = this.#promptOf(run, id);
    if (answer === undefined || answer.text !== prompt)
      this.#site.world.trace.violate('I1', `record ${id} has the answer to ${JSON.stringify(answer?.text)}, not to its row`);
  }

  /** Nothing that succeeded before is asked for, and no part is both a job and on demand. */
  #checkOnce(kept: KeptPart, id: string): void {
    const { trace } = this.#site.world;
    for (const job of this.#site.bedrock.jobs) {
      const place = placeOf(job.spec);
      if (place?.run !== kept.run) continue;
      if (place.attempt === kept.attempt && place.part === kept.part)
        trace.violate('I5', `part ${kept.part} of attempt ${kept.attempt} is on demand and has job ${job.index}`);
      if (place.attempt < kept.attempt && jobResults(job).get(id)?.kind === 'succeeded')
        trace.violate('I4', `record ${id} is asked for on demand, though it succeeded in job ${job.index}`);
    }
    for (const other of this.#parts.values()) {
      if (other.run !== kept.run || other.attempt >= kept.attempt) continue;
      if (hasAnswer(other, id)) trace.violate('I4', `record ${id} is asked for again: attempt ${other.attempt} has an answer`);
    }
  }

  /** An outcome is what was kept: an answer wherever there was one before the work ended. */
  #judge(kept: KeptPart, { id, status, response }: OutcomeLine): void {
    const { trace } = this.#site.world;
    const lines = kept.lines.get(id) ?? [];
    if (status !== 'succeeded') {
      if (hasAnswer(kept, id)) trace.violate('I3', `record ${id} is ${status}, though an answer of it was kept`);
      if (status === 'missing' && lines.some((line) => line.at <= (kept.endedAt ?? 0)))
        trace.violate('I3', `record ${id} is missing, though its end was kept`);
      if (status === 'missing' && kept.status === 'Completed')
        trace.violate('I3', `record ${id} is missing, though the work on its part is complete`);
      return;
    }
    const said = lines.map(({ paid }) => (paid === undefined ? undefined : this.#models.paid[paid]?.words));
    if (!said.includes(response))
      trace.violate('I2', `record ${id} shows ${JSON.stringify(response)}, which no answer of it says`);
  }

  #promptOf(run: string, id: string): string | undefined {
    const dataset = this.#site.datasets.get(run);
    return dataset?.rows.find((_, i) => recordId(dataset.document.recordPrefix, i) === id)?.prompt;
  }
}

/** Whether an answer was in the bucket when the work on the part ended: one that comes later may count or not. */
function hasAnswer({ lines, endedAt }: KeptPart, id: string): boolean {
  return endedAt !== undefined && (lines.get(id) ?? []).some(({ paid, at }) => paid !== undefined && at <= endedAt);
}
