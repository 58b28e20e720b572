import { type RunStatus, shareDone } from '../sdk/run-status.ts';
import type { LiveView } from './live-line.ts';

/** A moment of a run: how many records had an answer. */
interface Sample {
  readonly at: number;
  readonly done: number;
}

/** How far back the recent pace looks. */
const RECENT_MS = 60_000;

/** Less than this tells nothing about the pace. */
const LEAST_MS = 2_000;

/**
 * Follows a run: keeps the percentage from going back (a retried record has no outcome for a while) and tells the pace. The
 * time left is that of the status, half and nine tenths of all chances; where it has none, it is told from the pace of the whole
 * run and that of the last minute, whichever is slower and faster.
 */
export class Pace {
  readonly #samples: Sample[] = [];
  #share: number | undefined;

  /** Takes a status in and gives what the live line shows at this moment. */
  observe(status: RunStatus, now: number): LiveView {
    const share = shareDone(status);
    if (share !== undefined) this.#share = Math.max(share, this.#share ?? 0);
    this.#remember(now, this.#share === undefined || status.rows === undefined ? undefined : this.#share * status.rows);
    const rates = this.#rates();
    const left = status.rows === undefined || this.#share === undefined ? undefined : status.rows * (1 - this.#share);
    const byPace = rates && left !== undefined ? ([left / rates.fastest, left / rates.slowest] as const) : undefined;
    return {
      status,
      share: this.#share,
      recordsPerMinute: rates === undefined ? undefined : rates.recent * 60_000,
      eta: status.timeLeft ? [status.timeLeft.p50, status.timeLeft.p90] : byPace,
    };
  }

  #remember(at: number, done: number | undefined): void {
    if (done === undefined) return;
    const samples = this.#samples;
    samples.push({ at, done });
    // The first one stays for the pace of the whole run; of the others only the last minute counts.
    while (samples.length > 2 && (samples[1] as Sample).at < at - RECENT_MS) samples.splice(1, 1);
  }

  /** Records a millisecond; undefined while nothing has moved. */
  #rates(): { recent: number; fastest: number; slowest: number } | undefined {
    const [first, second] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !second || !last || last.at - first.at < LEAST_MS || last.done <= first.done) return undefined;
    const whole = (last.done - first.done) / (last.at - first.at);
    const recently =
      last.at - second.at >= LEAST_MS && last.done > second.done ? (last.done - second.done) / (last.at - second.at) : whole;
    return { recent: recently, fastest: Math.max(whole, recently), slowest: Math.min(whole, recently) };
  }
}
