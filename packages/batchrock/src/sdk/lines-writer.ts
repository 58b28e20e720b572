import type { ObjectSink, ResultWriter } from '@batchrock/core';
import { createJsonlWriter, createRecordsWriter } from '@batchrock/formats';

/** Results as JSON Lines: in the service's own shape where rows are records, else each row with its answer. */
export function linesWriter(sink: ObjectSink): ResultWriter {
  let writer: ResultWriter | undefined;
  const begun = (): ResultWriter => writer as ResultWriter;
  return {
    begin(table) {
      writer = table.given ? createRecordsWriter(sink) : createJsonlWriter(sink);
      writer.begin(table);
    },
    write: (batch, row, result) => begun().write(batch, row, result),
    drain: () => begun().drain(),
    finish: () => begun().finish(),
    abort: () => (writer ?? sink).abort(),
  };
}
