/** A rule of a bus, as its template describes it. A rule without a pattern and schedule never strikes. */
export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly pattern?: object;
  /** `rate(…)` or `cron(…)`. */
  readonly schedule?: string;
  /** The same for whoever has a rate in seconds. */
  readonly scheduleSeconds?: number;
  readonly enabled: boolean;
  readonly targets: readonly RuleTarget[];
}

/** Where a rule sends what it matches. At most one of the three inputs; without one the whole event is sent. */
export interface RuleTarget {
  readonly arn: string;
  /** JSON. */
  readonly input?: string;
  readonly inputPath?: string;
  readonly inputTransformer?: {
    readonly inputPathsMap?: Readonly<Record<string, string>>;
    readonly inputTemplate: string;
  };
  /** A queue for what cannot be delivered. */
  readonly deadLetterArn?: string;
  /** Tries after the first one. Default 185. */
  readonly maxRetries?: number;
  /** How long delivery is tried. Default 24 hours. */
  readonly maxAgeSeconds?: number;
}
