import { isRecord, type Json } from '../template/index.ts';

/** The resolved properties of a resource. */
export type Properties = Readonly<Record<string, Json>>;

/** A text; undefined where it is absent. Numbers become text, as CloudFormation takes either. */
export function textOf(value: Json | undefined): string | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}

/** A text that has to be there. Throws with the name of the property. */
export function requiredText(properties: Properties, name: string): string {
  const text = textOf(properties[name]);
  if (text === undefined) throw new Error(`"${name}" is ${JSON.stringify(properties[name])}; a text is needed`);
  return text;
}

/** A number; undefined where it is absent. */
export function numberOf(value: Json | undefined): number | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : Number(text);
}

/** An object; empty where it is absent. */
export function recordOf(value: Json | undefined): Properties {
  return isRecord(value) ? value : {};
}

/** A list of objects; empty where it is absent. */
export function recordsOf(value: Json | undefined): readonly Properties[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** A list of texts; empty where it is absent. */
export function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Throws where a property is given that would be left without effect here. */
export function refuse(properties: Properties, ...names: readonly string[]): void {
  const given = names.find((name) => properties[name] !== undefined);
  if (given !== undefined) throw new Error(`"${given}" is not carried out here`);
}
