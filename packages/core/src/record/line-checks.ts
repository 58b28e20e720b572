import { type Answer, askedSchema, type CompileSchema, type Family, type SchemaCheck } from '../model/index.ts';
import { judgedOutcome } from './judge-answer.ts';
import type { Outcome } from './outcome-line.ts';

/** Checks that are kept made: lines of a file nearly always have a few schemas among them. */
const MOST_CHECKS = 64;

/**
 * Checks of answers of which each may have a schema of its own, or none: it stands in the request that the output line repeats. Only
 * answers that the model ended by itself are looked at, since no other is said to be by it.
 */
export class LineChecks {
  readonly #compile: CompileSchema;
  readonly #checks = new Map<string, SchemaCheck | undefined>();

  constructor(compile: CompileSchema) {
    this.#compile = compile;
  }

  /** The failure that an answer is; undefined for one that is by its schema, or has none. */
  failureOf(
    success: Outcome & { readonly status: 'succeeded' },
    asked: { readonly family: Family; readonly modelInput: unknown; readonly modelOutput: unknown; readonly answer: Answer },
  ): Outcome | undefined {
    const { family, modelInput, modelOutput, answer } = asked;
    const schema = askedSchema(modelInput);
    const check = schema === undefined ? undefined : this.#checkOf(JSON.stringify(schema));
    if (check === undefined || family.reply?.(modelOutput)?.finish !== 'stop') return undefined;
    const outcome = judgedOutcome(success, { family, modelOutput, answer, check, isBare: true });
    return outcome.status === 'failed' ? outcome : undefined;
  }

  #checkOf(schema: string): SchemaCheck | undefined {
    if (this.#checks.has(schema)) return this.#checks.get(schema);
    if (this.#checks.size >= MOST_CHECKS) this.#checks.clear();
    const check = this.#made(schema);
    this.#checks.set(schema, check);
    return check;
  }

  /** Schemas were looked at before anything was sent: one that is of no use now was none that somebody asked for. */
  #made(schema: string): SchemaCheck | undefined {
    try {
      return this.#compile(JSON.parse(schema));
    } catch {
      return undefined;
    }
  }
}
