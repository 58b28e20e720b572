import { findRun, InputError, isBatchrockError, loadDocument, openTakenRows, type RunDocument, stopRun } from '@batchrock/core';
import { type Dataset, lookAtDataset } from 'batchrock/request';
import type { Deadline, Engine } from '../engine/index.ts';
import { changeHome, type Home } from '../home/index.ts';
import { type AskedQuestion, freeze, identityOf, isCut, type LookedAt, makeParts } from '../preparing/index.ts';
import { type Asked, datasetAddress, type FindDataset, parseInput, questionOf } from '../question/index.ts';
import { claimFolder } from '../results/index.ts';
import { type Asker, type ChosenRun, chooseRun, moveIn } from './choose-run.ts';
import type { PreparePayload } from './payload.ts';

/** What the state machine goes on with. */
export interface PrepareAnswer {
  readonly run: string;
  /** False: call again with the same payload. */
  readonly done: boolean;
  readonly parts: number;
  readonly rows: number;
  readonly rejected: number;
  readonly job_name_prefix: string;
}

/** What preparing works with. */
export interface PrepareEngine extends Engine {
  readonly findDataset: FindDataset;
}

/**
 * Checks what an execution asks, and makes a run of it or goes on with it, as far as the call's time allows. Nothing is written
 * before everything was checked, and nothing is sent here. Throws an `InputError` for what is wrong with the input or the dataset,
 * and `BR-E0120` when a whole call is too short for one part.
 */
export async function prepare(engine: PrepareEngine, payload: PreparePayload, deadline: Deadline): Promise<PrepareAnswer> {
  const { ports, settings, log } = engine;
  const { signal } = deadline;
  const asked = parseInput(payload.input, settings);
  const question = await questionOf(asked, { objects: ports.objects, families: settings.families }, { signal });
  const found = await engine.findDataset(asked.dataset, { signal });
  try {
    for (const notice of [...question.checked.model.warnings, ...found.notices]) log('WARN', notice);
    const dataset = await lookAtDataset(datasetAddress(asked), found.sources, {}, question.checked, signal);
    const files = await Promise.all(found.sources.map((source) => source.pin({ signal })));
    return await prepareQuestion(engine, { payload, asked, question, looked: { dataset, files }, deadline });
  } catch (error) {
    throw signal.aborted && isCut(error) ? tooLarge(asked) : error;
  } finally {
    found.close();
  }
}

function tooLarge(asked: Asked): InputError {
  const what = asked.sample === undefined ? 'be looked at' : `be counted, to draw ${asked.sample} rows from it`;
  return new InputError('BR-E0120', `${datasetAddress(asked)} could not ${what} within one call of the function`, {
    hint:
      asked.sample === undefined ? 'give the function more time' : 'max_records_total takes the first rows without counting all',
  });
}

interface Work {
  readonly payload: PreparePayload;
  readonly asked: Asked;
  readonly question: AskedQuestion;
  readonly looked: LookedAt;
  readonly deadline: Deadline;
}

async function prepareQuestion(engine: PrepareEngine, work: Work): Promise<PrepareAnswer> {
  const { payload, asked, question, looked, deadline } = work;
  const identity = identityOf(engine, question, looked);
  const { execution, started } = payload;
  const asker: Asker = { execution, started, jobNamePrefix: asked.jobNamePrefix, resultsFormat: asked.resultsFormat };
  const chosen = await chooseRun(engine, identity, asker, asked.isNew);
  const frozen = await documentAndRows(engine, work, chosen, identity);
  const home = await moveIn(engine, chosen, asker);
  engine.log('INFO', 'preparing', { run: chosen.id });
  try {
    await claimFolder(engine.ports, { run: chosen.id, ...asker });
    return await makeSome(engine, { ...frozen, home, deadline });
  } catch (error) {
    await noteGivenUp(engine, chosen, error);
    throw error;
  }
}

/** What was frozen counts, whatever is asked now: a sample is not drawn anew, and the part size stays. */
async function documentAndRows(
  engine: PrepareEngine,
  { asked, question, looked, deadline }: Work,
  { id, run }: ChosenRun,
  identity: string,
): Promise<{ readonly document: RunDocument; readonly dataset: Dataset }> {
  const { signal } = deadline;
  if (run === undefined) {
    const freezing = { ...question, looked, jobNamePrefix: asked.jobNamePrefix, asked: freelyAsked(asked) };
    return freeze(engine, freezing, { run: id, identity, signal });
  }
  const document = await loadDocument(engine.ports, id, { signal });
  const { taken } = document.source;
  const { dataset } = looked;
  if (taken === undefined) return { document, dataset };
  return { document, dataset: { ...dataset, taken, open: (from) => openTakenRows(dataset.open, taken, from) } };
}

/** What the input asks and changes no answer. */
function freelyAsked({ slots, maxErrorRate }: Asked): NonNullable<RunDocument['asked']> {
  return { ...(slots !== undefined && { slots }), ...(maxErrorRate !== undefined && { maxErrorRate }) };
}

interface Making {
  readonly document: RunDocument;
  readonly dataset: Dataset;
  readonly home: Home;
  readonly deadline: Deadline;
}

async function makeSome(engine: PrepareEngine, { document, dataset, home, deadline }: Making): Promise<PrepareAnswer> {
  const { run } = document;
  const { parts, rows, rejected, done } = await makeParts(engine, {
    document,
    dataset,
    knownParts: home.preparedParts ?? 0,
    deadline,
  });
  if (!done) {
    await changeHome(engine.ports, run, (there) => (there === undefined ? undefined : { ...there, preparedParts: parts }));
  }
  return { run, done, parts, rows, rejected, job_name_prefix: home.jobNamePrefix };
}

/**
 * What is wrong with the dataset stays wrong: the folder of the results is free again for a run of a better one. Where it was found
 * out at the very end, the run is ready to be sent, and must not be.
 */
async function noteGivenUp({ ports }: Engine, { id, run }: ChosenRun, error: unknown): Promise<void> {
  if (!isBatchrockError(error) || error.kind !== 'input') return;
  if (run !== undefined && run.state !== 'preparing') return;
  const now = await findRun(ports.ledger, id);
  if (now?.body.state === 'running') await stopRun(ports, id, 'stop');
  await changeHome(ports, id, (there) => (there === undefined ? undefined : { ...there, gaveUp: true, isOpen: false }));
}
