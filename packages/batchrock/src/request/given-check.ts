import { createRecordEncoder, GIVEN_SCHEMAS, InputError, RejectReason, type SchemaFault } from '@batchrock/core';
import { ajvSchemas } from '../node/index.ts';
import type { Dataset } from './dataset.ts';
import type { CheckedQuestion } from './question.ts';

/** Records that are looked at before a run begins, if there are so many. */
const LOOKED_AT = 1000;

/** Looks at the line of a record that was ready to be sent: what its model is sure to refuse, with a path into the line. */
export type GivenCheck = (line: string) => { readonly path: string; readonly message: string } | undefined;

/** Undefined where records are made here, and so are as their model takes them, or where nothing is known of the model. */
export async function givenCheck({ request, model }: CheckedQuestion): Promise<GivenCheck | undefined> {
  const schema = request.given ? GIVEN_SCHEMAS[model.family.name] : undefined;
  if (schema === undefined) return undefined;
  const check = (await ajvSchemas.load())(schema);
  return (line) => {
    const fault = check((JSON.parse(line) as { readonly modelInput: unknown }).modelInput);
    return fault && { path: pathOf(fault.path), message: reasonOf(fault) };
  };
}

/**
 * Looks at the first records of a dataset before anything is written or sent: the service does so only when it runs them. Throws
 * `BR-E0133` where none of them is one that the model takes; a sentence where some are not.
 */
export async function lookAtGiven(
  dataset: Dataset,
  question: CheckedQuestion,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const check = await givenCheck(question);
  if (check === undefined) return undefined;
  const { model, request } = question;
  const { maxRecordBytes } = model.limits;
  const reader = await dataset.open();
  const block = { bytes: new Uint8Array(maxRecordBytes), length: 0 };
  const decoder = new TextDecoder();
  let looked = 0;
  let faults = 0;
  let first: string | undefined;
  try {
    const encoder = createRecordEncoder({ ...model, request, recordPrefix: '00', maxRecordBytes }, reader.columns);
    for (let batch = await reader.next(); batch !== undefined && looked < LOOKED_AT; batch = await reader.next()) {
      signal?.throwIfAborted();
      for (let row = 0; row < batch.count && looked < LOOKED_AT; row++) {
        block.length = 0;
        const reason = encoder.encode(batch, row, 0, block);
        if (reason !== RejectReason.none) continue;
        looked += 1;
        const fault = check(decoder.decode(block.bytes.subarray(0, block.length)));
        if (fault === undefined) continue;
        faults += 1;
        first ??= `line ${batch.line[row]}: ${fault.path} ${fault.message}`;
      }
    }
  } finally {
    await reader.close();
  }
  if (first === undefined) return undefined;
  const whose = `${model.family.name === 'converse' ? 'Converse' : model.modelId} takes`;
  if (faults === looked) throw new InputError('BR-E0133', `no record is one that ${whose}: ${first}`);
  return `${faults} of the first ${looked} records are none that ${whose}, the first at ${first}`;
}

/** `/messages/0/content` as `modelInput.messages[0].content`. */
function pathOf(pointer: string): string {
  const names = pointer.split('/').slice(1);
  const path = names.map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name.replaceAll('~1', '/').replaceAll('~0', '~')}`));
  return `modelInput${path.join('')}`;
}

function reasonOf({ reason }: SchemaFault): string {
  if (reason === 'must NOT be valid') return 'must not be there';
  return reason === 'must match pattern "\\S"' ? 'must not be blank' : reason;
}
