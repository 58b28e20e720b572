import { InputError } from '@batchrock/core';
import { type Faults, NO_FAULTS } from '../faults/faults.ts';
import { parseFaults } from '../faults/parse.ts';
import { DEFAULT_TIMING, type Timing } from '../jobs/timing.ts';

/** How the Bedrock of a local Bedrock behaves. Durations in `…Ms` are of the wall unless they say otherwise. */
export interface BedrockOptions {
  /** Seconds of the service's clock in a second of the wall. Default 1,000: a small job takes a fraction of a second. 1: real time. */
  readonly speed?: number;
  /** Milliseconds of the service's clock that a job waits between Submitted and InProgress. Default 100,000. */
  readonly queueMs?: number;
  /** Records that a job processes in a minute of the service's clock. Default: as fast as this machine can. */
  readonly recordsPerMinute?: number;
  /** How long a client request token is remembered. Default 24 hours. The service documents no lifetime. */
  readonly tokenLifetimeMs?: number;
  /** Whether a job's name may be used once only. Default true. The service documents neither. */
  readonly uniqueNames?: boolean;
  /** How long a new job is missing from List. Default 0. */
  readonly listLagMs?: number;
  /** Whether the tags of a job can be read after its end. Default true; at the service they may not. */
  readonly finishedTags?: boolean;
  /** Submitted and running jobs of one model. Default 100, the service's quota. */
  readonly maxJobs?: number;
  /** Fewest records in a job. Default 100, the service's quota. */
  readonly minRecords?: number;
  /** Most records in a job and in a file. Default 100,000, the service's quota. */
  readonly maxRecords?: number;
  /** Ids of further models to accept. */
  readonly extraModels?: readonly string[];
  /** Whether a model that is not known is taken, by any id of the service's form. Default false. */
  readonly anyModel?: boolean;
  /** Where events are posted to. Default: nowhere. */
  readonly eventsUrl?: string;
  /** An OpenAI-compatible server that answers in place of the built-in model. A key is taken from BATCHROCK_UPSTREAM_KEY. */
  readonly upstreamUrl?: string;
  /** The model's name at that server. Default: the id of the model that was asked. */
  readonly upstreamModel?: string;
  /** Requests to that server at once. Default 8. */
  readonly upstreamConcurrency?: number;
  /** Milliseconds that it may take for one answer. Default 120,000. */
  readonly upstreamTimeoutMs?: number;
  /** What goes wrong from the start. Default: nothing. */
  readonly faults?: Partial<Faults>;
}

/** The options with their defaults, checked. */
export interface BedrockSettings {
  readonly timing: Timing;
  readonly tokenLifetimeMs: number;
  readonly uniqueNames: boolean;
  readonly listLagMs: number;
  readonly finishedTags: boolean;
  readonly maxJobs: number;
  readonly minRecords: number;
  readonly maxRecords: number;
  readonly extraModels: readonly string[];
  readonly anyModel: boolean;
  readonly eventsUrl: string | undefined;
  readonly upstream: UpstreamSettings | undefined;
  readonly faults: Faults;
}

/** How to reach the server that answers. */
export interface UpstreamSettings {
  readonly url: string;
  readonly model: string | undefined;
  readonly concurrency: number;
  readonly timeoutMs: number;
}

const DAY_MS = 86_400_000;

/** Fills in the defaults. Throws `BR-E0120` naming the option, the value given and what is allowed. */
export function resolveBedrockOptions(options: BedrockOptions): BedrockSettings {
  const number = (name: keyof BedrockOptions, fallback: number, least: number, most?: number): number => {
    const value = options[name] ?? fallback;
    const isAllowed = typeof value === 'number' && Number.isFinite(value) && value >= least && value <= (most ?? value);
    if (isAllowed) return value;
    const range = most === undefined ? `of at least ${least}` : `of at least ${least} and at most ${most}`;
    throw new InputError('BR-E0120', `${name} is ${JSON.stringify(value)}; give a number ${range}`, {
      details: { option: name },
    });
  };
  return {
    timing: timingOf(options, number),
    tokenLifetimeMs: number('tokenLifetimeMs', DAY_MS, 0),
    uniqueNames: options.uniqueNames ?? true,
    listLagMs: number('listLagMs', 0, 0),
    finishedTags: options.finishedTags ?? true,
    maxJobs: number('maxJobs', 100, 1),
    minRecords: number('minRecords', 100, 1),
    maxRecords: number('maxRecords', 100_000, 1),
    extraModels: options.extraModels ?? [],
    anyModel: options.anyModel ?? false,
    eventsUrl: options.eventsUrl === undefined ? undefined : checkedUrl('eventsUrl', options.eventsUrl),
    upstream:
      options.upstreamUrl === undefined
        ? undefined
        : {
            url: checkedUrl('upstreamUrl', options.upstreamUrl),
            model: options.upstreamModel,
            concurrency: Math.floor(number('upstreamConcurrency', 8, 1)),
            timeoutMs: number('upstreamTimeoutMs', 120_000, 1),
          },
    faults: parseFaults(options.faults ?? {}, NO_FAULTS),
  };
}

type NumberOption = (name: keyof BedrockOptions, fallback: number, least: number, most?: number) => number;

/** The 24 hours that a job has at least pass in a third of a second: on a faster clock it expires before it can be done. */
const MOST_SPEED = 250_000;

/** The queue's time is shared out among the three states before InProgress as in the default. */
function timingOf(options: BedrockOptions, number: NumberOption): Timing {
  const { submittedMs, validatingMs, scheduledMs, stoppingMs, speed } = DEFAULT_TIMING;
  const share = number('queueMs', submittedMs + validatingMs + scheduledMs, 0) / (submittedMs + validatingMs + scheduledMs);
  return {
    speed: number('speed', speed, 0.001, MOST_SPEED),
    submittedMs: submittedMs * share,
    validatingMs: validatingMs * share,
    scheduledMs: scheduledMs * share,
    stoppingMs,
    ...(options.recordsPerMinute === undefined ? {} : { recordsPerMinute: number('recordsPerMinute', 1, 0.001) }),
  };
}

function checkedUrl(option: string, value: string): string {
  const url = URL.parse(value);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return value;
  throw new InputError('BR-E0120', `${option} is "${value}"; give a URL that begins with http:// or https://`, {
    details: { option },
  });
}
