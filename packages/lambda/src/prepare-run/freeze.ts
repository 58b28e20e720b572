import { createHash } from 'node:crypto';
import { type CallOptions, MAX_NAME_PREFIX, type RunDocument, type RunOwner, type SourcePin } from '@batchrock/core';
import { type Dataset, type FreezeInput, freezeDocument, surveyRows, takeRows } from 'batchrock/request';
import type { Engine, EngineSettings } from '../engine/index.ts';
import type { Asked, AskedQuestion } from '../question/index.ts';

/** Where the jobs of an orchestrator run. */
export function targetOf({ bucket, region, roleArn }: EngineSettings): FreezeInput['target'] {
  return { kind: 'aws', bucket, prefix: '', region, roleArn };
}

/** A dataset that was looked at, with what its files are known by. */
export interface LookedAt {
  readonly dataset: Dataset;
  readonly files: readonly SourcePin[];
}

/** Rows that are measured before the part size is frozen. */
const SURVEYED_ROWS = 1000;

/** The document of a run that was never begun, and the rows that it takes. */
export async function freeze(
  engine: Engine,
  { asked, question, checked }: AskedQuestion & { readonly asked: Asked },
  { dataset: whole, files }: LookedAt,
  { run, identity, signal }: { readonly run: string; readonly identity: string } & CallOptions,
): Promise<{ readonly document: RunDocument; readonly dataset: Dataset }> {
  const stop = signal === undefined ? {} : { signal };
  const dataset = await takeRows(whole, question, files, stop);
  const survey = await surveyRows(dataset, checked, { maxRows: SURVEYED_ROWS, ...stop });
  const document = freezeDocument({
    run,
    identity,
    asked: question,
    question: checked,
    dataset,
    files,
    target: targetOf(engine.settings),
    synthetic: false,
    maxErrorRate: asked.maxErrorRate,
    recordBytes: survey.sample?.bytes,
  });
  const { asked: _, ...frozen } = document;
  const job = { ...document.job, storeUri: engine.ports.objects.uri, namePrefix: jobNamePrefix(asked.jobNamePrefix) };
  return { document: { ...frozen, ...freelyAsked(asked), createdAt: engine.ports.clock.now(), job }, dataset };
}

/** What the input asks and changes no answer; the slots of the stack are looked up whenever the run is followed. */
function freelyAsked({ slots, maxErrorRate }: Asked): Pick<RunDocument, 'asked'> {
  if (slots === undefined && maxErrorRate === undefined) return {};
  return { asked: { ...(slots !== undefined && { slots }), ...(maxErrorRate !== undefined && { maxErrorRate }) } };
}

/** The prefix as a job's name may begin: what it may not hold becomes a hyphen. */
function jobNamePrefix(prefix: string): string {
  const name = prefix
    .replace(/[^a-zA-Z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, MAX_NAME_PREFIX)
    .replace(/-+$/, '');
  return name === '' ? 'batchrock' : name;
}

/**
 * This ledger as the owner of a run. The same for every call: two that prepare the run side by side must not take it from each
 * other.
 */
export function ownerOf({ settings }: Engine, run: string): RunOwner {
  const { table, region, roleArn } = settings;
  const place = `${roleArn.split(':')[4]}/${region}/${table}`;
  const hash = createHash('sha256').update(`${place}/${run}`).digest('hex');
  const id = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-');
  return { id, name: `the table ${table} in ${region}` };
}
