import type { OpenAiProblem, OpenAiRead } from '@batchrock/core';
import { hashOf } from '../../request/id-set.ts';
import type { OpenAiScan } from '../../request/openai-lines.ts';

/** What is wrong between the lines of an OpenAI batch file: ids that stand twice, and more models than one. */
export class LinesTogether {
  readonly #repeated: ReadonlySet<number>;
  readonly #models: OpenAiScan['models'];
  /** The first lines of ids that may be repeated. */
  readonly #first = new Map<string, number>();

  constructor({ repeated, models }: Pick<OpenAiScan, 'repeated' | 'models'>) {
    this.#repeated = repeated;
    this.#models = models;
  }

  /** Of a line, by its number; lines come in order. */
  problems({ customId, model }: Pick<OpenAiRead, 'customId' | 'model'>, line: number): readonly OpenAiProblem[] {
    const found: OpenAiProblem[] = [];
    if (customId !== undefined && this.#repeated.has(hashOf(customId))) {
      const first = this.#first.get(customId);
      if (first === undefined) this.#first.set(customId, line);
      else {
        const message = `line ${first} has the same custom_id, ${JSON.stringify(customId)}`;
        found.push({ code: 'duplicate_custom_id', path: 'custom_id', message });
      }
    }
    const [only] = this.#models;
    if (this.#models.size > 1 && model !== undefined && only !== undefined && model !== only[0]) {
      const message = `model is ${JSON.stringify(model)}, and line ${only[1].firstLine} has ${JSON.stringify(only[0])}; a job has one`;
      found.push({ code: 'several_models', path: 'body.model', message });
    }
    return found;
  }
}
