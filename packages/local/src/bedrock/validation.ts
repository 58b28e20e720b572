import { AwsError } from './service-error.ts';

/** What a value must satisfy. Lengths count UTF-16 units; patterns must match the whole value. */
export interface Constraint {
  readonly pattern?: RegExp;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly oneOf?: readonly string[];
}

/** Collects what is wrong with a request, to refuse it once and with everything named, as the service does. */
export interface Validation {
  /** A required string; empty when it is absent or wrong, which is then reported by `finish`. */
  string(value: unknown, at: string, constraint: Constraint): string;
  /** The same, absent allowed. */
  optionalString(value: unknown, at: string, constraint: Constraint): string | undefined;
  optionalInteger(value: unknown, at: string, least: number, most: number): number | undefined;
  /** A required structure; empty when it is absent or wrong. */
  structure(value: unknown, at: string): Readonly<Record<string, unknown>>;
  /** A list within its bounds; empty when it is absent or wrong. */
  list(value: unknown, at: string, least: number, most: number): readonly unknown[];
  problem(value: unknown, at: string, constraint: string): void;
  /** Throws a `ValidationException` when there was any problem. */
  finish(): void;
}

/** A new, empty collection of problems. */
export function createValidation(): Validation {
  const problems: string[] = [];
  const problem = (value: unknown, at: string, constraint: string): void => {
    problems.push(`Value ${quoted(value)} at '${at}' failed to satisfy constraint: ${constraint}`);
  };
  const checked = (value: unknown, at: string, constraint: Constraint): string => {
    if (typeof value !== 'string') {
      problem(value, at, 'Member must be a string');
      return '';
    }
    for (const broken of brokenBy(value, constraint)) problem(value, at, broken);
    return value;
  };
  return {
    problem,
    string(value, at, constraint) {
      if (value !== undefined && value !== null) return checked(value, at, constraint);
      problem(null, at, 'Member must not be null');
      return '';
    },
    optionalString: (value, at, constraint) =>
      value === undefined || value === null ? undefined : checked(value, at, constraint),
    optionalInteger(value, at, least, most) {
      if (value === undefined || value === null) return undefined;
      if (typeof value !== 'number' || !Number.isInteger(value)) {
        problem(value, at, 'Member must be an integer');
        return undefined;
      }
      if (value < least) problem(value, at, `Member must have value greater than or equal to ${least}`);
      if (value > most) problem(value, at, `Member must have value less than or equal to ${most}`);
      return value;
    },
    structure(value, at) {
      if (isStructure(value)) return value;
      problem(
        value ?? null,
        at,
        value === undefined || value === null ? 'Member must not be null' : 'Member must be a structure',
      );
      return {};
    },
    list(value, at, least, most) {
      if (value === undefined || value === null) return [];
      if (!Array.isArray(value)) {
        problem(value, at, 'Member must be a list');
        return [];
      }
      if (value.length < least) problem(value, at, `Member must have length greater than or equal to ${least}`);
      if (value.length > most) problem(value, at, `Member must have length less than or equal to ${most}`);
      return value;
    },
    finish() {
      if (problems.length === 0) return;
      const noun = problems.length === 1 ? 'validation error' : 'validation errors';
      throw new AwsError('ValidationException', `${problems.length} ${noun} detected: ${problems.join('; ')}`);
    },
  };
}

/** True for a JSON object. */
export function isStructure(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function brokenBy(value: string, { pattern, minLength, maxLength, oneOf }: Constraint): string[] {
  const broken: string[] = [];
  if (oneOf !== undefined && !oneOf.includes(value)) broken.push(`Member must satisfy enum value set: [${oneOf.join(', ')}]`);
  if (minLength !== undefined && value.length < minLength) {
    broken.push(`Member must have length greater than or equal to ${minLength}`);
  }
  if (maxLength !== undefined && value.length > maxLength)
    broken.push(`Member must have length less than or equal to ${maxLength}`);
  if (pattern !== undefined && !matchesWhole(pattern, value)) {
    broken.push(`Member must satisfy regular expression pattern: ${pattern.source}`);
  }
  return broken;
}

function matchesWhole(pattern: RegExp, value: string): boolean {
  return new RegExp(`^(?:${pattern.source})$`).test(value);
}

function quoted(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `'${text.length > 200 ? `${text.slice(0, 200)}…` : text}'`;
}
