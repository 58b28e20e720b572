import type { ChatTool, UnsupportedSink } from './chat.ts';
import type { JsonFields, JsonObject, JsonValue } from './json.ts';
import { changed } from './unsupported.ts';

/** Objects and lists that are written at most, so that definitions that hold one another cannot grow without end. */
const MOST_NODES = 10_000;
/** Its place is taken by what it leads to. */
const DEFINITIONS = ['$defs', 'definitions'];
/** They say nothing of the values. */
const SILENT = [...DEFINITIONS, '$schema', '$id', 'title'];

/**
 * The parameters of a tool as Nova takes them: `type`, `properties` and `required` at the top and no more, anything else is refused
 * (Amazon Nova User Guide, Troubleshooting tool calls, 2026-11). References are written out, since definitions cannot stay; what
 * refers to itself may be anything. What is lost is reported.
 */
export function novaToolSchema({ at, parameters }: ChatTool, sink: UnsupportedSink): JsonObject {
  const inlined = inline(parameters);
  const { type: _, properties, required, ...more } = inlined;
  const lost = Object.keys(more).filter((name) => !SILENT.includes(name));
  if (lost.length > 0) {
    const path = at === 'response_format' ? at : `${at}.function.parameters`;
    const message = `the top of the schema is told without ${lost.join(', ')}: Nova takes type, properties and required there`;
    changed(sink, 'tool_schema_changed', path, message);
  }
  const schema: JsonFields = { type: 'object', properties: isObject(properties) ? properties : {} };
  if (Array.isArray(required) && required.length > 0) schema['required'] = required;
  return schema;
}

/** The schema with what its references lead to in their place. */
function inline(schema: JsonObject): JsonObject {
  let nodes = 0;
  const written = (value: JsonValue, open: readonly string[]): JsonValue => {
    if (typeof value !== 'object' || value === null) return value;
    nodes += 1;
    if (Array.isArray(value)) return value.map((each: JsonValue) => written(each, open));
    const object = value as JsonObject;
    const ref = object['$ref'];
    if (typeof ref !== 'string') {
      return Object.fromEntries(Object.entries(object).map(([name, each]) => [name, written(each, open)]));
    }
    const target = open.includes(ref) || nodes > MOST_NODES ? undefined : targetOf(schema, ref);
    const { $ref: _, ...beside } = object;
    const found = target === undefined ? {} : written(target, [...open, ref]);
    return { ...(isObject(found) ? found : {}), ...(written(beside, open) as JsonObject) };
  };
  const { $defs: _, definitions: __, ...rest } = schema;
  return written(rest, ['#']) as JsonObject;
}

/** What a reference within a schema leads to (RFC 6901); undefined for all others. */
function targetOf(schema: JsonObject, ref: string): JsonValue | undefined {
  if (!ref.startsWith('#/')) return undefined;
  let here: JsonValue | undefined = schema;
  for (const step of ref.slice(2).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as JsonObject)[name];
  }
  return here;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
