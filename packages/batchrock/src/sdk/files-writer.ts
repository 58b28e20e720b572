import type { ObjectInfo, ResultTable, ResultWriter } from '@batchrock/core';

/** A writer that begins another file, with its own header or footer, when one has `maxRows` rows. */
export function filesWriter(maxRows: number, open: (file: number) => ResultWriter): ResultWriter {
  let table: ResultTable | undefined;
  let current: ResultWriter | undefined;
  let file = 0;
  let rows = 0;

  function begin(): ResultWriter {
    const writer = open(file);
    writer.begin(table as ResultTable);
    current = writer;
    file += 1;
    rows = 0;
    return writer;
  }

  return {
    begin(whole) {
      table = whole;
      begin();
    },
    write(batch, row, result) {
      if (rows === maxRows || !(current as ResultWriter).write(batch, row, result)) return false;
      rows += 1;
      return true;
    },
    async drain() {
      if (rows < maxRows) return (current as ResultWriter).drain();
      await (current as ResultWriter).finish();
      begin();
    },
    finish: (): Promise<ObjectInfo> => (current as ResultWriter).finish(),
    async abort() {
      await current?.abort();
    },
  };
}
