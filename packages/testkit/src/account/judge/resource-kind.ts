import type { PolicyDocument, PolicyStatement } from './policy.ts';

/** Objects and jobs: there are as many of them as a run has parts, and all below one head are of one type. */
const MANY = /^(arn:[^:]*:s3:::[^/]+\/|arn:[^:]*:bedrock:[^:]*:[^:]*:model-invocation-job\/)./;

/** Tells resources apart as far as some policies do. */
export type ResourceKinds = (resource: string, documents: readonly PolicyDocument[]) => string;

/**
 * What policies make of a resource: two for which this is the same match the same patterns of every statement, so the same is
 * allowed on them. A pattern with a variable depends on who asks, and keeps each resource a kind of its own.
 */
export function createResourceKinds(): ResourceKinds {
  const patternsOf = new WeakMap<PolicyDocument, readonly string[]>();
  const compiled = new Map<string, RegExp>();
  const known = (document: PolicyDocument): readonly string[] => {
    const patterns = patternsOf.get(document) ?? document.Statement.flatMap(resourcesOf);
    patternsOf.set(document, patterns);
    return patterns;
  };
  const matches = (pattern: string, resource: string): boolean => {
    const regex = compiled.get(pattern) ?? wildcards(pattern);
    compiled.set(pattern, regex);
    return regex.test(resource);
  };
  return (resource, documents) => {
    const head = MANY.exec(resource)?.[1];
    if (head === undefined) return resource;
    const patterns = documents.flatMap(known);
    if (patterns.some((pattern) => pattern.includes('${'))) return resource;
    return `${head}* ${patterns.map((pattern) => (matches(pattern, resource) ? '1' : '0')).join('')}`;
  };
}

function resourcesOf({ Resource = [], NotResource = [] }: PolicyStatement): readonly string[] {
  return [Resource, NotResource].flat().map(String);
}

/** `*` stands for any characters, `?` for one (IAM User Guide, "IAM JSON policy elements: Resource", 2026-11). */
function wildcards(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`, 'u');
}
