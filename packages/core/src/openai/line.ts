import type { ChatRequest, EmbeddingRequest, Unsupported } from '../model/index.ts';
import type { FetchedMedia, MediaUrl } from './findings.ts';
import type { OpenAiProblem } from './problems.ts';

/** The endpoints of a batch that are translated, by what their answers are. */
export type OpenAiEndpoint = 'chat' | 'completions' | 'responses' | 'embeddings';

/** What every line has, as far as it could be read. */
interface LineHead {
  /** As it was; unique in the file is for the caller to see to. */
  readonly customId: string;
  /** `model` of the body; absent where it is left out. */
  readonly model?: string;
}

/**
 * A line of an OpenAI batch file, understood. `requests` has one entry for each record that is to be sent, in the order in which
 * their answers come together again: `n` answers to a prompt are the same request `n` times.
 */
export type OpenAiLine =
  | (LineHead & { readonly endpoint: 'chat' | 'completions' | 'responses'; readonly requests: readonly ChatRequest[] })
  | (LineHead & {
      readonly endpoint: 'embeddings';
      readonly requests: readonly EmbeddingRequest[];
      /** How the numbers are written in the answer. */
      readonly encoding: 'float' | 'base64';
    });

/** What reading a line gave. */
export interface OpenAiRead {
  /** Absent where there is a problem. */
  readonly line?: OpenAiLine;
  /** Of a line with problems too, where it has one. */
  readonly customId?: string;
  readonly model?: string;
  readonly endpoint?: OpenAiEndpoint;
  /** All of them. */
  readonly problems: readonly OpenAiProblem[];
  /** What is told to the model otherwise, or not at all. Paths are those within the body, as a family's are. */
  readonly unsupported: readonly Unsupported[];
  /** URLs to fetch and to give in `fetched` when the line is read again. Each is a problem too. */
  readonly urls: readonly MediaUrl[];
}

/** What else is known when a line is read. */
export interface ReadOptions {
  /** Bytes behind URLs, by URL. */
  readonly fetched?: ReadonlyMap<string, FetchedMedia>;
}

/** Most records of one line: a record id has two digits of base 36 for them. */
export const MAX_REQUESTS_OF_LINE = 36 * 36;

/**
 * The key of what a line of a copy of ours says of itself: `copy` and `of` where it is one of several that a single line was cut into
 * (`cutLine`); `unfetched`, why the bytes behind URLs of it could not be fetched (`withFetched`).
 */
export const COPY_KEY = 'batchrock';
