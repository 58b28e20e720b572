import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindingsFolder, cacheFolder, programsFolder, workFolder } from './places.mjs';
import { run } from './run.mjs';

const folder = join(workFolder, 'java');

/** Builds bindings and program together, so that nothing is installed beside them, and runs the program. */
export function synthesise(assembly, versions) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(bindingsFolder, 'java'), join(folder, 'bindings'), { recursive: true });
  cpSync(join(programsFolder, 'java'), join(folder, 'example'), { recursive: true });
  cpSync(join(programsFolder, 'java', 'together.xml'), join(folder, 'pom.xml'));
  pinRanges(join(folder, 'bindings', 'pom.xml'), versions);
  maven(['-DskipTests', '-Dmaven.javadoc.skip', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=classpath']);
  const classpath = readFileSync(join(folder, 'example', 'classpath'), 'utf8');
  run('java', ['-cp', `${join(folder, 'example', 'target', 'classes')}:${classpath}`, 'example.Example', assembly], {
    cwd: folder,
  });
}

/** Ranges would take whatever is newest on the day. */
function pinRanges(pom, versions) {
  const text = readFileSync(pom, 'utf8')
    .replace(/(<artifactId>aws-cdk-lib<\/artifactId>\s*<version>)[^<]*/, `$1${versions.cdk}`)
    .replace(/(<artifactId>constructs<\/artifactId>\s*<version>)[^<]*/, `$1${versions.constructs}`)
    .replace(/(<artifactId>jsii-runtime<\/artifactId>\s*<version>)[^<]*/, `$1${versions.runtime}`);
  writeFileSync(pom, text);
}

function maven(args) {
  run('mvn', ['-q', '-B', `-Dmaven.repo.local=${join(cacheFolder, 'maven')}`, ...args], { cwd: folder });
}
