/** What a bench is given. */
export interface BenchContext {
  readonly rows: number;
  /** An empty folder of this run, removed after it. */
  readonly dir: string;
  /** The path of the usual dataset with so many rows; made before the clock starts. */
  readonly dataset: string;
}

/** What one run of a bench says. */
export interface BenchRun {
  /** Of the work alone: what was set up before it and looked at after it does not count. */
  readonly seconds: number;
  /** Peak of the process that is measured, in MB (10^6 bytes), where that is not the bench's own. */
  readonly peakRssMB?: number;
}

/** A thing that is measured, each run in a process of its own. Throws when the work was not done right. */
export interface Bench {
  readonly name: string;
  /** Rows when the command does not say. */
  readonly rows: number;
  /** Rows of `--large`; default: ten times as many. */
  readonly largeRows?: number;
  /** Not ours: another program at comparable work. */
  readonly forScale?: boolean;
  /** What is counted where it is not rows, such as `import`: the time of one is printed then. */
  readonly each?: string;
  /** Processors that it is given; default 1. */
  readonly cores?: number;
  run(context: BenchContext): Promise<BenchRun>;
}

/** The line that is printed for a bench: medians over its runs. */
export interface BenchFigures {
  readonly bench: string;
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** Milliseconds of one, and what it is, where the bench counts something else than rows. */
  readonly msEach?: number;
  readonly each?: string;
  readonly peakRssMB: number | undefined;
}
