import { isRecord, type JsonRecord } from './pattern.ts';
import type { Rule, RuleTarget } from './rule.ts';

/**
 * What a target is given for an event: a constant, a part of the event, a template with parts of it, or all of it. A text as
 * JSON. Throws when a template gives no JSON (EventBridge User Guide, "Input transformation", 2026-11).
 */
export function inputOf(target: RuleTarget, event: JsonRecord, rule: Rule, ingested: number): string {
  if (target.input !== undefined) return target.input;
  if (target.inputPath !== undefined) return JSON.stringify(valueAt(event, target.inputPath) ?? null);
  if (target.inputTransformer === undefined) return JSON.stringify(event);
  const { inputPathsMap = {}, inputTemplate } = target.inputTransformer;
  const values = new Map<string, unknown>(Object.entries(inputPathsMap).map(([name, path]) => [name, valueAt(event, path)]));
  values.set('aws.events.rule-arn', rule.arn);
  values.set('aws.events.rule-name', rule.name);
  values.set('aws.events.event.ingestion-time', new Date(ingested).toISOString());
  values.set('aws.events.event.json', event);
  const { detail: _, ...envelope } = event;
  values.set('aws.events.event', envelope);
  const filled = fill(inputTemplate, values);
  JSON.parse(filled);
  return filled;
}

/** Puts values in the place of `<name>`: as JSON where the template has no quotes around, as text inside quotes. */
function fill(template: string, values: ReadonlyMap<string, unknown>): string {
  let isQuoted = false;
  return template.replace(/\\.|"|<([A-Za-z0-9_.-]+)>/g, (piece: string, name: string | undefined) => {
    if (piece === '"') isQuoted = !isQuoted;
    if (name === undefined || !values.has(name)) return piece;
    const value = values.get(name);
    if (!isQuoted) return JSON.stringify(value) ?? 'null';
    if (value === undefined) return '';
    return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1);
  });
}

/** `$`, `$.detail.status`, `$.resources[0]`, `$.detail['a-b']`. Undefined where there is nothing. */
function valueAt(event: JsonRecord, path: string): unknown {
  let value: unknown = event;
  for (const [, name, quoted, index] of path.matchAll(/\.([^.[\]]+)|\['([^']+)'\]|\[(\d+)\]/g)) {
    if (index !== undefined) value = Array.isArray(value) ? value[Number(index)] : undefined;
    else value = isRecord(value) ? value[name ?? quoted ?? ''] : undefined;
  }
  return value;
}
