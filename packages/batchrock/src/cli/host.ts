/** The part of a writable stream that the program needs; `process.stdout` and a test's collector both are one. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string | Uint8Array, done?: (error?: Error | null) => void): boolean;
}

/** The part of standard input that the program needs. */
export interface InputStream extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean;
}

/** A signal that asks the program to end. */
export type EndSignal = 'SIGINT' | 'SIGTERM';

/** Everything that the program takes from its process, so that tests can run it without one. */
export interface Host {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: InputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start at. */
  readonly cwd: string;
  /** Calls `handler` at every signal; returns how to stop that. */
  onSignal(handler: (signal: EndSignal) => void): () => void;
  /** Leaves at once. */
  exit(code: number): void;
  /** Asks a question on the terminal; the answer without its line end. Called only where there is one. */
  ask(question: string): Promise<string>;
}
