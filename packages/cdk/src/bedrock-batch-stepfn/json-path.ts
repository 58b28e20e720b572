import { aws_stepfunctions as sfn, Token } from 'aws-cdk-lib';

/** The path of the fragment's input. Throws when it is no path, or one that leaves no manifests to work on. */
export function inputPathOf(path: string | undefined): string | undefined {
  if (path === sfn.JsonPath.DISCARD) {
    throw new Error('inputPath is JsonPath.DISCARD, so that no manifest could be found; leave inputPath out, or give a path');
  }
  return pathOf('inputPath', path);
}

/** The path of the fragment's result, which may be `JsonPath.DISCARD`. Throws when it is no path. */
export function resultPathOf(path: string | undefined): string | undefined {
  return pathOf('resultPath', path);
}

function pathOf(name: string, path: string | undefined): string | undefined {
  if (path === undefined || Token.isUnresolved(path) || path.startsWith('$')) return path;
  throw new Error(`${name} is '${path}', which is no JSONPath; give one that begins with '$', such as '$.batch'`);
}
