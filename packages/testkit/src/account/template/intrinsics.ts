import { isRecord, type Json } from './document.ts';

/** What intrinsic functions look up. */
export interface Scope {
  /** `Ref` of a parameter, a pseudo parameter or a resource; undefined where there is none. */
  ref(name: string): Json | undefined;
  /** `Fn::GetAtt`; undefined where there is none. */
  attribute(logicalId: string, name: string): Json | undefined;
  /** The definition of a condition. */
  condition(name: string): Json | undefined;
  /** `Fn::ImportValue`. */
  imported(name: string): Json | undefined;
  mapping(map: string, first: string, second: string): Json | undefined;
}

/** `AWS::NoValue`: the property is left out. */
const NOTHING = Symbol('AWS::NoValue');
type Resolved = Json | typeof NOTHING;

/**
 * Resolves the intrinsic functions in a value. Throws with the name of what is not there, and for a function that is not
 * known here.
 */
export function resolve(value: Json, scope: Scope): Json {
  const resolved = resolveAny(value, scope);
  return resolved === NOTHING ? null : resolved;
}

/** True where a condition of the template holds. */
export function holds(condition: Json, scope: Scope): boolean {
  if (typeof condition === 'boolean') return condition;
  const [name, value] = onlyEntry(condition) ?? [];
  const all = (): readonly Json[] => (Array.isArray(value) ? value : []);
  switch (name) {
    case 'Condition': {
      const definition = scope.condition(String(value));
      if (definition === undefined) throw new Error(`there is no condition ${String(value)}`);
      return holds(definition, scope);
    }
    case 'Fn::Equals': {
      const [left, right] = all().map((side) => JSON.stringify(resolve(side, scope)));
      return left === right;
    }
    case 'Fn::And':
      return all().every((each) => holds(each, scope));
    case 'Fn::Or':
      return all().some((each) => holds(each, scope));
    case 'Fn::Not':
      return !holds(all()[0] ?? false, scope);
    default:
      throw new Error(`${JSON.stringify(condition)} is no condition that is known here`);
  }
}

function resolveAny(value: Json, scope: Scope): Resolved {
  if (Array.isArray(value)) {
    return value.map((item: Json) => resolveAny(item, scope)).filter((item): item is Json => item !== NOTHING);
  }
  if (!isRecord(value)) return value;
  const [name, argument] = onlyEntry(value) ?? [];
  if (name !== undefined && argument !== undefined && (name === 'Ref' || name.startsWith('Fn::'))) {
    return intrinsic(name, argument, scope);
  }
  const entries = Object.entries(value).map(([key, each]) => [key, resolveAny(each, scope)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Json] => entry[1] !== NOTHING));
}

function intrinsic(name: string, argument: Json, scope: Scope): Resolved {
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? NOTHING : found(scope.ref(String(argument)), 'Ref', argument);
    case 'Fn::GetAtt': {
      const [id = '', ...rest] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
      return found(scope.attribute(id, rest.join('.')), name, argument);
    }
    case 'Fn::Join': {
      const [separator, items] = list(argument, name);
      return list(resolve(items ?? [], scope), name)
        .map(String)
        .join(String(separator));
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::Select': {
      const [index, items] = list(argument, name);
      const at = Number(resolve(index ?? 0, scope));
      return found(list(resolve(items ?? [], scope), name)[at], name, argument);
    }
    case 'Fn::Split': {
      const [separator, text] = list(argument, name);
      return String(resolve(text ?? '', scope)).split(String(separator));
    }
    case 'Fn::If': {
      const [condition, yes, no] = list(argument, name);
      const branch = holds({ Condition: String(condition) }, scope) ? yes : no;
      return resolveAny(branch ?? null, scope);
    }
    case 'Fn::ImportValue': {
      const exported = String(resolve(argument, scope));
      return found(scope.imported(exported), name, exported);
    }
    case 'Fn::FindInMap': {
      const [map, first, second] = list(resolve(argument, scope), name).map(String);
      return found(scope.mapping(map ?? '', first ?? '', second ?? ''), name, argument);
    }
    default:
      throw new Error(`the intrinsic function ${name} is not known here; its argument is ${JSON.stringify(argument)}`);
  }
}

function substitute(argument: Json, scope: Scope): string {
  const [text, variables = {}]: readonly Json[] = Array.isArray(argument) ? argument : [argument];
  return String(text).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    const own = isRecord(variables) ? variables[name] : undefined;
    if (own !== undefined) return String(resolve(own, scope));
    const at = name.indexOf('.');
    return String(resolve(at < 0 ? { Ref: name } : { 'Fn::GetAtt': [name.slice(0, at), name.slice(at + 1)] }, scope));
  });
}

function found(value: Json | undefined, name: string, argument: Json): Json {
  if (value === undefined) throw new Error(`${name} of ${JSON.stringify(argument)} is not there`);
  return value;
}

function list(value: Json, name: string): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${name} takes a list, not ${JSON.stringify(value)}`);
}

function onlyEntry(value: Json): readonly [string, Json] | undefined {
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value);
  return entries.length === 1 ? entries[0] : undefined;
}
