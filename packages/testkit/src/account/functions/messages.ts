/** What a handler threw, as Lambda reports it. */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What the host tells a sandbox to begin with. */
export interface SandboxStart {
  readonly codeFolder: string;
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMB: number;
}

/** One invocation, as the host sends it. */
export interface SandboxCall {
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  /** Milliseconds from now until the function is ended. */
  readonly remainingMs: number;
  /** How far the account's clock is ahead of the wall's, in milliseconds. */
  readonly aheadMs: number;
  /** The process ends itself when so many of the handler's calls have been answered, before the handler sees the last answer. */
  readonly dieAfterCalls?: number;
}

/** What a sandbox says. */
export type SandboxReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-failed'; readonly failure: FunctionFailure }
  | { readonly kind: 'returned'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'threw'; readonly requestId: string; readonly failure: FunctionFailure }
  /** The same, and the process ends: nobody had caught it. */
  | { readonly kind: 'died'; readonly requestId: string; readonly failure: FunctionFailure };

/** The line that ends the log of an invocation. The sandbox writes it, so whoever reads it has read all before it. */
export function endLine(requestId: string): string {
  return `END RequestId: ${requestId}`;
}
