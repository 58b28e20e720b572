import { InputError, openAiFromNative, RejectReason, resolveModel, rowValue } from '@batchrock/core';
import { catalogueFrom, withCatalogue } from '../../request/catalogue-file.ts';
import { openDatasetFiles } from '../../request/dataset-files.ts';
import { familyOption, withOwnFamily } from '../../request/own-family.ts';
import type { Question } from '../../request/request.ts';
import type { InspectingSession, InspectOptions } from '../found-question.ts';
import { findDataset } from '../inspect.ts';
import { eachBatch } from './each-batch.ts';
import { type CheckedRow, errorAt } from './row-problem.ts';

/** What a job wrote, and when it ended. */
export interface AnswersQuestion
  extends Pick<Question, 'dataset' | 'model' | 'family' | 'invocationType' | 'catalogue' | 's3EndpointUrl'> {
  /** Seconds since the epoch; stands in every answer. Default 0: an output does not say when it was made. */
  readonly created?: number;
}

/** What was converted. */
export interface AnswersReport {
  readonly rows: number;
  readonly converted: number;
}

/**
 * Makes lines of an OpenAI batch output of those that a job wrote (`*.jsonl.out`), in their order; the id of a record is its
 * `custom_id`. A line that is none of a job's output is a problem, and left out.
 */
export async function convertAnswers(
  session: InspectingSession,
  request: AnswersQuestion,
  options: InspectOptions & { readonly onRows: (rows: readonly CheckedRow[]) => Promise<void> },
): Promise<AnswersReport> {
  const { invocationType, created = 0 } = request;
  const catalogue = catalogueFrom(withCatalogue(request, session.cwd).catalogue);
  const { family, modelId } = resolveModel(request.model, {
    ...(catalogue === undefined ? {} : { catalogue }),
    ...familyOption(await withOwnFamily(request, session.cwd)),
    ...(invocationType === undefined ? {} : { invocationType }),
  });
  if (family.task === 'text' && family.reply === undefined) {
    throw new InputError('BR-E0120', `the answers of family ${family.name} are plain texts: they make no conversation`);
  }
  const found = await findDataset(session, request, options);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const report = { rows: 0, converted: 0 };
  try {
    const { sources } = found;
    const files = await openDatasetFiles(sources, { format: 'jsonl', compression: found.compression }, options.signal);
    const bytes = sources.reduce((sum, source) => sum + source.size, 0);
    await eachBatch(await files.open(), { bytes }, options, async (batch) => {
      const rows: CheckedRow[] = [];
      for (let row = 0; row < batch.count; row++) {
        const value = batch.reject[row] === RejectReason.none ? rowValue(decoder, batch, row) : undefined;
        const result = openAiFromNative(value, { family, model: modelId, created });
        const message = 'it is no line that a job wrote: {"recordId", "modelOutput" or "error"} is needed';
        rows.push(
          result === undefined
            ? { problems: [errorAt(sources, batch, row, { code: 'not_an_output', path: '', message })], records: [] }
            : { problems: [], records: [`${JSON.stringify(result.line)}\n`] },
        );
        if (result !== undefined) report.converted += 1;
      }
      report.rows += rows.length;
      await options.onRows(rows);
    });
  } finally {
    await found.close();
  }
  return report;
}
