import type { JsonObject, JsonValue } from '../model/index.ts';
import { type Findings, type Given, isAbsent, isObject, isTooDeep } from './findings.ts';

/**
 * The arguments of a call that the assistant made, as the object that every model wants: none or an empty text are `{}`; a text
 * that is no JSON object, as a model may have written it, is `{"rawInvalidInput": text}`, and said. Undefined beside a problem.
 */
export function readArguments(given: Given, path: string, findings: Findings): JsonObject | undefined {
  if (isAbsent(given) || given === '') return {};
  const value = typeof given === 'string' ? parsed(given) : given;
  if (isTooDeep(value)) {
    findings.problem('too_deep', path, `${path} is nested deeper than 100 levels`);
    return undefined;
  }
  if (isObject(value)) return value as JsonObject;
  findings.changed('arguments_wrapped', path, 'arguments that are no JSON object are told as {"rawInvalidInput": …}');
  return { rawInvalidInput: given };
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
