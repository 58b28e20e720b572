import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BatchOrchestrator, BatchOrchestratorStack } from '../batch-orchestrator';
import { BatchQueueStack } from '../batch-queue';
import { bundleFamilies } from './bundle-family';

const EXAMPLE = join(__dirname, '../../../../examples/families/in-house.js');
const SHA256 = createHash('sha256').update(readFileSync(EXAMPLE)).digest('hex');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdk-families-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file below the folder of the test. */
function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const withName = (name: string, more = '') =>
  `${more}export default { name: '${name}', request: ({ text }) => ({ text }), answer: (output) => ({ text: output.text }) };\n`;

interface Synthesised {
  // biome-ignore lint/suspicious/noExplicitAny: a template is read by its paths, and what is not there fails the test
  readonly template: any;
  /** The code of a function, by what its logical id has in it. */
  codeOf(id: string): string;
  environmentOf(id: string): Record<string, string>;
}

function synthesised(build: (app: App) => Stack): Synthesised {
  const app = new App({ outdir: mkdtempSync(join(folder, 'assembly-')), analyticsReporting: false });
  const stack = build(app);
  const { directory } = app.synth();
  const template = JSON.parse(readFileSync(join(directory, `${stack.stackName}.template.json`), 'utf8'));
  const { files } = JSON.parse(readFileSync(join(directory, `${stack.stackName}.assets.json`), 'utf8'));
  const functionOf = (id: string) => {
    const wanted = new RegExp(`Functions${id}[0-9A-F]{8}$`);
    const found = Object.keys(template.Resources).find((each) => wanted.test(each)) ?? '';
    return template.Resources[found].Properties;
  };
  return {
    template,
    codeOf: (id) => join(directory, files[functionOf(id).Code.S3Key.replace('.zip', '')].source.path),
    environmentOf: (id) => functionOf(id).Environment.Variables,
  };
}

const handlers = {
  orchestrator: {
    Prepare: 'prepare-run',
    Follow: 'follow-run',
    Kick: 'kick-job',
    Collect: 'collect-part',
    Sweep: 'sweep-runs',
    Export: 'export-results',
  },
  queue: {
    Take: 'take-file',
    Kick: 'kick-job',
    Collect: 'collect-part',
    Finish: 'finish-file',
    Change: 'change-file',
    Sweep: 'sweep-runs',
  },
};

/** The code of a function finds how to speak to the model of a run. */
function speaks(handler: string): boolean {
  return readFileSync(join(__dirname, '../../handlers', handler, 'index.mjs'), 'utf8').includes('families.of(');
}

describe('a stack with a family', () => {
  it.each([
    ['orchestrator', (app: App) => new BatchOrchestratorStack(app, 'S', { families: [EXAMPLE] })],
    ['queue', (app: App) => new BatchQueueStack(app, 'S', { families: [EXAMPLE] })],
  ] as const)('%s has it beside the code of each function that speaks to models, and of no other', (kind, build) => {
    const { codeOf, environmentOf, template } = synthesised(build);
    for (const [id, handler] of Object.entries(handlers[kind])) {
      const files = readdirSync(codeOf(id), { recursive: true, encoding: 'utf8' }).sort();
      if (!speaks(handler)) {
        expect([handler, files, environmentOf(id)['FAMILIES']]).toEqual([handler, ['index.mjs'], undefined]);
        continue;
      }
      const list = environmentOf(id)['FAMILIES'] ?? '';
      expect([handler, files]).toEqual([handler, ['families', list, 'families/in-house.mjs', 'index.mjs']]);
      expect(JSON.parse(readFileSync(join(codeOf(id), list), 'utf8'))).toEqual([
        { name: 'in-house', sha256: SHA256, path: 'in-house.js', file: 'in-house.mjs' },
      ]);
    }
    expect(template.Outputs.families.Value).toBe(`in-house:${SHA256}`);
  });

  it.each([
    ['orchestrator', (app: App, families?: string[]) => new BatchOrchestratorStack(app, 'S', families && { families })],
    ['queue', (app: App, families?: string[]) => new BatchQueueStack(app, 'S', families && { families })],
  ] as const)('%s differs from one without it by code and environment of those functions alone', (_, build) => {
    const without = synthesised((app) => build(app)).template;
    expect(synthesised((app) => build(app, [])).template).toEqual(without);
    const { template } = synthesised((app) => build(app, [EXAMPLE]));
    delete template.Outputs.families;
    for (const [id, { Properties, Type }] of Object.entries<typeof template>(template.Resources)) {
      if (Type !== 'AWS::Lambda::Function' || Properties.Environment.Variables.FAMILIES === undefined) continue;
      delete Properties.Environment.Variables.FAMILIES;
      Properties.Code = without.Resources[id].Properties.Code;
    }
    expect(template).toEqual(without);
  });

  it('makes the same assets again, others of a family that differs, and both in one app', () => {
    const build = (families: string[]) => (app: App) => new BatchOrchestratorStack(app, 'S', { families });
    const key = ({ template }: Synthesised) =>
      JSON.stringify(template.Resources, ['Code', 'S3Key', ...Object.keys(template.Resources), 'Properties']);
    const [one, again] = [synthesised(build([EXAMPLE])), synthesised(build([EXAMPLE]))];
    expect(key(again)).toBe(key(one));
    const other = file('other/in-house.js', `${readFileSync(EXAMPLE, 'utf8')}export const more = 1;\n`);
    expect(key(synthesised(build([other])))).not.toBe(key(one));
    const both = synthesised((app) => {
      const stack = new Stack(app, 'Both');
      new BatchOrchestrator(stack, 'A', { families: [EXAMPLE] });
      new BatchOrchestrator(stack, 'B', { families: [other] });
      return stack;
    });
    const keys = Object.entries<typeof both.template>(both.template.Resources)
      .filter(([id]) => /^[AB]FunctionsPrepare[0-9A-F]{8}$/.test(id))
      .map(([, { Properties }]) => Properties.Code.S3Key);
    expect(new Set(keys).size).toBe(2);
  });
});

describe('the module of a family', () => {
  it('goes with all that it imports, whatever that is written in, and not with the SDK', () => {
    file('node_modules/marker/package.json', '{"name": "marker", "main": "index.cjs"}');
    file('node_modules/marker/index.cjs', "exports.mark = (text) => require('node:path').posix.join('m', text);");
    file('tone.ts', 'export enum Tone { plain, formal }\n');
    const path = file(
      'typed.ts',
      `import { defineFamily, type RequestInput } from 'batchrock';
       import { mark } from 'marker';
       import { Tone } from './tone.ts';
       export const family = defineFamily({
         name: 'typed',
         request: ({ text }: RequestInput) => ({ text: mark(text), tone: Tone.formal }),
         answer: () => ({ text: '' }),
       });`,
    );
    const [{ name, code } = { name: '', code: '' }] = bundleFamilies([path]);
    expect(name).toBe('typed');
    expect(code.length).toBeLessThan(4000);
    expect(code).not.toContain(folder);
    const place = file('alone/typed.mjs', code);
    const script = `import(${JSON.stringify(pathToFileURL(place).href)}).then(({ family }) => console.log(JSON.stringify(family.request({ text: 'x' }))))`;
    expect(spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', cwd: tmpdir() }).stdout).toBe(
      '{"text":"m/x","tone":1}\n',
    );
  });

  it.each([
    ['nothing', 'export const x = 1;', 'families[0] is no family: wrong.js gives no family: name has to be'],
    ['an error', "throw new Error('not today');", 'wrong.js cannot be loaded: not today (BR-E0131)'],
    ['a built-in name', withName('nova'), 'which is a built-in family'],
    [
      'an import that is not there',
      withName('x', "import './gone.js';\n"),
      'which cannot be bundled: wrong.js:1: Could not resolve "./gone.js"',
    ],
    ['the SDK', withName('x', "import { openQueue } from 'batchrock';\nopenQueue;\n"), 'No matching export'],
    ['a promise', "export default { name: 'x', request: async () => ({}), answer: () => undefined };", 'it gives no JSON object'],
    ['words and a family', withName('talks', 'console.log(\'{"name": 1}\');\n'), undefined],
  ])('that gives %s is told at synthesis', (_, text, message) => {
    const bundle = () => bundleFamilies([file('wrong.js', text)]);
    if (message === undefined) expect(bundle()).toMatchObject([{ name: 'talks' }]);
    else expect(bundle).toThrow(message);
  });

  it('goes as it is where there is no esbuild, if it stands alone', () => {
    const [one] = bundleFamilies([EXAMPLE], () => undefined);
    expect(one).toMatchObject({ name: 'in-house', sha256: SHA256 });
    file('near.js', 'export const near = 1;');
    const far = file('far.js', withName('far', "import { near } from './near.js';\nnear;\n"));
    expect(() => bundleFamilies([far], () => undefined)).toThrow(
      /Cannot find module .*esbuild is not installed \(npm install --save-dev esbuild\)/,
    );
  });

  it('is one for each name, and there', () => {
    const [one, two] = [file('one.js', withName('same')), file('two.js', withName('same'))];
    expect(() => bundleFamilies([one, two])).toThrow('families[1] is the family same, and so is families[0]');
    expect(() => bundleFamilies([join(folder, 'nowhere.js')])).toThrow(
      /nowhere\.js', which cannot be read .*; give the path of a module/,
    );
    expect(() => new BatchOrchestratorStack(new App(), 'S', { families: EXAMPLE as never })).toThrow(
      "give a list of paths, such as ['./in-house.js']",
    );
  });
});
