/** Whether a value has a method, as the constructs of the CDK have theirs. */
export function has(value: unknown, method: string): boolean {
  return typeof (value as Record<string, unknown> | null | undefined)?.[method] === 'function';
}

/** Throws where a value is given that is none of an enumeration. */
export function oneOf(name: string, value: unknown, values: Readonly<Record<string, string>>): void {
  const allowed = Object.values(values);
  if (value === undefined || allowed.some((one) => one === value)) return;
  refuse(name, value, `one of ${allowed.map((one) => `'${one}'`).join(', ')}`);
}

/** Throws: a prop is what it may not be. `wanted` says what may be given. */
export function refuse(name: string, value: unknown, wanted: string): never {
  refuseText(name, said(value), wanted);
}

/** The same, where the value is said in words. */
export function refuseText(name: string, value: string, wanted: string): never {
  throw new Error(`${name} is ${value}; give ${wanted}`);
}

function said(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(said).join(', ')}]`;
  return typeof value === 'object' && value !== null ? `a ${value.constructor?.name ?? 'object'}` : String(value);
}
