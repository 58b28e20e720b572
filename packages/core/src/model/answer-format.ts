import type { AnswerFormat, ChatTool, UnsupportedSink } from './chat.ts';
import type { JsonObject } from './json.ts';
import { isNativeSchema } from './native-schema.ts';
import { changed } from './unsupported.ts';

/** The tool that stands for an answer's schema; what the model calls it with is the answer. */
export const ANSWER_TOOL = 'batchrock_answer';

type SchemaFormat = Extract<AnswerFormat, { kind: 'schema' }>;

/** How a model is told what its answer must be. */
export type FormatPlan =
  | { readonly kind: 'native'; readonly format: SchemaFormat }
  /** It is made to call this tool. */
  | { readonly kind: 'tool'; readonly tool: ChatTool }
  /** It is asked to, behind the instructions. */
  | { readonly kind: 'instruction'; readonly text: string };

/** What a body can do for a format. */
export interface FormatMeans {
  /** It has a field for a schema, and the model takes it. */
  readonly hasField: boolean;
  /** A tool can be forced: the request has none of its own, and nothing else forbids it. */
  readonly canForce: boolean;
}

/** The best way that there is for a format: the field, else a forced tool, else words. What is no field is reported. */
export function planFormat(format: AnswerFormat | undefined, means: FormatMeans, sink: UnsupportedSink): FormatPlan | undefined {
  if (format === undefined) return undefined;
  if (format.kind === 'json') {
    changed(sink, 'format_by_instruction', 'response_format', 'the model is asked for JSON in its instructions');
    return { kind: 'instruction', text: 'Answer with one JSON object and nothing else, without Markdown.' };
  }
  if (means.hasField && isNativeSchema(format.schema)) return { kind: 'native', format };
  if (means.canForce && format.schema['type'] === 'object') {
    changed(sink, 'format_by_tool', 'response_format', 'the schema is given to the model as a tool that it has to call');
    return { kind: 'tool', tool: answerTool(format) };
  }
  changed(sink, 'format_by_instruction', 'response_format', 'the schema is given to the model in its instructions');
  return { kind: 'instruction', text: schemaInstruction(format.schema) };
}

function answerTool({ name, description, schema }: SchemaFormat): ChatTool {
  const about = description === undefined || description.trim() === '' ? `Gives the answer: ${name}` : description;
  return { at: 'response_format', name: ANSWER_TOOL, description: about, parameters: schema };
}

/** What stands before a schema in instructions. */
export const SCHEMA_FOLLOWS = 'It has to be valid against this JSON schema:\n';

/** Asks for a schema in words; the schema's JSON stands at the end, on a line of its own. */
export function schemaInstruction(schema: JsonObject): string {
  return `Answer with one JSON value and nothing else, without Markdown. ${SCHEMA_FOLLOWS}${JSON.stringify(schema)}`;
}
