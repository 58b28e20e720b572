const left: (() => Promise<void>)[] = [];

/** Has this done when the test at hand has ended, the last first. */
export function afterTest(undo: () => Promise<void>): void {
  left.push(undo);
}

/** Does what is left to do after a test; `set-up.ts` calls it in every file of tests. */
export async function undoAll(): Promise<void> {
  for (const undo of left.splice(0).reverse()) await undo();
}
