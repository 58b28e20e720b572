import type { IncomingHttpHeaders } from 'node:http';

/** A request at the front, read to its end. */
export interface FrontRequest {
  readonly method: string;
  /** As it was sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The signing name of the service. */
  readonly service: string;
  readonly region: string;
}

/** Whose requests these are, for the ARNs of what they name. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** One thing that a request does, as IAM names it. A request may need several. */
export interface Permission {
  /** `service:Action`. */
  readonly action: string;
  /** The ARN, or `*` where the action has no resource. */
  readonly resource: string;
  /** Condition keys of this action; those of every request are added by the judge. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** A permission without condition keys of its own. */
export function permission(action: string, resource: string, context: Permission['context'] = {}): Permission {
  return { action, resource, context };
}
