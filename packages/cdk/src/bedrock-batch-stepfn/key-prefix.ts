import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** What Bedrock's S3Uri (API reference, 2026-11) leaves beside the shortest name of a bucket. */
const mostCharacters = 1024 - 's3://abc/'.length;

/**
 * A prefix in a bucket as Bedrock takes it. Throws when its S3 URIs could not name what lies there, or when a policy would take
 * it for a pattern. A value that is known only when the app is synthesised is looked at then; one that is known only at
 * deployment cannot be.
 */
export function keyPrefix(scope: Construct, name: string, prefix: string): string {
  if (Token.isUnresolved(prefix)) {
    scope.node.addValidation({ validate: () => faultsOfLatePrefix(name, Stack.of(scope).resolve(prefix)) });
    return prefix;
  }
  const fault = faultOf(name, prefix);
  if (fault !== undefined) throw new Error(fault);
  return prefix;
}

function faultOf(name: string, prefix: string): string | undefined {
  if (prefix.length > mostCharacters) {
    return (
      `${name} is '${prefix.slice(0, 20)}…', ${prefix.length} characters; an S3 URI of Bedrock has at most 1024 with the bucket ` +
      `before it, and so a prefix at most ${mostCharacters}; name a shorter folder`
    );
  }
  if (prefix.includes('*')) {
    return (
      `${name} is '${prefix}'; a '*' would be a wildcard in the policy of the role, and let Bedrock into other folders; ` +
      'name the folder without it'
    );
  }
  // the characters of Bedrock's S3Uri (API reference, 2026-11), but for `*`
  if (/^([-!_'().a-z0-9A-Z]+\/)*$/.test(prefix) && !/(^|\/)\.{1,2}\//.test(prefix)) return undefined;
  return (
    `${name} is '${prefix}'; Bedrock takes folders of letters, digits and ! - _ . ' ( ), each with one slash after it and ` +
    "none called '.' or '..', such as 'output/' or 'team-a/output/'"
  );
}

/** What is wrong with a prefix that was a token when the fragment was made. */
function faultsOfLatePrefix(name: string, prefix: unknown): string[] {
  if (typeof prefix !== 'string') return [];
  const quote = prefix.includes("'")
    ? `${name} is '${prefix}', given as a token; its quote would end the text of the definition; give it as plain text`
    : undefined;
  return [faultOf(name, prefix) ?? quote].filter((fault) => fault !== undefined);
}
