import { findRun, InputError, StateError } from '@batchrock/core';
import { checkedJobNamePrefix, type ResultsFormat } from 'batchrock/orchestrator';
import type { Deadline, Engine } from '../engine/index.ts';
import { findHome } from '../home/index.ts';
import { claimFolder } from '../results/index.ts';
import { type Asker, moveIn } from './choose-run.ts';
import type { PreparePayload } from './payload.ts';
import { type PrepareAnswer, type PrepareEngine, prepare } from './prepare.ts';

/** An execution that goes on with a run of the ledger: it was stopped, is to be retried, or came from elsewhere. */
interface AskedRun {
  readonly run: string;
  /** Default: where its results went until now. */
  readonly jobNamePrefix?: string;
  readonly resultsFormat?: ResultsFormat;
}

/** Prepares what an execution asks, or goes on with the run that its input names: `{"run": "r-…"}`. */
export function prepareOrContinue(engine: PrepareEngine, payload: PreparePayload, deadline: Deadline): Promise<PrepareAnswer> {
  const asked = parseAskedRun(payload.input);
  if (asked !== undefined) return continueRun(engine, payload, asked);
  return prepare(engine, { ...payload, input: withoutRun(payload.input) }, deadline);
}

/** `null` counts as absent. */
function withoutRun(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('run' in input)) return input;
  const { run: _, ...rest } = input;
  return rest;
}

const KEYS = ['run', 'job_name_prefix', 'results_format'];

/** Undefined for an input that names no run. Throws `BR-E0112` and `BR-E0120` for what does not go with one. */
function parseAskedRun(input: unknown): AskedRun | undefined {
  const fields = (typeof input === 'object' && input !== null ? input : {}) as Readonly<Record<string, unknown>>;
  const { run, job_name_prefix: prefix = null, results_format: format = null } = fields;
  if (run === undefined || run === null) return undefined;
  const others = Object.keys(fields).filter((key) => !KEYS.includes(key) && fields[key] !== null);
  if (others.length > 0) {
    throw new InputError('BR-E0112', `run is given, and ${others.join(', ')}: what a run asks was frozen when it was begun`, {
      hint: `beside run there may be job_name_prefix and results_format; leave out run to ask something else`,
    });
  }
  if (typeof run !== 'string') throw new InputError('BR-E0120', `run is a ${typeof run}; allowed: the id of a run, r-…`);
  if (prefix !== null && typeof prefix !== 'string') {
    throw new InputError('BR-E0120', `job_name_prefix is a ${typeof prefix}; allowed: a string`);
  }
  if (format !== null && format !== 'parquet' && format !== 'csv') {
    throw new InputError('BR-E0120', `results_format is ${JSON.stringify(format)}; allowed: parquet, csv`);
  }
  return {
    run,
    ...(prefix !== null && { jobNamePrefix: checkedJobNamePrefix(prefix) }),
    ...(format !== null && { resultsFormat: format }),
  };
}

/**
 * Takes up a run that was prepared before, here or by another ledger that gave it away: from now on this execution asks for it.
 * Throws `BR-E0201` for one that is not in the ledger, `BR-E0207` for one that was not prepared to its end.
 */
async function continueRun(engine: Engine, payload: PreparePayload, asked: AskedRun): Promise<PrepareAnswer> {
  const { ports, settings, log } = engine;
  const { run: id } = asked;
  const run = (await findRun(ports.ledger, id))?.body;
  if (run === undefined || (run.store !== undefined && run.store !== ports.objects.uri)) {
    throw new StateError('BR-E0201', `no run ${id} of ${ports.objects.uri} in the table ${settings.table}`, {
      hint: `batchrock adopt ${ports.objects.uri}/runs/${id} --stack NAME takes over a run of the bucket`,
      details: { run: id },
    });
  }
  if (run.state === 'preparing') {
    throw new StateError('BR-E0207', `run ${id} was not prepared to its end`, {
      hint: 'start an execution with the input that it was begun with: it goes on where it stopped',
      details: { run: id },
    });
  }
  const asker = await askerOf(engine, payload, asked);
  await moveIn(engine, { id, run }, asker);
  await claimFolder(ports, { run: id, ...asker });
  log('INFO', 'going on', { run: id, status: run.state });
  const { rows = 0, rejected = 0, parts } = run;
  return { run: id, done: true, parts: parts[0] ?? 0, rows, rejected, job_name_prefix: asker.jobNamePrefix };
}

/** Whose results go where they went before, unless this execution says otherwise. */
async function askerOf({ ports, settings }: Engine, { execution, started }: PreparePayload, asked: AskedRun): Promise<Asker> {
  const home = await findHome(ports, asked.run);
  const jobNamePrefix = asked.jobNamePrefix ?? home?.jobNamePrefix;
  if (jobNamePrefix === undefined) {
    throw new InputError('BR-E0112', `job_name_prefix is missing: run ${asked.run} has no folder of results yet`);
  }
  const resultsFormat = asked.resultsFormat ?? home?.resultsFormat ?? settings.resultsFormat;
  return { execution, started, jobNamePrefix, resultsFormat };
}
