import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord, type Json, parseTemplate, type Template } from './document.ts';

/** A stack of a cloud assembly. */
export interface Stack {
  readonly name: string;
  readonly template: Template;
  /** The folder or file of an asset, by the key that it is published under. */
  asset(key: string): string | undefined;
}

/**
 * Reads a stack of a synthesised app: its template, with the parameters that are given, and its assets. Throws with the names of
 * the stacks that are there.
 */
export function readStack(assemblyFolder: string, stackName: string, parameters: Readonly<Record<string, string>> = {}): Stack {
  const stacks = stacksOf(assemblyFolder);
  const stack = stacks.find((each) => each.name === stackName);
  if (stack === undefined) {
    throw new Error(
      `there is no stack ${stackName} in ${assemblyFolder}; there are ${stacks.map(({ name }) => name).join(', ')}`,
    );
  }
  const assets = assetsOf(stack.folder);
  const template = parseTemplate(readFileSync(join(stack.folder, stack.templateFile), 'utf8'), parameters);
  return { name: stackName, template, asset: (key) => assets.get(key) };
}

interface StackPlace {
  readonly name: string;
  readonly folder: string;
  readonly templateFile: string;
}

/** The stacks of an assembly and of the assemblies of its stages. */
function stacksOf(folder: string): readonly StackPlace[] {
  const manifest = readJson(join(folder, 'manifest.json'));
  const artifacts = isRecord(manifest) && isRecord(manifest['artifacts']) ? manifest['artifacts'] : {};
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    if (!isRecord(artifact) || !isRecord(artifact['properties'])) return [];
    const { templateFile, stackName, directoryName } = artifact['properties'];
    if (artifact['type'] === 'cdk:cloud-assembly') return stacksOf(join(folder, String(directoryName)));
    if (artifact['type'] !== 'aws:cloudformation:stack') return [];
    return [{ name: typeof stackName === 'string' ? stackName : id, folder, templateFile: String(templateFile) }];
  });
}

function assetsOf(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.assets.json'))) {
    const manifest = readJson(join(folder, name));
    const files = isRecord(manifest) && isRecord(manifest['files']) ? manifest['files'] : {};
    for (const file of Object.values(files)) {
      if (!isRecord(file) || !isRecord(file['source']) || !isRecord(file['destinations'])) continue;
      const path = join(folder, String(file['source']['path']));
      for (const destination of Object.values(file['destinations'])) {
        if (isRecord(destination) && existsSync(path)) found.set(String(destination['objectKey']), path);
      }
    }
  }
  return found;
}

function readJson(path: string): Json {
  return JSON.parse(readFileSync(path, 'utf8')) as Json;
}
