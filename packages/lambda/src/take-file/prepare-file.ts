import {
  findRun,
  findRunByIdentity,
  InputError,
  loadDocument,
  objectKeys,
  type RunBody,
  type RunDocument,
  readText,
  stopRun,
} from '@batchrock/core';
import { checkQuestion, findFreeRun, lookAtDataset, type Question } from 'batchrock/request';
import type { Deadline } from '../engine/index.ts';
import { findFamilyFor } from '../families/index.ts';
import type { FileEngine } from '../file-engine/index.ts';
import { changeFile, changeRunFiles, type FileBody, findRunFiles } from '../files/index.ts';
import { type AskedQuestion, freeze, identityOf, isCut, type LookedAt, makeParts } from '../preparing/index.ts';

/**
 * Makes a run of a file, or goes on with it, as far as the time of a call goes. `undefined`: the next call goes on. Throws what is
 * wrong with the file, `BR-E0118` where it is not the content any more that it was.
 */
export async function prepareFile(engine: FileEngine, file: FileBody, deadline: Deadline): Promise<RunBody | undefined> {
  const { settings, log } = engine;
  const { signal } = deadline;
  const question = questionOf(file, engine);
  const asked = { question, checked: checkQuestion({ ...question, ...(await findFamilyFor(settings.families, file)) }) };
  const found = await engine.findObject(file.bucket, file.key, { signal });
  try {
    const files = await Promise.all(found.sources.map((source) => source.pin({ signal })));
    const [pin] = files;
    if (pin === undefined || !('etag' in pin) || pin.etag !== file.etag) throw replaced(file);
    for (const notice of asked.checked.model.warnings) log('WARN', notice, { file: file.file });
    const dataset = await lookAtDataset(addressOf(file), found.sources, { format: 'jsonl' }, asked.checked, signal);
    return await prepareLooked(engine, file, { asked, looked: { dataset, files }, deadline });
  } catch (error) {
    if (!signal.aborted || !isCut(error)) throw error;
    throw new InputError('BR-E0120', `${addressOf(file)} could not be looked at within one call of the function`, {
      hint: 'give the function more time, or cut the file into several',
      details: { bucket: settings.bucket },
    });
  } finally {
    found.close();
  }
}

/** Content that has been replaced is another file, which is taken by itself. */
export function replaced(file: FileBody): InputError {
  return new InputError('BR-E0118', `${addressOf(file)} was replaced before it was taken; only its new content is processed`, {
    hint: 'there is nothing to do; put files that are all wanted under different keys',
  });
}

function addressOf({ bucket, key }: FileBody): string {
  return `s3://${bucket}/${key}`;
}

function questionOf(file: FileBody, { settings }: FileEngine): Question {
  const { maxRecordsPerJob, maxJobs } = settings;
  return {
    dataset: addressOf(file),
    model: file.modelId,
    inputFormat: 'bedrock',
    ...(maxRecordsPerJob !== undefined && { maxRecordsPerJob }),
    ...(maxJobs !== undefined && { slots: maxJobs }),
    timeoutHours: file.timeoutHours ?? settings.timeoutHours,
  };
}

interface Work {
  readonly asked: AskedQuestion;
  readonly looked: LookedAt;
  readonly deadline: Deadline;
}

async function prepareLooked(engine: FileEngine, file: FileBody, work: Work): Promise<RunBody | undefined> {
  const { ports, log, intake } = engine;
  const { asked, looked, deadline } = work;
  const identity = identityOf(engine, asked, looked);
  const known = await findRunByIdentity(ports, identity);
  const { id, run } =
    known.run === undefined
      ? await findFreeRun(ports, { identity, serial: known.count, isNew: false })
      : { id: known.run.run, run: known.run };
  const { document, dataset } = await documentFor(engine, file, work, { id, run, identity });
  await enrol(engine, file, id);
  log('INFO', 'preparing', { file: file.file, run: id });
  const knownParts = (await findRunFiles(ports, id))?.preparedParts ?? 0;
  const made = await makeParts(engine, { document, dataset, knownParts, deadline });
  if (!made.done) {
    await changeRunFiles(ports, id, (there) => there && { ...there, preparedParts: made.parts });
    // before the message in hand is taken off its queue: one of the two is always there
    await intake.send([file.file]);
    return undefined;
  }
  if (made.rows === made.rejected) throw await nothingUsable(engine, id, made.rows);
  return (await findRun(ports.ledger, id))?.body;
}

async function documentFor(
  engine: FileEngine,
  file: FileBody,
  { asked, looked, deadline: { signal } }: Work,
  { id, run, identity }: { readonly id: string; readonly run: RunBody | undefined; readonly identity: string },
): Promise<{ readonly document: RunDocument; readonly dataset: LookedAt['dataset'] }> {
  if (run !== undefined) return { document: await loadDocument(engine.ports, id, { signal }), dataset: looked.dataset };
  const { name, priority, weight } = file;
  const shares = { ...(priority !== 'normal' && { priority }), ...(weight !== 1 && { weight }) };
  return freeze(engine, { ...asked, looked, jobNamePrefix: name, asked: shares }, { run: id, identity, signal });
}

/** The item of a file says its run, and the run its files, before anything of it is made. */
async function enrol(engine: FileEngine, { file }: FileBody, run: string): Promise<void> {
  const { ports, settings } = engine;
  await changeRunFiles(ports, run, (there) => {
    const files = there?.files ?? [];
    return {
      ...there,
      run,
      queue: settings.bucket,
      files: files.includes(file) ? files : [...files, file],
      askedAt: ports.clock.now(),
      isOpen: true,
    };
  });
  await changeFile(engine, file, (there) => there && { ...there, run });
}

/** A run none of whose rows can be sent is not sent. */
async function nothingUsable({ ports }: FileEngine, run: string, rows: number): Promise<InputError> {
  if ((await findRun(ports.ledger, run))?.body.state === 'running') await stopRun(ports, run, 'stop');
  const text = await readText(ports.objects, objectKeys.outcomes(run, 0, 0));
  const first = (text ?? '').split('\n', 1)[0] ?? '';
  const { line, message } = (first === '' ? {} : JSON.parse(first)) as { readonly line?: number; readonly message?: string };
  const why = message === undefined ? '' : `; line ${line}: ${message}`;
  return new InputError('BR-E0114', `none of the ${rows} lines is a record that can be sent${why}`, {
    hint: 'a line is one record: {"recordId": "name", "modelInput": {…}}',
  });
}
