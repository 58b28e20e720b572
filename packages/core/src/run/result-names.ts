import type { SchemaField } from '../model/index.ts';
import type { ResultField, ResultNames } from '../ports/index.ts';

/** What stands before a column of ours whose name the dataset has already. */
const PREFIX = 'batchrock_';

/** The names of our columns beside these columns of the input, none of which is ever renamed. `answer`: as it is without them. */
export function resultNames(columns: readonly string[], answer: 'response' | 'embedding' | 'model_output'): ResultNames {
  const taken = new Set(columns);
  const free = (name: string): string => (taken.has(name) ? free(PREFIX + name) : name);
  return {
    answer: free(answer),
    status: free('status'),
    errorCode: free('error_code'),
    errorMessage: free('error_message'),
    stopReason: free('stop_reason'),
    inputTokens: free('input_tokens'),
    outputTokens: free('output_tokens'),
    recordId: free('record_id'),
  };
}

/** What stands before a field of the answers whose name is taken, by the dataset or by us. */
const FIELD_PREFIX = 'answer_';

/** The names of columns for fields of the answers, beside those of the input and ours: theirs give way. */
export function fieldColumns(
  fields: readonly SchemaField[],
  columns: readonly string[],
  names: ResultNames,
): readonly ResultField[] {
  const taken = new Set([...columns, ...Object.values(names)]);
  return fields.map(({ key, kind }) => {
    let name = key;
    while (taken.has(name)) name = FIELD_PREFIX + name;
    taken.add(name);
    return { name, kind };
  });
}
