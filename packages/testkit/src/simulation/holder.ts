/** What shows that a promise holds, or brings a fault about: a file below `packages/`, and a text in it. */
export interface Holder {
  readonly file: string;
  /** The title of a test or a part of it, or what a checker calls when the promise is broken. Absent: the whole file is about it. */
  readonly text?: string;
}

/** A file of tests, or one in it. */
export function test(file: string, text?: string): Holder {
  return { file: `${file}.test.ts`, ...(text !== undefined && { text }) };
}

/** A piece of the simulation. */
export function simulated(file: string, text: string): Holder {
  return { file: `testkit/src/simulation/${file}.ts`, text };
}

/** A file of tests of real processes. */
export function onProcesses(file: string): Holder {
  return { file: `testkit/src/processes/${file}.process.ts` };
}

/** As `docs/reliability.md` names a file. */
export function shortName(file: string): string {
  return file.replace('/src/', '/').replace('testkit/simulation/', '');
}
