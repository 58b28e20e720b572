import type { JsonObject, JsonValue } from '@batchrock/core';

export type Json = JsonValue | undefined;

/** The object that it is, or an empty one. */
export function objectOf(value: Json): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The list that it is, or an empty one. */
export function listOf(value: Json): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** The text that it is, or an empty one. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : '';
}

/** Along names and indices; undefined where the way ends. */
export function at(value: Json, ...path: readonly (string | number)[]): Json {
  let here = value;
  for (const step of path) here = typeof step === 'number' ? listOf(here)[step] : objectOf(here)[step];
  return here;
}

/** True where both are the same JSON, in whatever order their keys stand. */
export function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((each: JsonValue) => sorted(each) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, sorted(each as JsonValue)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) as JsonObject;
}
