import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindingsFolder, cacheFolder, programsFolder, workFolder } from './places.mjs';
import { run } from './run.mjs';

/** Builds the program against the bindings, by a replacement of their module, and runs it. */
export function synthesise(assembly) {
  const module = join(bindingsFolder, 'go', 'batchrockcdk');
  const folder = join(workFolder, 'go');
  mkdirSync(folder, { recursive: true });
  cpSync(join(programsFolder, 'go', 'main.go'), join(folder, 'main.go'));
  writeFileSync(join(folder, 'go.mod'), goMod(module));
  const env = {
    GOPATH: join(cacheFolder, 'go'),
    GOCACHE: join(cacheFolder, 'go-build'),
    GOFLAGS: '-buildvcs=false -modcacherw -mod=mod',
    // two compilers at once on the CDK's large packages would take all memory
    GOMAXPROCS: '2',
  };
  run('go', ['build', '-o', 'example', '.'], { cwd: folder, env });
  run(join(folder, 'example'), [assembly], { cwd: folder });
}

/**
 * The module of the program: the bindings from their folder, and what they require directly. What those in turn require is left
 * to their own modules: the bindings name the versions that npm took, and not each of them is a Go module too.
 */
function goMod(module) {
  const text = readFileSync(join(module, 'go.mod'), 'utf8');
  const direct = text.replace(/^.*\/\/ indirect\n/gm, '');
  writeFileSync(join(module, 'go.mod'), direct);
  const [, name] = /^module (\S+)$/m.exec(direct) ?? [];
  const [, required = ''] = /require \(\n([\s\S]*?)\)/.exec(direct) ?? [];
  return `module example\n\ngo 1.25\n\nrequire (\n${required}\t${name} v0.0.0\n)\n\nreplace ${name} => ${module}\n`;
}
