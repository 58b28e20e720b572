import { InputError, type Source } from '@batchrock/core';
import type { DatasetOptions } from '../../request/dataset-files.ts';
import { type LinesWith, refuseRepeated, scanOpenAi } from '../../request/openai-lines.ts';
import type { Question } from '../../request/request.ts';
import { type ModelLines, splitLines } from '../../request/split-lines.ts';
import { fileSource } from '../../sources/index.ts';
import type { FoundDataset, InspectingSession, InspectOptions } from '../found-question.ts';
import { findDataset, kindOfRows, readingOf } from '../inspect.ts';
import { namedModels, refuseOtherRows, type SplitQuestion } from './named-models.ts';

/** The lines of a model as a dataset of its own. */
export interface ModelDataset extends ModelLines {
  readonly found: FoundDataset;
}

/** A file of lines for several models, and the lines of each. */
export interface SplitDataset {
  readonly name: string;
  readonly sources: readonly Source[];
  readonly how: DatasetOptions;
  /** The model of lines that name none. */
  readonly others: string;
  /** In the order of their first lines. */
  readonly models: readonly ModelDataset[];
  close(): Promise<void>;
}

/**
 * Reads lines of an OpenAI batch file and keeps those of each model in the state directory, as a dataset of their own: the same lines
 * are the same dataset, so that the same command finds its runs. Throws `BR-E0126` and `BR-E0127`, and `BR-E0112` for rows of another
 * kind and for what would take only some of them.
 */
export async function findModels(
  session: InspectingSession,
  question: SplitQuestion,
  options: InspectOptions,
): Promise<SplitDataset> {
  refuseSome(question);
  const asked: Question = { ...question, model: question.model ?? '' };
  const found = await findDataset(session, asked, options);
  try {
    const how = readingOf(asked, found);
    const { sources } = found;
    const { signal, onProgress } = options;
    const tell = (rows: number, share: number | undefined) => onProgress?.({ phase: 'reading', rows, share });
    refuseOtherRows(question.inputFormat ?? (await kindOfRows(sources, how, signal)));
    const scan = await scanOpenAi(sources, how, { signal, onProgress: tell });
    await refuseRepeated(sources, how, scan.repeated, signal);
    const { others } = await namedModels(session, question, scan);
    const models: ModelDataset[] = [];
    for (const lines of await splitLines(sources, how, { spool: session.dir.spool, others, signal, onProgress: tell })) {
      models.push({ ...lines, found: await datasetOf(found.name, lines) });
    }
    tellModels(session, scan.models, models);
    return { name: found.name, sources, how, others, models, close: () => found.close() };
  } catch (error) {
    await found.close();
    throw error;
  }
}

async function datasetOf(file: string, { path, xxh128, model }: ModelLines): Promise<FoundDataset> {
  const name = `${file} (${model})`;
  return { name, format: 'jsonl', sources: [await fileSource(path, name, xxh128)], close: async () => undefined };
}

function tellModels(session: InspectingSession, named: ReadonlyMap<string, LinesWith>, models: readonly ModelDataset[]): void {
  const each = models.map(({ model, lines }) => `${model} ${lines}${named.has(model) ? '' : ' (lines that name none)'}`);
  session.notice(`these are lines of an OpenAI batch file for ${models.length} models, a run for each: ${each.join(', ')}`);
}

/** What takes only some rows of a dataset would take some of each model, and leave lines without a place in the output. */
function refuseSome({ maxRecords, sample, maxJobs }: SplitQuestion): void {
  const given = { '--max-records': maxRecords, '--sample': sample, '--max-jobs': maxJobs };
  const [first] = Object.entries(given).filter(([, value]) => value !== undefined);
  if (first === undefined) return;
  throw new InputError('BR-E0112', `${first[0]} and --split-models exclude each other: every line has its place in the output`, {
    hint: `leave out ${first[0]}`,
  });
}
