import { type CallOptions, MAX_NAME_PREFIX, type RunDocument, type SourcePin } from '@batchrock/core';
import {
  boundsOf,
  type CheckedQuestion,
  type Dataset,
  type FreezeInput,
  freezeDocument,
  type Question,
  runIdentity,
  surveyRows,
  takeRows,
  targetIdentity,
} from 'batchrock/request';
import type { Engine, EngineSettings } from '../engine/index.ts';

/** A question in the words of the command line, and its parts that have been checked. */
export interface AskedQuestion {
  readonly question: Question;
  readonly checked: CheckedQuestion;
}

/** A dataset that was looked at, with what its files are known by. */
export interface LookedAt {
  readonly dataset: Dataset;
  readonly files: readonly SourcePin[];
}

/** What becomes a run, with what is free to be asked for otherwise later. */
export interface Freezing extends AskedQuestion {
  readonly looked: LookedAt;
  /** The names of its jobs begin with it; what they may not hold becomes a hyphen. */
  readonly jobNamePrefix: string;
  readonly asked: NonNullable<RunDocument['asked']>;
}

/** Where the jobs of the functions run. */
function targetOf({ bucket, region, roleArn }: EngineSettings): FreezeInput['target'] {
  return { kind: 'aws', bucket, prefix: '', region, roleArn };
}

/** What the run of a question is found by: equal questions about equal files are one run. */
export function identityOf({ settings }: Engine, { question, checked }: AskedQuestion, { dataset, files }: LookedAt): string {
  return runIdentity({
    question: checked,
    files,
    format: dataset.dialect.format,
    delimiter: undefined,
    recordsPerJob: undefined,
    bounds: boundsOf(question),
    strict: false,
    dedupe: question.dedupe,
    target: targetIdentity(targetOf(settings)),
  });
}

/** Rows that are measured before the part size is frozen. */
const SURVEYED_ROWS = 1000;

/** The document of a run that was never begun, and the rows that it takes. */
export async function freeze(
  engine: Engine,
  { question, checked, looked, jobNamePrefix, asked }: Freezing,
  { run, identity, signal }: { readonly run: string; readonly identity: string } & CallOptions,
): Promise<{ readonly document: RunDocument; readonly dataset: Dataset }> {
  const stop = signal === undefined ? {} : { signal };
  const dataset = await takeRows(looked.dataset, question, looked.files, stop);
  const survey = await surveyRows(dataset, checked, { maxRows: SURVEYED_ROWS, ...stop });
  const document = freezeDocument({
    run,
    identity,
    asked: question,
    question: checked,
    dataset,
    files: looked.files,
    target: targetOf(engine.settings),
    synthetic: false,
    maxErrorRate: asked.maxErrorRate,
    recordBytes: survey.sample?.bytes,
  });
  // the slots of the stack are looked up whenever a run is dispatched
  const { asked: _, ...frozen } = document;
  const job = { ...document.job, storeUri: engine.ports.objects.uri, namePrefix: namePrefixOf(jobNamePrefix) };
  const free = Object.keys(asked).length === 0 ? {} : { asked };
  return { document: { ...frozen, ...free, createdAt: engine.ports.clock.now(), job }, dataset };
}

/** The prefix as a job's name may begin. */
function namePrefixOf(prefix: string): string {
  const name = prefix
    .replace(/[^a-zA-Z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, MAX_NAME_PREFIX)
    .replace(/-+$/, '');
  return name === '' ? 'batchrock' : name;
}
