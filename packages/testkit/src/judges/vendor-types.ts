import type { Anthropic } from '@anthropic-ai/sdk';
import type { ConverseRequest } from '@aws-sdk/client-bedrock-runtime';
import type { OpenAI } from 'openai';

/** A record of a job of type Converse, by AWS's SDK: its model stands in the job. */
export type ConverseBody = Omit<ConverseRequest, 'modelId'>;

/**
 * A record for Claude, by Anthropic's SDK, with Bedrock's version beside it. This version of the SDK lists no sampling any more,
 * which the newest models refuse and the older ones of Bedrock take.
 */
export type ClaudeBody = Omit<Anthropic.MessageCreateParamsNonStreaming, 'model'> & {
  anthropic_version: string;
  temperature?: number;
  top_p?: number;
  top_k?: number;
};

/** A record for an OpenAI-shaped model, by OpenAI's SDK. */
export type OpenaiBody = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'model'>;
