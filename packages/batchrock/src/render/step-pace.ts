import { isOfBytes, type Step, type StepView } from './step-line.ts';

/** Less than this tells nothing about the pace. */
const LEAST_MS = 500;

/** Follows one step after the other and tells how fast each goes, from its own beginning on. */
export class StepPace {
  #phase: Step['phase'] | undefined;
  #startedAt = 0;
  #first = 0;
  #firstShare = 0;

  /** When the step in hand was first heard of. */
  get startedAt(): number {
    return this.#startedAt;
  }

  observe(step: Step, now: number): StepView {
    const done = isOfBytes(step) ? step.bytes : step.rows;
    const share = shareOf(step);
    if (step.phase !== this.#phase || done < this.#first) {
      this.#phase = step.phase;
      this.#startedAt = now;
      // a step that goes on where another process stopped has not done the work before
      this.#first = done;
      this.#firstShare = share ?? 0;
    }
    const elapsed = now - this.#startedAt;
    const shareDone = (share ?? 0) - this.#firstShare;
    const isKnown = elapsed >= LEAST_MS && done > this.#first;
    return {
      step,
      share,
      perSecond: isKnown ? ((done - this.#first) / elapsed) * 1000 : undefined,
      leftMs: isKnown && share !== undefined && shareDone > 0 ? (elapsed / shareDone) * (1 - share) : undefined,
    };
  }
}

function shareOf(step: Step): number | undefined {
  const share = isOfBytes(step)
    ? ratio(step.bytes, step.totalBytes)
    : step.phase === 'exporting'
      ? ratio(step.rows, step.totalRows)
      : step.share;
  return share === undefined ? undefined : Math.min(1, share);
}

function ratio(part: number, whole: number | undefined): number | undefined {
  return whole === undefined || whole === 0 ? undefined : part / whole;
}
