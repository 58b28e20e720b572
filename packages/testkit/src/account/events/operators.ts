/** The comparison operators of patterns (EventBridge User Guide, "Comparison operators", 2026-11), one function each. */
type Operator = (wanted: unknown, value: unknown) => boolean;

const text = (test: (value: string, wanted: string) => boolean): Operator => {
  return (wanted, value) => typeof value === 'string' && listOf(wanted).some((one) => test(value, String(one)));
};
const ignoringCase = text((value, wanted) => value.toLowerCase() === wanted.toLowerCase());
const matchesWildcard = text((value, wanted) => wildcardOf(wanted).test(value));

/** `{"prefix": "a"}` and `{"prefix": {"equals-ignore-case": "a"}}`; inside `anything-but` also a list. */
const atAnEnd = (has: (value: string, end: string) => boolean): Operator => {
  const exact = text(has);
  const folded = text((value, wanted) => has(value.toLowerCase(), wanted.toLowerCase()));
  return (wanted, value) => (isObject(wanted) ? folded(wanted['equals-ignore-case'], value) : exact(wanted, value));
};

const OPERATORS: Readonly<Record<string, Operator>> = {
  prefix: atAnEnd((value, start) => value.startsWith(start)),
  suffix: atAnEnd((value, end) => value.endsWith(end)),
  'equals-ignore-case': ignoringCase,
  wildcard: matchesWildcard,
  // whoever asks has found a value
  exists: (wanted) => wanted === true,
  numeric: (wanted, value) => typeof value === 'number' && inRange(wanted as readonly unknown[], value),
  cidr: (wanted, value) => typeof value === 'string' && inBlock(String(wanted), value),
  'anything-but': (wanted, value) => !isExcluded(wanted, value),
};

/** The operators that `anything-but` takes in place of values. */
export const NEGATABLE: ReadonlySet<string> = new Set(['prefix', 'suffix', 'equals-ignore-case', 'wildcard']);

/** Every operator by name. */
export const OPERATOR_NAMES: readonly string[] = Object.keys(OPERATORS);

/** True for what a pattern says in place of a value: an object of one operator. */
export function isOperator(one: unknown): one is Readonly<Record<string, unknown>> {
  return isObject(one);
}

/** True when a value (no list, no object) is what the operator asks for. */
export function matchesOperator(operator: Readonly<Record<string, unknown>>, value: unknown): boolean {
  const [[name, wanted] = ['', undefined]] = Object.entries(operator);
  return OPERATORS[name]?.(wanted, value) ?? false;
}

function isExcluded(wanted: unknown, value: unknown): boolean {
  if (!isObject(wanted)) return listOf(wanted).includes(value);
  const [[name, argument] = ['', undefined]] = Object.entries(wanted);
  return OPERATORS[name]?.(argument, value) ?? false;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** `["<", 10]` and `[">=", 0, "<", 10]`. */
function inRange(range: readonly unknown[], value: number): boolean {
  for (let i = 0; i < range.length; i += 2) if (!compares(String(range[i]), value, Number(range[i + 1]))) return false;
  return true;
}

function compares(sign: string, value: number, bound: number): boolean {
  if (sign === '=') return value === bound;
  if (sign === '<') return value < bound;
  if (sign === '<=') return value <= bound;
  return sign === '>' ? value > bound : value >= bound;
}

/** `*` stands for any characters, `\*` and `\\` for themselves. */
function wildcardOf(pattern: string): RegExp {
  const source = pattern.replace(/\\([*\\])|\*|[^*\\]+|\\/g, (piece: string, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\${escaped}`;
    return piece === '*' ? '.*' : piece.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}

function inBlock(block: string, address: string): boolean {
  const [network = '', bits = ''] = block.split('/');
  const [wanted, given] = [numberOf(network), numberOf(address)];
  if (wanted === undefined || given === undefined || wanted.width !== given.width) return false;
  const rest = BigInt(wanted.width - Number(bits));
  return wanted.value >> rest === given.value >> rest;
}

function numberOf(address: string): { readonly value: bigint; readonly width: number } | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const bytes = address.split('.').map(Number);
    if (bytes.some((byte) => byte > 255)) return undefined;
    return { value: bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n), width: 32 };
  }
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(':')) return undefined;
  const [left = '', right] = address.split('::');
  const groups = (half: string | undefined): string[] => (half === undefined || half === '' ? [] : half.split(':'));
  const [before, after] = [groups(left), groups(right)];
  const missing = 8 - before.length - after.length;
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...before, ...Array<string>(Math.max(0, missing)).fill('0'), ...after];
  return { value: all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n), width: 128 };
}
