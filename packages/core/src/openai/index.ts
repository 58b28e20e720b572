export type {
  AnsweredLine,
  MissingReason,
  OpenAiBody,
  OpenAiOutputLine,
  OpenAiResult,
  RecordAnswer,
  RejectedLine,
} from './answer.ts';
export { type BatchJobState, batchStatus, type OpenAiBatchStatus } from './batch-status.ts';
export { hasTools } from './chat-body.ts';
export type { ChatCompletionObject, MessageObject, TextCompletionObject, ToolCallObject } from './completion-object.ts';
export type { EmbeddingListObject } from './embedding-list.ts';
export { type AnswerFailure, failureOfReply } from './failure.ts';
export { copyOf, cutLine, type LineCopy } from './fan-out.ts';
export { type FetchResult, imagesToFetch, withFetched } from './fetched-media.ts';
export type { FieldRule, FieldTable } from './field-rules.ts';
export { CHAT_FIELDS, COMPLETION_FIELDS, EMBEDDING_FIELDS, RESPONSE_FIELDS } from './fields.ts';
export type { FetchedMedia, MediaUrl } from './findings.ts';
export { MAX_REQUESTS_OF_LINE, type OpenAiEndpoint, type OpenAiLine, type OpenAiRead, type ReadOptions } from './line.ts';
export { copyOfLine, isCopyOfLine } from './line-copy.ts';
export { imageType } from './media.ts';
export { answerOf, type NativeOutput, openAiFromNative } from './native-output.ts';
export { type OnUnsupported, pathInLine, refusedBy, type UnsupportedCount, UnsupportedCounts } from './policy.ts';
export { OPENAI_CHANGES, OPENAI_OMISSIONS, OPENAI_PROBLEMS, type OpenAiProblem, type OpenAiProblemCode } from './problems.ts';
export { looksLikeOpenAi, OPENAI_URLS, readOpenAiLine, readOpenAiText } from './read-line.ts';
export type { ResponseItem, ResponseObject } from './response-object.ts';
export { openAiRejection, openAiResult } from './result-line.ts';
export { problemText, type TranslatedLine, type TranslateOptions, translateLine, whyNotTranslated } from './translate.ts';
export type { CompletionUsage, ResponseUsage } from './usage.ts';
