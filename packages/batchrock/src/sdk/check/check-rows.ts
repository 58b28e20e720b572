import {
  bareCause,
  createRecordEncoder,
  type InvocationType,
  NEEDS_SPACE,
  REJECT_CODES,
  RejectReason,
  rejectMessage,
} from '@batchrock/core';
import { withAnswerSchema } from '../../request/answer-schema.ts';
import { withCatalogue } from '../../request/catalogue-file.ts';
import { type DatasetOptions, openDatasetFiles } from '../../request/dataset-files.ts';
import { givenCheck } from '../../request/given-check.ts';
import { withNamedPrompt } from '../../request/named-prompt.ts';
import { scanOpenAi } from '../../request/openai-lines.ts';
import { withOwnFamily } from '../../request/own-family.ts';
import { type CheckedQuestion, checkOpenQuestion, checkQuestion } from '../../request/question.ts';
import { mayBeRecords } from '../../request/ready-records.ts';
import type { Question } from '../../request/request.ts';
import type { FoundDataset, InspectingSession, InspectOptions } from '../found-question.ts';
import { findDataset, inspect, kindOfRows, readingOf } from '../inspect.ts';
import { askedLines } from '../openai-question.ts';
import { checkLine } from './check-lines.ts';
import { eachBatch } from './each-batch.ts';
import { lineSchemas } from './line-schemas.ts';
import { LinesTogether } from './lines-together.ts';
import { type CheckedRow, errorAt } from './row-problem.ts';

/** What was found in all rows. */
export interface CheckReport {
  readonly source: string;
  readonly modelId: string;
  readonly invocationType: InvocationType;
  readonly rows: number;
  /** Rows without an error. */
  readonly sound: number;
  readonly errors: number;
  readonly warnings: number;
}

/** How a check is followed. */
export interface CheckOptions extends InspectOptions {
  /** Given the rows of a batch, in order; they are waited for. */
  readonly onRows: (rows: readonly CheckedRow[]) => Promise<void>;
}

/**
 * Checks every row of a dataset as `run` would before it sends anything, and finds all that is wrong. Asks no service. Throws for what
 * is wrong with the question itself.
 */
export async function checkRows(session: InspectingSession, request: Question, options: CheckOptions): Promise<CheckReport> {
  const named = await withOwnFamily(await withNamedPrompt(request, session.cwd), session.cwd);
  const asked = withCatalogue(await withAnswerSchema(named, session.cwd), session.cwd);
  const isOpen = mayBeRecords(asked);
  if (isOpen) checkOpenQuestion(asked);
  else checkQuestion(asked);
  const found = await findDataset(session, request, options);
  try {
    const how = readingOf(request, found);
    const kind = isOpen ? await kindOfRows(found.sources, how, options.signal) : asked.inputFormat;
    if (kind === 'openai') return await checkLines(asked, { ...found, how }, options);
    return await checkEncoded(session, request, options, found);
  } finally {
    await found.close();
  }
}

/** Lines of an OpenAI batch file. They are read twice: what is in them decides how the model is spoken to. */
async function checkLines(
  asked: Question,
  { name, sources, how }: FoundDataset & { readonly how: DatasetOptions },
  options: CheckOptions,
): Promise<CheckReport> {
  const { signal, onProgress } = options;
  const tell = (rows: number, share: number | undefined) => onProgress?.({ phase: 'reading', rows, share });
  const scan = await scanOpenAi(sources, how, { signal, onProgress: tell });
  const question = askedLines(asked, scan);
  const { model, request } = question;
  const together = new LinesTogether(scan);
  const ask = request.openai ?? { onUnsupported: 'error' };
  const checks = { sources, model, ask, together, schemas: await lineSchemas(scan) };
  const tally = new Tally(name, question);
  const files = await openDatasetFiles(sources, how, signal);
  const bytes = sources.reduce((sum, source) => sum + source.size, 0);
  const reader = await files.open();
  await eachBatch(reader, { bytes }, options, async (batch) => {
    const rows: CheckedRow[] = [];
    for (let row = 0; row < batch.count; row++) rows.push(checkLine(reader, batch, row, checks));
    tally.add(rows);
    await options.onRows(rows);
  });
  return tally.report();
}

/** Rows for a prompt, and records that are ready to be sent. */
async function checkEncoded(
  session: InspectingSession,
  request: Question,
  options: CheckOptions,
  found: FoundDataset,
): Promise<CheckReport> {
  // where a run would send them is no matter here
  const nowhere = { ...session, env: { ...session.env, BATCHROCK_BUCKET: '' } };
  const { question, dataset } = await inspect(nowhere, request, { ...options, asGiven: true }, found);
  const { model } = question;
  const { maxRecordBytes } = model.limits;
  const reader = await dataset.open();
  const spec = { ...model, request: question.request, recordPrefix: '00', maxRecordBytes };
  const encoder = createRecordEncoder(spec, reader.columns);
  const context = { source: dataset, family: model.family, model, request: question.request };
  const block = { bytes: new Uint8Array(maxRecordBytes), length: 0 };
  const refusedBy = await givenCheck(question);
  const text = new TextDecoder();
  const tally = new Tally(dataset.name, question);
  await eachBatch(reader, dataset, options, async (batch) => {
    const rows: CheckedRow[] = [];
    for (let row = 0; row < batch.count; row++) {
      block.length = 0;
      const reason = encoder.encode(batch, row, tally.rows + row, block);
      if (reason === RejectReason.none || reason === NEEDS_SPACE) {
        const record = text.decode(block.bytes.subarray(0, block.length));
        const refused = refusedBy?.(record);
        const code = 'not_as_the_model_takes_it';
        if (refused === undefined) rows.push({ problems: [], records: [record] });
        else rows.push({ problems: [errorAt(dataset.sources, batch, row, { code, ...refused })], records: [] });
        continue;
      }
      const message = rejectMessage(bareCause(context, reader, batch, row, reason));
      const problem = { code: REJECT_CODES[reason] ?? 'bad_row', path: '', message };
      rows.push({ problems: [errorAt(dataset.sources, batch, row, problem)], records: [] });
    }
    tally.add(rows);
    await options.onRows(rows);
  });
  return tally.report();
}

/** Counts what was found. */
class Tally {
  rows = 0;
  readonly #source: string;
  readonly #question: CheckedQuestion;
  #sound = 0;
  #errors = 0;
  #warnings = 0;

  constructor(source: string, question: CheckedQuestion) {
    this.#source = source;
    this.#question = question;
  }

  add(rows: readonly CheckedRow[]): void {
    this.rows += rows.length;
    for (const { problems } of rows) {
      const errors = problems.filter((each) => each.level === 'error').length;
      this.#errors += errors;
      this.#warnings += problems.length - errors;
      if (errors === 0) this.#sound += 1;
    }
  }

  report(): CheckReport {
    const { model, invocationType } = this.#question;
    const counts = { rows: this.rows, sound: this.#sound, errors: this.#errors, warnings: this.#warnings };
    return { source: this.#source, modelId: model.modelId, invocationType, ...counts };
  }
}
