import type { Unsupported, UnsupportedSink } from './chat.ts';

/** What is written of an unsupported thing beside its effect. */
type Told = Omit<Unsupported, 'effect'>;

/** Reports what the model is told otherwise than it was asked. */
export function changed(sink: UnsupportedSink, code: string, path: string, message: string): void {
  sink({ ...told(code, path, message), effect: 'changed' });
}

/** Reports what the model is not told. */
export function leftOut(sink: UnsupportedSink, code: string, path: string, message: string): void {
  sink({ ...told(code, path, message), effect: 'left-out' });
}

/** Reports what no body can say, so that there is no sense in sending one. */
export function impossible(sink: UnsupportedSink, code: string, path: string, message: string): void {
  sink({ ...told(code, path, message), effect: 'impossible' });
}

function told(code: string, path: string, message: string): Told {
  return { code, path, message };
}
