import type { AnswerCache, AnswerScope, CallOptions, FindAnswersOptions, KeptAnswer } from '@batchrock/core';
import { checkSignal } from './check-signal.ts';

/** Answers in memory. */
export class MemoryAnswerCache implements AnswerCache {
  readonly #answers = new Map<string, Uint8Array>();

  get size(): number {
    return this.#answers.size;
  }

  async find({ digest }: AnswerScope, requests: readonly Uint8Array[], options: FindAnswersOptions) {
    checkSignal(options);
    const found: (Uint8Array | undefined)[] = [];
    let bytes = 0;
    for (const request of requests) {
      const answer = this.#answers.get(keyOf(digest, request));
      found.push(answer);
      bytes += answer?.length ?? 0;
      if (bytes >= options.mostBytes) break;
    }
    return found;
  }

  async put({ digest }: AnswerScope, answers: readonly KeptAnswer[], options: CallOptions = {}): Promise<void> {
    checkSignal(options);
    for (const { request, answer } of answers) {
      const key = keyOf(digest, request);
      if (!this.#answers.has(key)) this.#answers.set(key, answer);
    }
  }

  /** Forgets some of the answers: those that `which` says, told by a number of their own; default all. */
  clear(which: (n: number) => boolean = () => true): void {
    for (const [n, key] of [...this.#answers.keys()].entries()) if (which(n)) this.#answers.delete(key);
  }
}

function keyOf(scope: string, request: Uint8Array): string {
  return `${scope} ${Buffer.from(request).toString('hex')}`;
}
