import { InputError } from '@batchrock/core';

/** A dataset of a hub, as it is named. */
export interface HubName {
  /** `owner/name`; a few old datasets have no owner. */
  readonly dataset: string;
  readonly config?: string;
  /** A branch, a tag or a commit. Absent: what the hub has converted to Parquet. */
  readonly revision?: string;
}

/** Names of users and repositories (huggingface_hub's `validate_repo_id`, 2026-11). */
const SEGMENT = /^[A-Za-z0-9][\w.-]{0,95}$/;

/**
 * Reads `hf://owner/name[/config][@revision]`; `hf://datasets/owner/name`, as other tools write it, is the same. Throws
 * `BR-E0120`.
 */
export function parseHubName(address: string): HubName {
  const rest = address.replace(/^hf:\/\//i, '');
  const at = rest.indexOf('@');
  const path = (at < 0 ? rest : rest.slice(0, at)).replace(/\/$/, '');
  const revision = at < 0 ? undefined : rest.slice(at + 1);
  const segments = path.split('/');
  if (segments.length > 2 && segments[0] === 'datasets') segments.shift();
  const [owner = '', name, config, ...more] = segments;
  const dataset = name === undefined ? owner : `${owner}/${name}`;
  const isName = dataset.split('/').every((segment) => SEGMENT.test(segment)) && !/--|\.\./.test(dataset);
  if (isName && more.length === 0 && config !== '' && revision !== '') {
    return { dataset, ...(config === undefined ? {} : { config }), ...(revision === undefined ? {} : { revision }) };
  }
  throw new InputError('BR-E0120', `${address} names no dataset of a hub`, {
    hint: 'give hf://owner/name, hf://owner/name/config or hf://owner/name@revision',
    details: { value: address },
  });
}
