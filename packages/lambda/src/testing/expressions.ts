/** Attributes of an item, and values of an expression, as DynamoDB's API writes them. */
export type Value = { S?: string; N?: string; SS?: string[]; M?: Record<string, Value> };
export type Item = Record<string, Value>;

/** What a request says beside its expressions. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Item;
}

/** Some of DynamoDB's reserved words (Developer Guide, 2026-11): those that an attribute here could have. */
const RESERVED = new Set(['state', 'status', 'open', 'index', 'batch', 'token', 'name', 'count', 'key', 'time']);

/** An expression that DynamoDB would refuse. */
class ExpressionError extends Error {}

/** Reads the names and values of one request, and says at the end which were never used, as DynamoDB does. */
export class Scope {
  readonly #names: Record<string, string>;
  readonly #values: Item;
  readonly #used = new Set<string>();

  constructor(placeholders: Placeholders) {
    this.#names = placeholders.ExpressionAttributeNames ?? {};
    this.#values = placeholders.ExpressionAttributeValues ?? {};
  }

  name(token: string): string {
    if (!token.startsWith('#')) {
      if (RESERVED.has(token.toLowerCase())) throw new ExpressionError(`${token} is a reserved word`);
      return token;
    }
    const name = this.#names[token];
    if (name === undefined) throw new ExpressionError(`${token} is not defined`);
    this.#used.add(token);
    return name;
  }

  value(token: string): Value {
    const value = this.#values[token];
    if (value === undefined) throw new ExpressionError(`${token} is not defined`);
    this.#used.add(token);
    return value;
  }

  end(): void {
    const unused = [...Object.keys(this.#names), ...Object.keys(this.#values)].filter((token) => !this.#used.has(token));
    if (unused.length > 0) throw new ExpressionError(`unused in expressions: ${unused.join(', ')}`);
  }
}

/** Judges comparisons and `attribute_(not_)exists` joined by AND. */
export function holds(condition: string, item: Item | undefined, scope: Scope): boolean {
  let all = true;
  for (const clause of condition.split(/\s+AND\s+/)) {
    const exists = /^attribute_(not_)?exists\((\S+)\)$/.exec(clause);
    const comparison = /^(\S+) (=|<>|<|>) (\S+)$/.exec(clause);
    if (exists !== null) {
      const isThere = item?.[scope.name(exists[2]!)] !== undefined;
      all = (exists[1] === undefined ? isThere : !isThere) && all;
    } else if (comparison !== null) {
      const left = item?.[scope.name(comparison[1]!)];
      all = compare(left, comparison[2]!, scope.value(comparison[3]!)) && all;
    } else throw new ExpressionError(`not understood: ${clause}`);
  }
  return all;
}

function compare(left: Value | undefined, operator: string, right: Value): boolean {
  if (left === undefined) return operator === '<>';
  const equal = JSON.stringify(left) === JSON.stringify(right);
  if (operator === '=') return equal;
  if (operator === '<>') return !equal;
  const order = Number(left.N) - Number(right.N);
  return operator === '<' ? order < 0 : order > 0;
}

/** The item after `SET a = :a`, `REMOVE a`, `ADD a :set` and `DELETE a :set`. */
export function updated(expression: string, item: Item, scope: Scope): Item {
  const next = { ...item };
  const clauses = expression.split(/\s*\b(SET|REMOVE|ADD|DELETE)\b\s*/).slice(1);
  for (let i = 0; i < clauses.length; i += 2) {
    for (const part of clauses[i + 1]!.split(/,\s*/)) apply(clauses[i]!, part, next, scope);
  }
  return next;
}

function apply(action: string, part: string, item: Item, scope: Scope): void {
  const [target = '', ...rest] = part.trim().split(/\s+/);
  const name = scope.name(target);
  if (action === 'REMOVE') {
    delete item[name];
    return;
  }
  if (action === 'SET') {
    if (rest[0] !== '=' || rest.length !== 2) throw new ExpressionError(`not understood: SET ${part}`);
    item[name] = scope.value(rest[1]!);
    return;
  }
  const change = scope.value(rest[0]!).SS;
  if (change === undefined) throw new ExpressionError(`${action} of something else than a set of strings`);
  const before = new Set(item[name]?.SS ?? []);
  for (const member of change) action === 'ADD' ? before.add(member) : before.delete(member);
  // an empty set does not exist
  if (before.size === 0) delete item[name];
  else item[name] = { SS: [...before] };
}
