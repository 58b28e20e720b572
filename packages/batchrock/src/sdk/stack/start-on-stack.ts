import { InputError, isServiceError, type SourcePin } from '@batchrock/core';
import { withAnswerSchema } from '../../request/answer-schema.ts';
import { datasetNames } from '../../request/dataset-name.ts';
import { withNamedPrompt } from '../../request/named-prompt.ts';
import { type OutputPlace, outputExists, standingAt } from '../../request/output.ts';
import type { RunRequest } from '../../request/request.ts';
import type { FoundDataset } from '../found-question.ts';
import { findDataset, type Inspected, inspect } from '../inspect.ts';
import type { Session } from '../opened-session.ts';
import { pinAll } from '../pin-sources.ts';
import type { RunReport } from '../reports.ts';
import { checkOutput, type StartOptions } from '../start-run.ts';
import { type BegunExecution, beginExecution } from './begin-execution.ts';
import { checkCost } from './check-cost.ts';
import { checkStackRequest, executionInput, type InputSource } from './execution-input.ts';
import { fetchResults } from './fetch-results.ts';
import { followExecution } from './follow-execution.ts';
import { jobPrefixFor, shortHash } from './names.ts';
import { type StackFamily, stackFamily } from './stack-family.ts';
import type { StackSession } from './stack-session.ts';
import { planUpload, type UploadPlan, upload } from './upload-dataset.ts';

/**
 * Has a dataset sent by an orchestrator: uploads it when it is of this machine, starts an execution, follows it and writes the results.
 * The same request again finds its execution, and so its run. Throws for what is wrong with the request before anything is uploaded,
 * and why the execution has failed.
 */
export async function startOnStack(
  session: Session,
  stack: StackSession,
  request: RunRequest,
  options: StartOptions = {},
): Promise<RunReport> {
  checkStackRequest(request, stack.name);
  const family = await stackFamily(stack.stack, request.family, session.cwd);
  const output = options.isLeft ? undefined : await checkOutput(session, request);
  const asked = await lookAt(session, { request, family }, options);
  try {
    const begun = await begin(session, stack, { request, options, asked, output });
    if (begun.isNew) session.notice(`execution ${begun.name} of stack ${stack.name}, results in ${begun.jobPrefix}`);
    const { executionArn, run } = begun;
    const { signal, onProgress, isLeft } = options;
    const status = await followExecution(session, stack, executionArn, { signal, onProgress, run, isLeft });
    if (output !== undefined) await stack.noteOutput(status.run, output);
    const replace = request.force ?? false;
    return await fetchResults(session, status, { ...options, output, replace });
  } finally {
    await asked.close();
  }
}

/** A request and its dataset, as far as this machine may look. */
interface Asked {
  readonly inspected: Inspected | undefined;
  /** Files that are to be uploaded; undefined where the functions read the dataset themselves. */
  readonly found: FoundDataset | undefined;
  /** What the files are known by; undefined where this machine cannot tell. */
  readonly pins: readonly SourcePin[] | undefined;
  /** The prompt is one of the stack's. */
  readonly isNamedThere: boolean;
  readonly family: StackFamily | undefined;
  close(): Promise<void>;
}

const REMOTE = /^(s3|hf):\/\//i;

async function lookAt(
  session: Session,
  { request, family }: { readonly request: RunRequest; readonly family: StackFamily | undefined },
  options: StartOptions,
): Promise<Asked> {
  const names = datasetNames(request);
  const remote = names.filter((name) => REMOTE.test(name));
  if (remote.length > 0 && names.length > 1) {
    throw new InputError('BR-E0112', `${names.length} datasets are named, and ${remote[0]} among them is not of this machine`, {
      hint: 'an execution takes one s3:// address (an object, a folder or a pattern), one hf:// dataset, or files of this machine',
    });
  }
  const isNamedThere = request.promptId !== undefined && request.promptsDir === undefined;
  const isRemote = remote.length > 0;
  const isCheckedThere = isNamedThere || family?.isThereAlone === true;
  const inspected = isCheckedThere ? undefined : await inspectIfAllowed(session, request, options, isRemote);
  const close = inspected === undefined ? async () => undefined : () => inspected.close();
  if (isRemote) return { inspected, found: undefined, pins: inspected?.files, isNamedThere, family, close };
  // standard input has been kept by now: it is not read twice
  const found = inspected?.found ?? (await findDataset(session, request, options));
  return {
    inspected,
    found,
    pins: inspected?.files ?? (await pinAll(found.sources, options)),
    isNamedThere,
    family,
    close: inspected === undefined ? () => found.close() : close,
  };
}

/** The functions may be allowed to read a bucket that this caller is not. */
async function inspectIfAllowed(
  session: Session,
  request: RunRequest,
  options: StartOptions,
  isRemote: boolean,
): Promise<Inspected | undefined> {
  try {
    // where it runs is the stack's matter, and its executions take no records that are ready to be sent
    const rows = { ...request, inputFormat: 'rows' } as const;
    return await inspect({ ...session, env: { ...session.env, BATCHROCK_BUCKET: '', BATCHROCK_REGIONS: '' } }, rows, options);
  } catch (error) {
    if (!isRemote || !isServiceError(error, 'denied')) throw error;
    session.notice(`${datasetNames(request)[0]} cannot be read from here: it is checked by the functions of the stack`);
    return undefined;
  }
}

interface Beginning {
  readonly request: RunRequest;
  readonly options: StartOptions;
  readonly asked: Asked;
  readonly output: OutputPlace | undefined;
}

async function begin(session: Session, stack: StackSession, beginning: Beginning): Promise<BegunExecution> {
  const { request, options, asked, output } = beginning;
  const { objects } = stack.connection.ports;
  const plan = asked.found && planUpload(objects, asked.found.sources, asked.pins ?? [], endingOf(request, asked.found));
  const named = asked.isNamedThere ? request : await withNamedPrompt(request, session.cwd);
  const question = await withAnswerSchema(named, session.cwd);
  const input = executionInput(sourceOf(request, plan), question, asked);
  const hash = shortHash({ input, pins: asked.pins, ...(request.new && { at: stack.connection.ports.clock.now() }) });
  const jobPrefix = jobPrefixFor(request.jobPrefix, datasetNames(request), hash.slice(0, 8));
  return beginExecution(stack, {
    hash,
    jobPrefix,
    input: { ...input, job_name_prefix: jobPrefix, ...(request.new && { new: true }) },
    isPinned: asked.pins !== undefined,
    signal: options.signal,
    async beforeStart(run) {
      await checkPlace(session, request, output, run);
      if (run === undefined) await checkCost(stack, { request, inspected: asked.inspected }, options);
      if (plan !== undefined) await upload(objects, plan, options);
    },
  });
}

/** Throws `BR-E0111` when something that is no result of the run stands where its results are to go. */
async function checkPlace(
  session: Session,
  request: RunRequest,
  output: OutputPlace | undefined,
  run: string | undefined,
): Promise<void> {
  if (output === undefined || request.force) return;
  const known = run === undefined ? [] : ((await session.findHome(run))?.exports ?? []);
  const standing = await standingAt(output, known);
  if (standing.what === 'foreign') throw outputExists(standing.path);
}

/** The functions find the format of an object by its name. */
function endingOf(request: RunRequest, found: FoundDataset): string | undefined {
  const format = found.format ?? request.format;
  if (format === undefined) return undefined;
  const compressions: Readonly<Record<string, string>> = { gzip: '.gz', zstd: '.zst' };
  return `.${format}${compressions[found.compression ?? ''] ?? ''}`;
}

function sourceOf(request: RunRequest, plan: UploadPlan | undefined): InputSource {
  if (plan !== undefined) return { s3_uri: plan.uri };
  const [name = ''] = datasetNames(request);
  if (/^s3:/i.test(name)) return { s3_uri: name };
  const [, dataset = '', config, revision] = /^hf:\/\/([^/@]+(?:\/[^/@]+)?)(?:\/([^@]+))?(?:@(.+))?$/i.exec(name) ?? [];
  return {
    dataset_id: dataset,
    ...(request.split !== undefined && { split: request.split }),
    ...((request.config ?? config) !== undefined && { config: request.config ?? config }),
    ...((request.revision ?? revision) !== undefined && { revision: request.revision ?? revision }),
  } as InputSource;
}
