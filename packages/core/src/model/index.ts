export {
  type AnswerSchema,
  type CompileSchema,
  type FieldKind,
  type SchemaCheck,
  type SchemaFault,
  type SchemaField,
  schemaFields,
  schemaNotes,
  schemaRequest,
} from './answer-schema.ts';
export { askedSchema } from './asked-schema.ts';
export type { ModelEntry, ModelLimits, Price, ResolvedModel } from './catalogue.ts';
export { MODEL_CATALOGUE } from './catalogue-data.ts';
export type {
  AnswerFormat,
  AssistantBlock,
  CachePoint,
  ChatReply,
  ChatRequest,
  ChatTool,
  EmbeddingRequest,
  FinishReason,
  MediaBlock,
  MediaSource,
  ReasoningEffort,
  ReplyUsage,
  SystemBlock,
  TextBlock,
  ToolChoice,
  ToolResultBlock,
  ToolUseBlock,
  Turn,
  Unsupported,
  UnsupportedSink,
  UserBlock,
} from './chat.ts';
export { type ChatFamily, chatFamily } from './chat-family.ts';
export { describeModel, describeModels, type ModelDescription } from './describe.ts';
export { FAMILIES, familyNamed } from './families.ts';
export type { Answer, Family, InvocationType, ModelTraits, RequestInput, Task } from './family.ts';
export type { JsonObject, JsonValue } from './json.ts';
export { DEFAULT_LIMITS } from './limits.ts';
export { parseModelId } from './model-id.ts';
export { type DefinedAnswer, defineFamily, FAMILY_FAILED, type FamilyDefinition, ownFamily } from './own-family.ts';
export { paramWarnings } from './param-warnings.ts';
export { describeParam, type ParamSpec } from './params.ts';
export { parseCatalogue } from './parse-catalogue.ts';
export { isBlank } from './prefill.ts';
export { batchPrice } from './prices.ts';
export { type ResolveOptions, resolveModel } from './resolve.ts';
export { GIVEN_SCHEMAS, REQUEST_SCHEMAS } from './schemas/index.ts';
export { isTruncated } from './stop-reason.ts';
export { needsTools } from './tool-use.ts';
