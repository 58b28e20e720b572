import type { JsonObject, JsonValue } from '@batchrock/core';

/** What an answer has to be, as a body says it in any of its ways. */
export interface AskedFormat {
  readonly schema: JsonObject;
  /** The tool that the model has to call: its input is by the schema. */
  readonly tool?: string;
}

/** The schema that a body asks for by a field or by a tool that has to be called; undefined for neither. */
export function askedFormat(body: JsonObject): AskedFormat | undefined {
  return forcedTool(body) ?? field(body);
}

function field(body: JsonObject): AskedFormat | undefined {
  const converse = at(body, 'outputConfig', 'textFormat', 'structure', 'jsonSchema', 'schema');
  const asked =
    at(body, 'output_config', 'format', 'schema') ??
    at(body, 'response_format', 'json_schema', 'schema') ??
    (typeof converse === 'string' ? parsed(converse) : undefined);
  return isObject(asked) ? { schema: asked } : undefined;
}

function forcedTool(body: JsonObject): AskedFormat | undefined {
  const name =
    at(body, 'toolConfig', 'toolChoice', 'tool', 'name') ??
    at(body, 'tool_choice', 'function', 'name') ??
    (at(body, 'tool_choice', 'type') === 'tool' ? at(body, 'tool_choice', 'name') : undefined);
  if (typeof name !== 'string') return undefined;
  const tools = body['tools'] ?? at(body, 'toolConfig', 'tools');
  for (const tool of Array.isArray(tools) ? tools : []) {
    const own = at(tool, 'toolSpec') ?? at(tool, 'function') ?? tool;
    if (at(own, 'name') !== name) continue;
    const schema = at(own, 'inputSchema', 'json') ?? at(own, 'input_schema') ?? at(own, 'parameters');
    return { schema: isObject(schema) ? schema : {}, tool: name };
  }
  return undefined;
}

/** As people and programs ask for it in words: the schema on a line of its own. */
const IN_WORDS = /json schema:\s*\n(\{.*)/i;

/** The schema that stands in instructions; undefined for none. */
export function schemaInWords(text: string): JsonObject | undefined {
  const [, line = ''] = text.match(IN_WORDS) ?? [];
  const end = line.lastIndexOf('}');
  const value = end < 0 ? undefined : parsed(line.slice(0, end + 1));
  return isObject(value) ? value : undefined;
}

function at(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let found = value;
  for (const key of path) found = isObject(found) ? found[key] : undefined;
  return found;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
