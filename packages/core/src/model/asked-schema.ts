import { ANSWER_TOOL, SCHEMA_FOLLOWS } from './answer-format.ts';
import type { JsonObject } from './json.ts';
import { property } from './reading.ts';

/**
 * The JSON schema that a body asks for, in any of the ways in which families write it: a field, the tool that stands for it, or the end
 * of the instructions. Undefined for none. For the request that an output line repeats.
 */
export function askedSchema(body: unknown): JsonObject | undefined {
  return fieldSchema(body) ?? toolSchema(body) ?? instructedSchema(body);
}

function fieldSchema(body: unknown): JsonObject | undefined {
  const converse = within(body, 'outputConfig', 'textFormat', 'structure', 'jsonSchema', 'schema');
  return objectOf(
    within(body, 'output_config', 'format', 'schema') ??
      within(body, 'response_format', 'json_schema', 'schema') ??
      (typeof converse === 'string' ? parsed(converse) : undefined),
  );
}

function toolSchema(body: unknown): JsonObject | undefined {
  for (const tool of [...list(property(body, 'tools')), ...list(within(body, 'toolConfig', 'tools'))]) {
    const own = property(tool, 'toolSpec') ?? property(tool, 'function') ?? tool;
    if (property(own, 'name') !== ANSWER_TOOL) continue;
    return objectOf(within(own, 'inputSchema', 'json') ?? property(own, 'input_schema') ?? property(own, 'parameters'));
  }
  return undefined;
}

function instructedSchema(body: unknown): JsonObject | undefined {
  const messages = list(property(body, 'messages')).filter((message) => property(message, 'role') === 'system');
  const places = [property(body, 'system'), ...messages.map((message) => property(message, 'content')), property(body, 'prompt')];
  for (const text of places.flatMap(textsOf).reverse()) {
    const at = text.lastIndexOf(SCHEMA_FOLLOWS);
    if (at < 0) continue;
    const [line = ''] = text.slice(at + SCHEMA_FOLLOWS.length).split('\n', 1);
    return objectOf(parsed(line.slice(0, line.lastIndexOf('}') + 1)));
  }
  return undefined;
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return list(value).flatMap((block) => {
    const text = property(block, 'text');
    return typeof text === 'string' ? [text] : [];
  });
}

function within(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce(property, value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}
