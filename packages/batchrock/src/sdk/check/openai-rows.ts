import { InvariantError } from '@batchrock/core';
import { withAnswerSchema } from '../../request/answer-schema.ts';
import { type DatasetOptions, openDatasetFiles } from '../../request/dataset-files.ts';
import type { FetchImages } from '../../request/fetch-images.ts';
import { type OpenAiScan, scanOpenAi } from '../../request/openai-lines.ts';
import type { WithOwnFamily } from '../../request/own-family.ts';
import type { CheckedQuestion } from '../../request/question.ts';
import type { Question } from '../../request/request.ts';
import { modelOfLine } from '../../request/split-lines.ts';
import type { FoundDataset, InspectingSession, InspectOptions } from '../found-question.ts';
import { findDataset, kindOfRows, readingOf } from '../inspect.ts';
import { askedLines } from '../openai-question.ts';
import { askedOf, namedModels, refuseOtherRows, type SplitQuestion } from '../split/named-models.ts';
import { checkLine } from './check-lines.ts';
import { eachBatch } from './each-batch.ts';
import { lineSchemas } from './line-schemas.ts';
import { LinesTogether } from './lines-together.ts';
import type { CheckOptions } from './row-problem.ts';
import { type CheckReport, Tally } from './tally.ts';

type FoundLines = Pick<FoundDataset, 'name' | 'sources'> & { readonly how: DatasetOptions };

/** Lines that were read once, and who is asked by them. */
interface AskedLines {
  readonly lines: FoundLines;
  readonly scan: Pick<OpenAiScan, 'repeated' | 'models' | 'schemas'>;
  readonly questions: readonly CheckedQuestion[];
  /** The one that a parsed line asks. */
  readonly questionOf: (line: unknown) => CheckedQuestion;
  readonly fetchImages: FetchImages | undefined;
}

/** Checks the lines of an OpenAI batch file for one model. They are read twice: what is in them decides how it is spoken to. */
export async function checkOpenAiRows(
  asked: WithOwnFamily<Question>,
  lines: FoundLines,
  options: CheckOptions,
): Promise<CheckReport> {
  const scan = await scanLines(lines, options);
  const question = askedLines(asked, scan);
  const { fetchImages } = asked;
  return checkEach({ lines, scan, questions: [question], questionOf: () => question, fetchImages }, options);
}

/** The same, each line for the model that it names. */
export async function checkSplitRows(
  session: InspectingSession,
  question: SplitQuestion,
  options: CheckOptions,
): Promise<CheckReport> {
  const given: Question = { ...question, model: question.model ?? '' };
  const found = await findDataset(session, given, options);
  try {
    const lines = { ...found, how: readingOf(given, found) };
    refuseOtherRows(question.inputFormat ?? (await kindOfRows(lines.sources, lines.how, options.signal)));
    const scan = await scanLines(lines, options);
    const { others, asked: named } = await namedModels(session, question, scan);
    const questions = new Map<string, CheckedQuestion>();
    for (const [model, own] of named.size > 0 ? named : [[others, await askedOf(session, question, others)] as const]) {
      const asked = await withAnswerSchema(own, session.cwd);
      const alone = model === others ? (scan.withoutModel?.withTools ?? 0) : 0;
      questions.set(model, askedLines(asked, { withTools: alone + (scan.models.get(model)?.withTools ?? 0) }));
    }
    const ofOthers = questions.get(others) ?? [...questions.values()][0];
    if (ofOthers === undefined) throw new InvariantError('lines are for no model');
    const asked = {
      lines,
      // each has a model of its own
      scan: { ...scan, models: new Map() },
      questions: [...questions.values()],
      questionOf: (line: unknown) => questions.get(modelOfLine(line) ?? others) ?? ofOthers,
      fetchImages: question.fetchImages,
    };
    return await checkEach(asked, options);
  } finally {
    await found.close();
  }
}

function scanLines({ sources, how }: FoundLines, { signal, onProgress }: InspectOptions): Promise<OpenAiScan> {
  const tell = (rows: number, share: number | undefined) => onProgress?.({ phase: 'reading', rows, share });
  return scanOpenAi(sources, how, { signal, onProgress: tell });
}

async function checkEach(asked: AskedLines, options: CheckOptions): Promise<CheckReport> {
  const { lines, scan, questions, questionOf, fetchImages } = asked;
  const { name, sources, how } = lines;
  const together = new LinesTogether(scan);
  const checks = { sources, questionOf, together, schemas: await lineSchemas(scan), lineOf: await lineReader(fetchImages) };
  const tally = new Tally(name, questions);
  const files = await openDatasetFiles(sources, how, options.signal);
  const bytes = sources.reduce((sum, source) => sum + source.size, 0);
  const reader = await files.open();
  await eachBatch(reader, { bytes }, options, async (batch) => {
    const rows = Array.from({ length: batch.count }, (_, row) => checkLine(reader, batch, row, checks));
    tally.add(rows);
    await options.onRows(rows);
  });
  return tally.report();
}

/** How a parsed line is looked at: where its images are to be fetched, as if they had been. */
async function lineReader(fetchImages: FetchImages | undefined): Promise<(value: unknown) => unknown> {
  if (fetchImages === undefined) return (value) => value;
  const { asIfFetched } = await import('../../images/index.ts');
  return (value) => asIfFetched(value, fetchImages);
}
