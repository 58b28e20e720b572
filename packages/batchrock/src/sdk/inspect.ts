import { InputError, isBatchrockError, type Source, type SourcePin } from '@batchrock/core';
import { checkedUrl, resolveTarget, type Target } from '../compose/target.ts';
import { withAnswerSchema } from '../request/answer-schema.ts';
import { withCatalogue } from '../request/catalogue-file.ts';
import { type Dataset, lookAtDataset } from '../request/dataset.ts';
import type { DatasetOptions } from '../request/dataset-files.ts';
import { datasetName, datasetNames } from '../request/dataset-name.ts';
import { lookAtGiven } from '../request/given-check.ts';
import { withNamedPrompt } from '../request/named-prompt.ts';
import { areOpenAiLines, lineUnlikeOpenAi } from '../request/openai-lines.ts';
import { withOwnFamily } from '../request/own-family.ts';
import { type AskedQuestion, type CheckedQuestion, checkOpenQuestion, checkQuestion } from '../request/question.ts';
import { areRecords, mayBeRecords } from '../request/ready-records.ts';
import type { InputFormat, Question } from '../request/request.ts';
import { spoolStandardInput } from '../request/standard-input.ts';
import { takeRows } from '../request/taken-rows.ts';
import { fileSource, findAllSources } from '../sources/index.ts';
import { isApplicationProfile, withAccountLimits, withModelBehind } from './ask-account.ts';
import { checkReach } from './check-reach.ts';
import type { FoundDataset, FoundQuestion, InspectingSession, InspectOptions, ReadQuestion } from './found-question.ts';
import { readOpenAiQuestion } from './openai-question.ts';
import { pinAll } from './pin-sources.ts';

/** A question and its dataset, known by content. */
export interface Inspected {
  readonly question: CheckedQuestion;
  readonly target: Target;
  readonly dataset: Dataset;
  /** What its files are known by, in their order. */
  readonly files: readonly SourcePin[];
  /** The files themselves. */
  readonly found: FoundDataset;
  /** Closes what the dataset is read through. */
  close(): Promise<void>;
}

/**
 * Everything that is to be known of a question before anything is written or sent. `given`: its dataset, where that is found already,
 * since standard input can be read once only; it is closed with what is inspected.
 */
export async function inspect(
  session: InspectingSession,
  request: Question,
  options: InspectOptions,
  given?: FoundDataset,
): Promise<Inspected> {
  const named = await withOwnFamily(await withNamedPrompt(request, session.cwd), session.cwd);
  const read = withCatalogue(await withAnswerSchema(named, session.cwd), session.cwd);
  const isOpen = mayBeRecords(read);
  const { asked, early, target } = await askAccount(session, read, { ...options, isOpen });
  if (request.s3EndpointUrl !== undefined) checkedUrl(request.s3EndpointUrl, '--s3-endpoint-url');
  for (const warning of early.model.warnings) session.notice(warning);
  if (early.columns.length === 0) session.notice('the prompt names no column: every row asks the same; {name} is a cell of it');
  const found = given ?? (await findDataset(session, request, options));
  try {
    const how = readingOf(request, found);
    const { question, sources, copies = how } = await readQuestion(session, { asked, isOpen, early, found, how }, options);
    const dataset = await lookAtDataset(found.name, sources, copies, question, options.signal);
    for (const warning of dataset.warnings) session.notice(warning);
    const doubt = options.asGiven ? undefined : await lookAtGiven(dataset, question, options.signal);
    if (doubt !== undefined) session.notice(`${doubt}; batchrock validate looks at every record`);
    const files = await pinAll(sources, options);
    const tell = (rows: number, share: number | undefined) => options.onProgress?.({ phase: 'reading', rows, share });
    const taken = await takeRows(dataset, request, files, { signal: options.signal, onProgress: tell });
    return { question, target, dataset: taken, files, found, close: () => found.close() };
  } catch (error) {
    await found.close();
    throw error;
  }
}

/** Checks a question as far as it needs no dataset, with what the account of its target says of its model. */
async function askAccount(
  session: InspectingSession,
  read: AskedQuestion,
  { isOpen, asksAccount, signal }: InspectOptions & { readonly isOpen: boolean },
): Promise<{ readonly asked: AskedQuestion; readonly early: CheckedQuestion; readonly target: Target }> {
  const check = (question: AskedQuestion): CheckedQuestion => (isOpen ? checkOpenQuestion(question) : checkQuestion(question));
  const targetOf = (): Target => resolveTarget(read, session.env, session.dir.local);
  if (!asksAccount) return { asked: read, early: check(read), target: targetOf() };
  const told = isApplicationProfile(read.model) ? await withModelBehind(session, read, { target: targetOf(), signal }) : read;
  const early = check(told);
  const target = targetOf();
  await checkReach(session, { target, model: early.model.modelId, signal });
  const asked = await withAccountLimits(session, told, { target, signal, model: early.model });
  return { asked, early: asked === told ? early : check(asked), target };
}

async function readQuestion(session: InspectingSession, o: FoundQuestion, options: InspectOptions): Promise<ReadQuestion> {
  const { asked, isOpen, early, found, how } = o;
  const { sources } = found;
  const kind = isOpen ? await kindOfRows(sources, how, options.signal) : (asked.inputFormat ?? 'rows');
  if (kind === 'openai') return readOpenAiQuestion(session, o, options);
  if (asked.fetchImages !== undefined) {
    throw new InputError('BR-E0112', '--fetch-images is for lines of an OpenAI batch file, and these are none');
  }
  if (isOpen && kind === 'bedrock') session.notice('every row has a modelInput: they are sent as they are');
  if (!isOpen) return { question: early, sources };
  if (kind === 'bedrock') return { question: checkQuestion({ ...asked, inputFormat: 'bedrock' }), sources };
  return { question: await rowsQuestion(o, options.signal), sources };
}

/** Rows for a prompt. Where there is none, one odd line may be all that keeps them from being lines of an OpenAI batch file. */
async function rowsQuestion({ asked, found, how }: FoundQuestion, signal: AbortSignal | undefined): Promise<CheckedQuestion> {
  try {
    return checkQuestion(asked);
  } catch (error) {
    if (!isBatchrockError(error) || error.code !== 'BR-E0110') throw error;
    const line = await lineUnlikeOpenAi(found.sources, how, signal);
    if (line === undefined) throw error;
    const message = `${error.message}; other lines are of an OpenAI batch file, and line ${line} has no custom_id or no body`;
    throw new InputError('BR-E0110', message, {
      hint: '--input-format openai sends the others and rejects such lines; rows for a prompt need --prompt TEXT',
      details: { line },
      cause: error,
    });
  }
}

/** How the files of a question are read: as they themselves have told, or as was asked. */
export function readingOf({ format, delimiter, maxExpansion }: Question, found: FoundDataset): DatasetOptions {
  return { format: found.format ?? format, compression: found.compression, delimiter, maxExpansion };
}

/** What the first rows are, where nothing says how they are to be asked. */
export async function kindOfRows(sources: readonly Source[], how: DatasetOptions, signal?: AbortSignal): Promise<InputFormat> {
  if (await areRecords(sources, how, signal)) return 'bedrock';
  return (await areOpenAiLines(sources, how, signal)) ? 'openai' : 'rows';
}

/** The files that are asked for; standard input is kept as one. */
export async function findDataset(session: InspectingSession, request: Question, options: InspectOptions): Promise<FoundDataset> {
  const { signal, onProgress } = options;
  const names = datasetNames(request);
  if (!names.includes('-')) {
    const { cwd, env, notice } = session;
    return { name: datasetName(names), ...(await findAllSources(names, { ...request, cwd, env, notice, signal })) };
  }
  if (names.length > 1) throw new InputError('BR-E0112', 'standard input (-) is read alone, not together with files');
  const tell = (bytes: number) => onProgress?.({ phase: 'hashing', bytes, totalBytes: undefined });
  const input = options.stdin ?? process.stdin;
  const spooled = await spoolStandardInput(input, session.dir.spool, { format: request.format, signal, onProgress: tell });
  const name = 'standard input';
  const { path, xxh128, format, compression } = spooled;
  return { name, format, compression, sources: [await fileSource(path, name, xxh128)], close: async () => undefined };
}
