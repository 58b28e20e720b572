import type { JobTimes } from './job-times.ts';
import type { ServiceModel } from './service-model.ts';

/** What is known of a job's time. */
export interface JobObservation {
  readonly records: number;
  /** From Create to the end, or until now where it has not ended. */
  readonly minutes: number;
  readonly hasEnded: boolean;
}

const ROUNDS = 30;
/** Jobs that are all alike so far need not stay so. */
const LEAST_SIGMA = 0.05;
const MOST_SIGMA = 1.5;

/**
 * Job times as jobs show them: those of the model, times a factor that is log-normal, with the median and the spread that make
 * what was seen most likely. Jobs that still run count with the time that they have lasted at least: those that have ended
 * first are the quick ones, and to look at them alone would promise too much. Undefined where none has ended.
 */
export function observedTimes(service: ServiceModel, jobs: readonly JobObservation[]): JobTimes | undefined {
  const expect = (records: number): number => service.startMinutes + records / service.recordsPerMinute;
  const seen = jobs
    .filter((job) => job.minutes > 0)
    .map(({ records, minutes, hasEnded }) => ({ log: Math.log(minutes / expect(records)), hasEnded }));
  if (!seen.some((job) => job.hasEnded)) return undefined;
  const { mean, sigma } = fitCensored(seen);
  const known = seen.filter((job) => job.hasEnded).length;
  const timesOf = (at: number, spread: number): JobTimes => ({
    draw: (records, chance) => expect(records) * Math.exp(at + spread * chance.normal()),
    expect: (records) => expect(records) * Math.exp(at),
  });
  return {
    ...timesOf(mean, sigma),
    // few jobs leave much open: by the usual errors of a mean and of a deviation
    perhaps(chance) {
      const spread = sigma * Math.exp(chance.normal() / Math.sqrt(2 * known));
      return timesOf(mean + (spread * chance.normal()) / Math.sqrt(known), spread);
    },
  };
}

/** Mean and deviation of normal values, of which some are only known to be larger than said (by expectation and maximisation). */
function fitCensored(seen: readonly { readonly log: number; readonly hasEnded: boolean }[]): { mean: number; sigma: number } {
  const ended = seen.filter((each) => each.hasEnded).map((each) => each.log);
  let mean = ended.reduce((sum, log) => sum + log, 0) / ended.length;
  let sigma = within(Math.sqrt(ended.reduce((sum, log) => sum + (log - mean) ** 2, 0) / ended.length));
  for (let round = 0; round < ROUNDS; round++) {
    let sum = 0;
    let squares = 0;
    for (const { log, hasEnded } of seen) {
      const [value, square] = hasEnded ? [log, log * log] : momentsAbove(log, mean, sigma);
      sum += value;
      squares += square;
    }
    mean = sum / seen.length;
    sigma = within(Math.sqrt(Math.max(0, squares / seen.length - mean * mean)));
  }
  return { mean, sigma };
}

/** The first two moments of a normal value that is above `least`. */
function momentsAbove(least: number, mean: number, sigma: number): [number, number] {
  const z = (least - mean) / sigma;
  const hazard = hazardOf(z);
  const value = mean + sigma * hazard;
  return [value, mean * mean + 2 * mean * sigma * hazard + sigma * sigma * (1 + z * hazard)];
}

/** Density over the tail of the normal distribution: by Abramowitz and Stegun 7.1.26, far out by its asymptote. */
function hazardOf(z: number): number {
  if (z > 5) return z + 1 / z;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = (poly * Math.exp(-x * x)) / 2;
  return density / (z > 0 ? half : 1 - half);
}

function within(sigma: number): number {
  return Math.min(MOST_SIGMA, Math.max(LEAST_SIGMA, sigma));
}
