import { join } from 'node:path';
import { InputError, type Source, type TranslateOptions, type UnsupportedCount } from '@batchrock/core';
import { ajvSchemas } from '../node/index.ts';
import type { DatasetOptions } from '../request/dataset-files.ts';
import { countPassed, cutLines, linesFrom, type OpenAiScan, refuseRepeated, scanOpenAi } from '../request/openai-lines.ts';
import type { WithOwnFamily } from '../request/own-family.ts';
import { type CheckedQuestion, checkQuestion, openAiQuestion } from '../request/question.ts';
import type { Question } from '../request/request.ts';
import type { KeptFile } from '../request/spool-file.ts';
import { spoolStandardInput } from '../request/standard-input.ts';
import { fileSource } from '../sources/index.ts';
import type { FoundQuestion, InspectingSession, InspectOptions, ReadQuestion } from './found-question.ts';
import { pinAll } from './pin-sources.ts';

/**
 * Reads the lines of an OpenAI batch file once: whether there are tools in them decides how the model is spoken to. Lines that ask
 * for several answers are cut into one for each, in a copy that is kept in the state directory. Throws `BR-E0126` and `BR-E0127`
 * for lines that cannot be told apart or are for different models.
 */
export async function readOpenAiQuestion(
  session: InspectingSession,
  input: FoundQuestion,
  options: InspectOptions,
): Promise<ReadQuestion> {
  const { asked, isOpen, early, found } = input;
  const { signal, onProgress } = options;
  const tell = (rows: number, share: number | undefined) => onProgress?.({ phase: 'reading', rows, share });
  const withImages = asked.fetchImages && (await fetchImages(session, input, options));
  const sources = withImages ?? found.sources;
  const how = withImages === undefined ? input.how : PLAIN;
  // most files have no tools in them: they are read once then
  const likely = askedLines(asked, { withTools: 0 });
  const scan = await scanOpenAi(sources, how, { signal, onProgress: tell, translation: toldOf(likely) });
  await refuseRepeated(sources, how, scan.repeated, signal);
  const { model } = early;
  checkModels(scan);
  checkTask(scan, model.modelId, model.family.task === 'embedding');
  if (isOpen) session.notice('these are lines of an OpenAI batch file: they are translated, and so are their answers');
  const question = await withLineSchemas(askedLines(asked, scan), scan);
  const told = question.model.family === likely.model.family ? undefined : toldOf(question);
  const passed = told === undefined ? scan.passed : await countPassed(sources, how, told, { signal, onProgress: tell });
  for (const each of passed) session.notice(passedNotice(each));
  if (scan.several === 0) return { question, sources, ...(withImages !== undefined && { copies: PLAIN }) };
  session.notice(`${severalText(scan.several)} for several answers: each answer is a record of its own`);
  return { question, sources: await cutCopies(session, sources, { how, signal }), copies: { ...PLAIN, isCut: true } };
}

/** Where lines ask for answers by a schema, those are checked. Throws `BR-E0130` for a schema that nobody can check by, with its line. */
async function withLineSchemas(question: CheckedQuestion, { schemas }: OpenAiScan): Promise<CheckedQuestion> {
  const { openai } = question.request;
  if (schemas.size === 0 || openai === undefined) return question;
  const compile = await ajvSchemas.load();
  for (const [schema, line] of schemas) {
    try {
      compile(JSON.parse(schema));
    } catch (cause) {
      const message = `line ${line}: body.response_format: ${cause instanceof Error ? cause.message : String(cause)}`;
      throw new InputError('BR-E0130', message, { cause, details: { line } });
    }
  }
  return { ...question, request: { ...question.request, openai: { ...openai, checked: true } } };
}

function severalText(lines: number): string {
  return lines === 1 ? '1 line asks' : `${lines} lines ask`;
}

/** How a question is put to its model, where the user hears of what it is not told. */
function toldOf({ model, request }: CheckedQuestion): TranslateOptions | undefined {
  const { openai } = request;
  return openai === undefined || openai.onUnsupported === 'drop' ? undefined : { ...model, ...openai };
}

/** How copies of ours are read. */
const PLAIN: DatasetOptions = { format: 'jsonl' };

/** The lines of each file with their images. */
async function fetchImages(
  session: InspectingSession,
  input: FoundQuestion,
  options: InspectOptions,
): Promise<readonly Source[]> {
  const { asked, early, found, how } = input;
  const { modelId, traits } = early.model;
  if (traits.media !== undefined && !traits.media.includes('image')) {
    throw new InputError('BR-E0120', `--fetch-images: ${modelId} takes no images`, {
      hint: 'leave it out, or take a model that does',
    });
  }
  const { signal, onProgress, imageReach } = options;
  const { fetchedCopies } = await import('../images/index.ts');
  const copies = await fetchedCopies({
    sources: found.sources,
    how,
    pins: await pinAll(found.sources, options),
    asked: asked.fetchImages ?? {},
    folder: join(session.dir.path, 'images'),
    spool: session.dir.spool,
    reach: imageReach,
    notice: session.notice,
    signal,
    onProgress: (rows, share) => onProgress?.({ phase: 'reading', rows, share }),
  });
  return Promise.all(copies.map((copy, i) => sourceOf(copy, found.sources[i]!)));
}

function passedNotice({ count, firstLine, path, message }: UnsupportedCount): string {
  return `${count === 1 ? `line ${firstLine}` : `${count} lines, the first of them ${firstLine}`}: ${path}: ${message}`;
}

/** The question of lines: how the model is spoken to follows from what is in them. */
export function askedLines(asked: WithOwnFamily<Question>, { withTools }: Pick<OpenAiScan, 'withTools'>): CheckedQuestion {
  return openAiQuestion(asked, checkQuestion({ ...asked, inputFormat: 'openai' }).model, withTools > 0);
}

/** A copy of each file, so that what is wrong with a row names its file and its line. */
async function cutCopies(
  session: InspectingSession,
  sources: readonly Source[],
  { how, signal }: Pick<FoundQuestion, 'how'> & Pick<InspectOptions, 'signal'>,
): Promise<readonly Source[]> {
  const copies: Source[] = [];
  for (const source of sources) {
    const spooled = await spoolStandardInput(cutLines(source, how, signal), session.dir.spool, {
      format: 'jsonl',
      signal,
      what: 'a copy of the lines',
    });
    copies.push(await sourceOf(spooled, source));
  }
  return copies;
}

function sourceOf({ path, xxh128 }: KeptFile, { name }: Source): Promise<Source> {
  return fileSource(path, plainName(name), xxh128);
}

/** Our copies are not compressed, whatever they were made from. */
function plainName(name: string): string {
  return name.replace(/\.(gz|zst)$/i, '');
}

/** A job has one model. */
function checkModels({ models }: OpenAiScan): void {
  if (models.size < 2) return;
  const each = [...models].map(([name, lines]) => `${name} ${linesFrom(lines)}`);
  throw new InputError('BR-E0127', `the lines name ${models.size} models: ${each.join(', ')}`, {
    details: { models: [...models.keys()], lines: [...models.values()].map(({ firstLine }) => firstLine) },
  });
}

/** Where not one line can be sent, nothing is begun. */
function checkTask({ conversations, embeddings }: OpenAiScan, modelId: string, makesEmbeddings: boolean): void {
  const [fitting, others] = makesEmbeddings ? [embeddings, conversations] : [conversations, embeddings];
  if (fitting > 0 || others === 0) return;
  const [does, asks] = makesEmbeddings ? ['makes embeddings', 'conversations'] : ['answers conversations', 'embeddings'];
  throw new InputError('BR-E0120', `${modelId} ${does}, and all ${others} lines ask for ${asks}`, {
    hint: `take a model that makes ${makesEmbeddings ? 'text' : 'embeddings'}`,
  });
}
