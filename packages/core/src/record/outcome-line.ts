import { MAX_PACKED_NUMBERS, PACKED_NUMBER, packVector, vectorTextRoom, writeVectorText } from './vector-pack.ts';

/**
 * What became of one record in one attempt, as it stands in `outcomes/<part>-<attempt>.jsonl`: one line for each real
 * record of the part, sorted by id. Attempt 0 holds the rows that were never sent: rejected ones, duplicates, and those that have
 * the answer of another run (`succeeded`).
 */
export type Outcome =
  | {
      readonly id: string;
      readonly status: 'succeeded';
      /** The text of the answer; absent for embeddings. */
      readonly response?: string;
      readonly embedding?: readonly number[];
      /** As the model says it; empty when it says none. */
      readonly stop: string;
      readonly inputTokens?: number;
      readonly outputTokens?: number;
    }
  | {
      readonly id: string;
      readonly status: 'failed';
      /** The service's `errorCode` as a string, or one of ours, such as `bad_output`. */
      readonly code: string;
      readonly message: string;
      /** Worth another attempt. */
      readonly retry: boolean;
      /** The answer, where there was one that is of no use, with what is known of it as of any other. */
      readonly response?: string;
      readonly stop?: string;
      readonly inputTokens?: number;
      readonly outputTokens?: number;
    }
  /** Sent, and nothing came back. */
  | { readonly id: string; readonly status: 'missing' }
  | RejectedOutcome
  | DuplicateOutcome;

/** A row that was never sent. */
export interface RejectedOutcome {
  readonly id: string;
  readonly status: 'rejected';
  /** One of `REJECT_CODES`. */
  readonly code: string;
  readonly message: string;
  /** 1-based line of the source on which the row begins. */
  readonly line: number;
}

/** A row that was not sent because its request is that of a row before it, whose outcome is its own too. */
export interface DuplicateOutcome {
  readonly id: string;
  readonly status: 'duplicate';
  /** The record id of that row, which was sent. */
  readonly of: string;
}

/** What is known of a row before anything is sent. */
export type UnsentOutcome = RejectedOutcome | DuplicateOutcome;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The line of a row that was never sent, with its line end. Slow path: one call for a bad row. */
export function encodeRejectedOutcome(row: Omit<RejectedOutcome, 'status'>): Uint8Array {
  return encodeOutcome({ ...row, status: 'rejected' });
}

/** An outcome as a line with its line end, keys in their fixed order. The fast path writes the same bytes from spans. */
export function encodeOutcome(outcome: Outcome): Uint8Array {
  return encoder.encode(`${JSON.stringify(inKeyOrder(outcome))}\n`);
}

function inKeyOrder(outcome: Outcome): object {
  switch (outcome.status) {
    case 'succeeded': {
      const { id, status, response, embedding, stop, inputTokens, outputTokens } = outcome;
      return {
        id,
        status,
        response: embedding === undefined ? (response ?? '') : undefined,
        embedding: embedding === undefined ? undefined : (packed(embedding) ?? embedding),
        stop,
        in: inputTokens,
        out: outputTokens,
      };
    }
    case 'failed':
      return {
        id: outcome.id,
        status: 'failed',
        code: outcome.code,
        message: outcome.message,
        retry: outcome.retry,
        ...(outcome.response !== undefined && {
          response: outcome.response,
          stop: outcome.stop ?? '',
          in: outcome.inputTokens,
          out: outcome.outputTokens,
        }),
      };
    case 'missing':
      return { id: outcome.id, status: 'missing' };
    case 'rejected':
      return { id: outcome.id, status: 'rejected', code: outcome.code, message: outcome.message, line: outcome.line };
    case 'duplicate':
      return { id: outcome.id, status: 'duplicate', of: outcome.of };
  }
}

function packed(embedding: readonly number[]): string | undefined {
  if (embedding.length > MAX_PACKED_NUMBERS) return undefined;
  const text = encoder.encode(JSON.stringify(embedding));
  const out = new Uint8Array(PACKED_NUMBER * embedding.length);
  const end = packVector(text, 0, text.length, out, 0);
  return end < 0 ? undefined : decoder.decode(out.subarray(0, end));
}

function unpacked(embedding: string): number[] {
  const bytes = encoder.encode(embedding);
  const out = new Uint8Array(vectorTextRoom(bytes.length));
  return JSON.parse(decoder.decode(out.subarray(0, writeVectorText(bytes, 0, bytes.length, out, 0))));
}

/** Reads a line that `encodeOutcome` or the fast path wrote. For looking at single records; throws `SyntaxError` on damage. */
export function parseOutcome(bytes: Uint8Array, start = 0, end = bytes.length): Outcome {
  const { in: inputTokens, out: outputTokens, ...rest } = JSON.parse(decoder.decode(bytes.subarray(start, end)));
  return {
    ...rest,
    ...(typeof rest.embedding === 'string' ? { embedding: unpacked(rest.embedding) } : {}),
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
  };
}
