import {
  type AnswerSchema,
  chatFamily,
  type FamilyModule,
  InputError,
  InvariantError,
  type InvocationType,
  type JsonObject,
  MODEL_INPUT_COLUMN,
  parseTemplate,
  type ResolvedModel,
  type RunDocument,
  resolveModel,
  schemaNotes,
  type Template,
  templateColumns,
} from '@batchrock/core';
import type { WithAccountAnswer } from './account-answer.ts';
import type { WithAnswerSchema } from './answer-schema.ts';
import { catalogueFrom } from './catalogue-file.ts';
import { familyOption, type WithOwnFamily } from './own-family.ts';
import type { Question } from './request.ts';

/** A question whose model, prompt and parameters have been checked; the dataset has not been looked at yet. */
export interface CheckedQuestion {
  readonly model: ResolvedModel;
  readonly invocationType: InvocationType;
  /** The file of a family of the user's own. */
  readonly familyModule?: FamilyModule;
  readonly request: RunDocument['request'];
  /** Prompt and system prompt; none for embeddings and for rows that are records. */
  readonly templates: readonly Template[];
  /** Columns that the templates or the embedding need, each once. */
  readonly columns: readonly string[];
}

/** A question with all that was read for it. */
export type AskedQuestion = WithAccountAnswer<WithOwnFamily<WithAnswerSchema<Question>>>;

/** The column that is embedded unless another is named. */
export const DEFAULT_TEXT_COLUMN = 'input_text';

/** Images stand in records as text: as many bytes as a row may have. The service publishes no limit of one record (2026-11). */
const MAX_GIVEN_BYTES = 16 << 20;

/** Checks everything of a question that needs no file. Throws an `InputError` for the first thing that is wrong. */
export function checkQuestion(question: AskedQuestion): CheckedQuestion {
  checkDedupe(question);
  const catalogue = catalogueFrom(question.catalogue);
  const { leadsTo, limits } = question.account ?? {};
  const model = resolveModel(question.model, {
    ...(leadsTo === undefined ? {} : { leadsTo }),
    ...(catalogue === undefined ? {} : { catalogue }),
    ...familyOption(question),
    ...(question.invocationType === undefined ? {} : { invocationType: question.invocationType }),
    limits: { ...limits, ...(isReady(question) ? { maxRecordBytes: MAX_GIVEN_BYTES } : {}) },
  });
  return { ...checkRequest(question, model), ...moduleOf(question) };
}

/** Checks as much of a question as its rows have no say in, where they may be ready to be sent. Throws as `checkQuestion`. */
export function checkOpenQuestion(question: AskedQuestion): CheckedQuestion {
  const { params: _, schema: __, answerSchema: ___, ...rest } = question;
  return checkQuestion({ ...rest, inputFormat: 'bedrock' });
}

/** Types are gone where a program that has none asks. */
function checkDedupe({ dedupe, cache }: Question): void {
  if (dedupe === 'run' && cache === true) {
    throw new InputError(
      'BR-E0112',
      '--dedupe run and --cache exclude each other: which rows have answers may change meanwhile',
      {
        hint: 'take --dedupe part beside --cache',
      },
    );
  }
  if (dedupe === undefined || dedupe === 'part' || dedupe === 'run') return;
  throw new InputError('BR-E0112', `dedupe is ${JSON.stringify(dedupe)}; it may be part or run`);
}

function moduleOf({ ownFamily }: WithOwnFamily<Question>): Pick<CheckedQuestion, 'familyModule'> {
  return ownFamily === undefined ? {} : { familyModule: ownFamily.module };
}

function checkRequest(question: WithAnswerSchema<Question>, model: ResolvedModel): CheckedQuestion {
  if (question.inputFormat === 'openai') return openAiQuestion(question, model);
  const params = checkParams(question, model);
  if (question.inputFormat !== 'bedrock' && model.family.task === 'text') return textQuestion(question, model, params);
  const base = { model, invocationType: model.family.invocationType };
  if (question.inputFormat === 'bedrock') return { ...base, ...givenRequest(question) };
  return { ...base, ...embeddingRequest(question, model, params) };
}

function textQuestion(question: WithAnswerSchema<Question>, model: ResolvedModel, params: JsonObject): CheckedQuestion {
  const asked = textRequest(question, model, params);
  const { invocationType } = model.family;
  const schema = schemaOf(question);
  if (schema === undefined) return { model, invocationType, ...asked };
  const notes = schemaNotes(model.family, schema, params, model.traits).map((note) => `${model.modelId}: ${note}`);
  const told = { ...model, warnings: [...model.warnings, ...notes] };
  return { ...asked, model: told, invocationType, request: { ...asked.request, schema } };
}

function schemaOf({ schema, answerSchema }: WithAnswerSchema<Question>): AnswerSchema | undefined {
  if (schema !== undefined && answerSchema === undefined) throw new InvariantError('the schema of a question was not read');
  return answerSchema;
}

/** Rows bring their requests with them. */
function isReady({ inputFormat }: Question): boolean {
  return inputFormat === 'bedrock' || inputFormat === 'openai';
}

/**
 * Lines of an OpenAI batch file, which say all themselves but `max_tokens` of those that leave it out; `hasToolCalls`: there are tools in some of them, which decides how the model is spoken to. The
 * service is spoken to by embedding models in one way only.
 */
export function openAiQuestion(question: WithOwnFamily<Question>, model: ResolvedModel, hasToolCalls = false): CheckedQuestion {
  const { max_tokens: limit, ...params } = question.params ?? {};
  refuseBeside({ ...question, params }, 'lines of an OpenAI batch file say themselves what is asked', 'body');
  const maxTokens = limit === undefined ? undefined : model.family.parseParams({ max_tokens: limit })['max_tokens'];
  const family = model.family.task === 'embedding' ? model.family : chatFamily(model, hasToolCalls, question.invocationType);
  return {
    model: { ...model, family },
    invocationType: family.invocationType,
    ...moduleOf(question),
    request: {
      params: {},
      openai: { onUnsupported: question.onUnsupported ?? 'error', ...(typeof maxTokens === 'number' && { maxTokens }) },
    },
    templates: [],
    columns: ['custom_id', 'body'],
  };
}

function textRequest(question: Question, model: ResolvedModel, params: JsonObject) {
  if (question.prompt === undefined || question.prompt === '') {
    throw new InputError('BR-E0110', `${model.modelId} answers prompts, and none is given`);
  }
  if (question.textColumn !== undefined) {
    throw new InputError('BR-E0112', `--text-column is for embedding models; ${model.modelId} answers prompts`, {
      hint: `write the column into the prompt: {${question.textColumn}}`,
    });
  }
  const templates = [parseTemplate(question.prompt)];
  if (question.system !== undefined) templates.push(parseTemplate(question.system, 'system prompt'));
  return {
    request: {
      prompt: question.prompt,
      ...(question.system === undefined ? {} : { system: question.system }),
      params,
    },
    templates,
    columns: [...new Set(templates.flatMap((template) => [...templateColumns(template)]))],
  };
}

function embeddingRequest(question: Question, model: ResolvedModel, params: JsonObject) {
  const given = question.prompt !== undefined ? 'prompt' : question.system !== undefined ? 'system prompt' : undefined;
  if (given !== undefined) {
    throw new InputError('BR-E0108', `${model.modelId} is an embedding model: it takes a column of text, not a ${given}`);
  }
  if (question.schema !== undefined) {
    throw new InputError('BR-E0112', `a schema is for answers of text; ${model.modelId} is an embedding model`, {
      hint: 'leave out --schema',
    });
  }
  const textColumn = question.textColumn ?? DEFAULT_TEXT_COLUMN;
  return { request: { textColumn, params }, templates: [], columns: [textColumn] };
}

function givenRequest(question: Question) {
  refuseBeside(question, 'rows that are records are sent as they are', MODEL_INPUT_COLUMN);
  return { request: { params: {}, given: true as const }, templates: [], columns: [MODEL_INPUT_COLUMN] };
}

/** Throws `BR-E0112` for what would have to be put into requests that are written already. */
function refuseBeside({ prompt, system, promptId, textColumn, schema, params = {} }: Question, why: string, where: string): void {
  const beside = {
    'a prompt': prompt ?? promptId,
    'a system prompt': system,
    'a text column': textColumn,
    'a schema': schema,
    'request parameters': Object.keys(params)[0],
  };
  const more = Object.entries(beside).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (more.length === 0) return;
  throw new InputError('BR-E0112', `${why}; ${more.join(' and ')} cannot be put into them`, {
    hint: `leave out ${more.join(' and ')}, or write them into ${where} of each row`,
  });
}

const SAMPLING = ['temperature', 'top_p', 'top_k'];

function checkParams(question: Question, model: ResolvedModel): JsonObject {
  const given = question.params ?? {};
  const params = model.family.parseParams(given);
  const sampling = model.traits.refusesSampling ? Object.keys(given).filter((name) => SAMPLING.includes(name)) : [];
  if (sampling.length === 0) return params;
  throw new InputError('BR-E0115', `${model.modelId} refuses ${sampling.join(', ')}: every record would fail`, {
    hint: `leave out ${sampling.map((name) => `--param ${name}`).join(' and ')}`,
  });
}
