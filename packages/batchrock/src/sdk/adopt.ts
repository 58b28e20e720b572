import { resolve } from 'node:path';
import {
  adoptRun,
  InputError,
  InvariantError,
  isBatchrockError,
  loadDocument,
  type OwnerDocument,
  type RunBody,
  type RunDocument,
} from '@batchrock/core';
import { frozenSettings, type JobOptions } from '../compose/job-settings.ts';
import { LOCAL_BUCKET } from '../compose/local-bucket.ts';
import { checkResidency } from '../compose/regions.ts';
import { type RunHome, saveHome } from '../compose/run-home.ts';
import { lockRun } from '../compose/run-lock.ts';
import { newOwner } from '../compose/run-owner.ts';
import { regionsOf, resolveTarget, type Target, type TargetOptions } from '../compose/target.ts';
import { checkOutputPlace, type OutputPlace, outputExists, outputFormatOf, standingAt } from '../request/output.ts';
import { withErrorsFile } from './result-writer.ts';
import type { RunStatus } from './run-status.ts';
import type { Session } from './session.ts';
import { statusOf } from './status.ts';

/** How a run is adopted. Bucket and prefix stand in its place, the role and how its jobs are kept in its document. */
export interface AdoptRequest
  extends Omit<TargetOptions, keyof JobOptions | 'bucket' | 'prefix' | 'regions' | 'residency' | 'roleArn'> {
  /** Jobs at once, where this ledger knows no other run of the lane; default: as the run was begun with. */
  readonly slots?: number;
  /** With a stack: the folder of its results there; default: the dataset's name and the run. */
  readonly jobPrefix?: string;
  /** Where its results go when it has ended. */
  readonly out?: string;
  readonly signal?: AbortSignal;
}

/** A run that this ledger has from now on. */
export interface AdoptReport {
  readonly status: RunStatus;
  /** Who drove it until now, where the bucket says it: sends nothing more of it. */
  readonly formerOwner: OwnerDocument | undefined;
  /** Nothing of it is sent before this, milliseconds since the epoch: a job of the lost ledger may still turn up. */
  readonly sendsFrom: number | undefined;
  /** False: it may have had a ceiling that nobody had written down when its ledger was lost, and has none now. */
  readonly isCeilingKnown: boolean;
}

/** Whether the bucket of a run says which ceiling it has. What costs nothing, or nobody knows the price of, never has one. */
export function isCeilingKnown({ state, budget }: RunBody, { document, target }: Pick<RunHome, 'document' | 'target'>): boolean {
  return budget !== undefined || state === 'ended' || target.kind === 'local' || document.model.price === undefined;
}

/**
 * Rebuilds a run in this ledger from its bucket and the list of jobs, where the ledger that began it is lost. `where`:
 * `s3://bucket/prefix/runs/<run>`. Sends nothing; `resume` goes on with it. Throws `BR-E0207` when this ledger has the run, and
 * `BR-E0214` when there is nothing to adopt.
 */
export async function adopt(session: Session, where: string, request: AdoptRequest = {}): Promise<AdoptReport> {
  const place = placeOfRun(where);
  const output = await checkOutput(session, request);
  const lock = await lockRun(session.dir, place.run);
  try {
    const target = await withRegionsOf(session, place.run, targetOf(session, place, request));
    const { ports } = await session.connect(target);
    let home: RunHome | undefined;
    const adopted = await adoptRun(ports, place.run, {
      owner: newOwner(session.dir),
      slots: request.slots,
      signal: request.signal,
      onFound: async (document) => {
        checkRegion(document, target);
        checkRegions(document, target);
        home = homeOf(document, target, output);
        await saveHome(session.ledger, home);
      },
    });
    return {
      status: await statusOf(session, adopted.run, home, false),
      formerOwner: adopted.formerOwner,
      sendsFrom: adopted.run.unseenUntil,
      isCeilingKnown: home === undefined || isCeilingKnown(adopted.run, home),
    };
  } finally {
    lock.release();
  }
}

/** Where a run lies. */
export interface RunPlace {
  readonly bucket: string;
  readonly prefix: string;
  readonly run: string;
}

/** Reads `s3://bucket/prefix/runs/<run>`. Throws `BR-E0120`. */
export function placeOfRun(where: string): RunPlace {
  const match = /^s3:\/\/([^/]+)\/(?:(.+)\/)?runs\/(r-[0-9a-z]{10})\/?$/.exec(where);
  if (match !== null) return { bucket: match[1] as string, prefix: match[2] ?? '', run: match[3] as string };
  throw new InputError('BR-E0120', `${JSON.stringify(where)} is no place of a run; allowed: s3://bucket/prefix/runs/<run>`, {
    details: { value: where },
    hint: 'aws s3 ls s3://bucket/prefix/runs/ lists the runs of a bucket',
  });
}

/** Its own role is in its document, which is read through the target. */
const ANY_ROLE = 'arn:aws:iam::000000000000:role/batchrock';

function targetOf(session: Session, { bucket, prefix }: RunPlace, request: AdoptRequest): Target {
  const { region, profile, endpointUrl, localSpeed } = request;
  const asked = { region, profile, endpointUrl, localSpeed, prefix, roleArn: ANY_ROLE };
  const isServed = endpointUrl !== undefined || (session.env['BATCHROCK_ENDPOINT_URL'] ?? '') !== '';
  // the Regions of the run are in its document
  const env = { ...session.env, BATCHROCK_REGIONS: '' };
  // the bucket of the embedded local Bedrock is in this state directory
  if (bucket === LOCAL_BUCKET && !isServed) {
    return resolveTarget(asked, { ...env, BATCHROCK_BUCKET: '' }, session.dir.local);
  }
  return withoutSettings(resolveTarget({ ...asked, bucket }, env, session.dir.local));
}

/** The settings that hold where a run is adopted are not those that it was begun with. */
function withoutSettings(target: Target): Target {
  if (target.kind === 'local') return target;
  const { kmsKey: _, bucketOwner: __, vpcConfig: ___, tags: ____, outputBucket: _____, ...place } = target;
  return place;
}

/**
 * With what the document of a run tells: the Regions that jobs of it may be in, each of which is looked in, and how what is written of it
 * is kept.
 */
async function withRegionsOf(session: Session, run: string, target: Target): Promise<Target> {
  const { ports } = await session.connect(target);
  // a run that is not there is told of by whoever reads it next
  const document = await loadDocument(ports, run).catch((error: unknown) => {
    if (isBatchrockError(error) && error.code === 'BR-E0208') return undefined;
    throw error;
  });
  const elsewhere = document?.elsewhere?.map(({ region, storeUri, outputKmsKeyId }) => ({
    region,
    bucket: bucketOf(storeUri),
    ...(outputKmsKeyId !== undefined && { kmsKey: outputKmsKeyId }),
  }));
  const { elsewhere: _, ...home } = target;
  checkResidency([target, ...(elsewhere ?? [])], target.residency ?? []);
  const whole = elsewhere === undefined ? home : { ...home, elsewhere };
  return document === undefined ? whole : targetOfRun(document, whole);
}

function bucketOf(uri: string): string {
  return uri.split('/')[2] ?? '';
}

/** A Region that is not looked in would have its jobs made again. */
function checkRegions({ run, elsewhere = [] }: RunDocument, target: Target): void {
  const missing = elsewhere.find(({ region }) => !regionsOf(target).includes(region));
  if (missing === undefined) return;
  throw new InvariantError(`run ${run} has jobs in ${missing.region}, where nobody looks for them`, { details: { run } });
}

/** In another Region none of its jobs would be found, and all of them be made again. */
function checkRegion({ run, lane }: RunDocument, target: Target): void {
  const region = lane.split('/')[1];
  if (region === target.region) return;
  throw new InputError('BR-E0120', `--region is ${JSON.stringify(target.region)}; the jobs of run ${run} are in ${region}`, {
    hint: `add --region ${region}`,
    details: { run, region: target.region },
  });
}

function homeOf(document: RunDocument, target: Target, output: OutputPlace | undefined): RunHome {
  return {
    document,
    target: targetOfRun(document, target),
    dataset: { name: document.source.name, format: document.source.dialect.format },
    ...(output && { output: withErrorsFile(output, document) }),
    exports: [],
    maxErrorRate: document.asked?.maxErrorRate ?? 0,
  };
}

/** With the role and the settings that the run was begun with. */
function targetOfRun(document: RunDocument, target: Target): Target {
  const { roleArn } = document.job;
  if (target.kind === 'local') return { ...target, roleArn };
  return { ...target, roleArn, ...outputBucketIn(document), ...frozenSettings(document) };
}

function outputBucketIn({ job }: RunDocument): { readonly outputBucket?: string } {
  const bucket = /^s3:\/\/([^/]+)/.exec(job.outputStoreUri ?? '')?.[1];
  return bucket === undefined ? {} : { outputBucket: bucket };
}

/** Where results are to go. Throws when they cannot, or when something stands there. */
export async function checkOutput(session: Session, { out }: AdoptRequest): Promise<OutputPlace | undefined> {
  if (out === undefined) return undefined;
  const output = { path: resolve(session.cwd, out), format: outputFormatOf(out) };
  await checkOutputPlace(output.path);
  if ((await standingAt(output, [])).what === 'foreign') throw outputExists(out);
  return output;
}
