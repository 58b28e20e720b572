import { bareCause, createRecordEncoder, NEEDS_SPACE, REJECT_CODES, RejectReason, rejectMessage } from '@batchrock/core';
import { withAnswerSchema } from '../../request/answer-schema.ts';
import { withCatalogue } from '../../request/catalogue-file.ts';
import { givenCheck } from '../../request/given-check.ts';
import { withNamedPrompt } from '../../request/named-prompt.ts';
import { withOwnFamily } from '../../request/own-family.ts';
import { checkOpenQuestion, checkQuestion } from '../../request/question.ts';
import { mayBeRecords } from '../../request/ready-records.ts';
import type { Question } from '../../request/request.ts';
import type { FoundDataset, InspectingSession } from '../found-question.ts';
import { findDataset, inspect, kindOfRows, readingOf } from '../inspect.ts';
import { eachBatch } from './each-batch.ts';
import { checkOpenAiRows } from './openai-rows.ts';
import { type CheckedRow, type CheckOptions, errorAt } from './row-problem.ts';
import { type CheckReport, Tally } from './tally.ts';

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
    if (kind === 'openai') return await checkOpenAiRows(asked, { ...found, how }, options);
    return await checkEncoded(session, request, options, found);
  } finally {
    await found.close();
  }
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
  const tally = new Tally(dataset.name, [question]);
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
