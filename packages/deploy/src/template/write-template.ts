import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackRequest } from '../stack/request.ts';
import { stackNameOf, synthesise } from '../stack/synthesise.ts';
import { ASSET_PARAMETERS, DEFAULT_ASSET_PREFIX, type PortableAsset, PortableSynthesizer } from './portable-synthesizer.ts';
import { readMeText, uploadScript } from './texts.ts';
import { entriesOf, zipOf } from './zip.ts';

/** A template that was written, with what it needs. */
export interface WrittenTemplate {
  /** The folder that it was written into. */
  readonly folder: string;
  /** Paths below it: the template, its assets, what uploads them, and a text. */
  readonly files: readonly string[];
  /** The name of the stack that the texts suggest. */
  readonly stackName: string;
  /** Parameters of the template, by what they say. */
  readonly parameters: typeof ASSET_PARAMETERS;
  readonly defaultPrefix: string;
}

/** Names that a template is written under. */
const TEMPLATE = 'template.json';
const UPLOAD = 'upload.sh';
const READ_ME = 'README.txt';

/**
 * Writes the CloudFormation template of a stack into an existing folder, with the code of its functions, a script that uploads
 * both, and a text that says the same in words. Needs no account, no Docker and no network; what is there under the same names
 * is replaced.
 */
export async function writeTemplate(request: StackRequest, folder: string): Promise<WrittenTemplate> {
  const synthesizer = new PortableSynthesizer();
  const assembly = await synthesise(request, { synthesizer });
  try {
    const stackName = stackNameOf(request);
    const template = JSON.parse(readFileSync(join(assembly.folder, `${assembly.stackName}.template.json`), 'utf8')) as object;
    const files = new Map<string, Uint8Array | string>([[TEMPLATE, `${JSON.stringify(template, undefined, 1)}\n`]]);
    for (const asset of synthesizer.assets) files.set(`assets/${asset.name}`, bytesOf(assembly.folder, asset));
    const names = { kind: request.kind, stackName, tags: request.tags ?? {} };
    files.set(UPLOAD, uploadScript(names));
    files.set(READ_ME, readMeText(names, [...files.keys()]));
    mkdirSync(join(folder, 'assets'), { recursive: true });
    for (const [name, content] of files) writeFileSync(join(folder, name), content);
    chmodSync(join(folder, UPLOAD), 0o755);
    return { folder, files: [...files.keys()], stackName, parameters: ASSET_PARAMETERS, defaultPrefix: DEFAULT_ASSET_PREFIX };
  } finally {
    assembly.dispose();
  }
}

function bytesOf(assemblyFolder: string, { source, isFolder }: PortableAsset): Uint8Array {
  const place = join(assemblyFolder, source);
  return isFolder ? zipOf(entriesOf(place)) : readFileSync(place);
}
