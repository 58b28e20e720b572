import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const packageFolder = join(__dirname, '..');
const textOf = (path: string): string => readFileSync(join(packageFolder, path), 'utf8');
const manifest = JSON.parse(textOf('package.json'));
const { python, java, dotnet, go } = manifest.jsii.targets;
const submodule = JSON.parse(textOf('src/bedrock-batch-stepfn/.jsiirc.json')).targets;

it('has its submodules below its own names', () => {
  expect(submodule).toEqual({
    python: { module: `${python.module}.bedrock_batch_stepfn` },
    go: { packageName: 'bedrockbatchstepfn' },
    java: { package: `${java.package}.bedrock_batch_stepfn` },
    dotnet: { namespace: `${dotnet.namespace}.BedrockBatchStepfn` },
  });
});

it('is called the same in the README, for every language', () => {
  const rows = Object.fromEntries(
    textOf('README.md')
      .split('\n')
      .filter((line) => /^\| (TypeScript|Python|Go|Java|\.NET) /.test(line))
      .map((line) => {
        const [language = '', name, within] = line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.replaceAll('`', '').trim());
        return [language, [name, within]];
      }),
  );
  expect(rows).toEqual({
    TypeScript: [manifest.name, 'bedrock_batch_stepfn'],
    Python: [python.distName, submodule.python.module],
    Go: [go.moduleName, `${go.packageName}/${submodule.go.packageName}`],
    Java: [`${java.maven.groupId}:${java.maven.artifactId}`, submodule.java.package],
    '.NET': [dotnet.packageId, submodule.dotnet.namespace],
  });
});

it('is called the same by the programs of the languages, and where the original is left', () => {
  const goImport = `${go.moduleName}/${go.packageName}/${submodule.go.packageName}`;
  expect(textOf('languages/go/main.go')).toContain(`"${goImport}"`);
  expect(textOf('languages/java/src/main/java/example/Example.java')).toContain(`import ${submodule.java.package}.`);
  const pom = textOf('languages/java/pom.xml');
  expect(pom).toContain(`<groupId>${java.maven.groupId}</groupId>`);
  expect(pom).toContain(`<artifactId>${java.maven.artifactId}</artifactId>`);
  const pythonImport = `from ${python.module} import bedrock_batch_stepfn`;
  expect(textOf('languages/python/app.py')).toContain(pythonImport);
  const page = textOf('../../docs/step-functions-construct.md');
  for (const name of [`from '${manifest.name}'`, pythonImport, `| \`${goImport}\` |`]) expect(page).toContain(name);
});

it('names every place of its coordinates in the decision that says how to change them', () => {
  const decision = textOf('../../docs/decisions/013-constructs-are-compiled-by-jsii.md');
  for (const name of [python.distName, go.moduleName, java.maven.groupId, dotnet.packageId]) expect(decision).toContain(name);
});
