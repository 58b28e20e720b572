/** What is asked of the images that lines of an OpenAI batch file name by https URLs. */
export interface FetchImages {
  /** Hosts that may be asked: names, and `*.name` for those below one; default: any on the public Internet. */
  readonly hosts?: readonly string[];
  /** Bytes of all images together; default 5 GB. */
  readonly maxTotalBytes?: number;
  /** Forget what was fetched for this dataset before. `new` of a run asks for it. */
  readonly again?: boolean;
}
