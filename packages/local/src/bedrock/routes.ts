import { createModelInvocationJob } from './create-model-invocation-job.ts';
import { getFoundationModel, getFoundationModelAvailability, listFoundationModels } from './foundation-models.ts';
import { getModelInvocationJob } from './get-model-invocation-job.ts';
import {
  createInferenceProfile,
  deleteInferenceProfile,
  getInferenceProfile,
  listInferenceProfiles,
} from './inference-profiles.ts';
import { listModelInvocationJobs } from './list-model-invocation-jobs.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import type { Operation } from './state.ts';
import { stopModelInvocationJob } from './stop-model-invocation-job.ts';
import { tagResource } from './tag-resource.ts';
import { untagResource } from './untag-resource.ts';

/** Where an operation is found. A `*` in the path is a label: one segment, percent-encoded. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly name: string;
  readonly run: Operation;
}

/** The operations of the control plane (service model 2023-04-20). */
export const CONTROL_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/model-invocation-job', name: 'CreateModelInvocationJob', run: createModelInvocationJob },
  { method: 'GET', path: '/model-invocation-job/*', name: 'GetModelInvocationJob', run: getModelInvocationJob },
  { method: 'GET', path: '/model-invocation-jobs', name: 'ListModelInvocationJobs', run: listModelInvocationJobs },
  { method: 'POST', path: '/model-invocation-job/*/stop', name: 'StopModelInvocationJob', run: stopModelInvocationJob },
  { method: 'POST', path: '/tagResource', name: 'TagResource', run: tagResource },
  { method: 'POST', path: '/untagResource', name: 'UntagResource', run: untagResource },
  { method: 'POST', path: '/listTagsForResource', name: 'ListTagsForResource', run: listTagsForResource },
  { method: 'GET', path: '/foundation-models', name: 'ListFoundationModels', run: listFoundationModels },
  { method: 'GET', path: '/foundation-models/*', name: 'GetFoundationModel', run: getFoundationModel },
  {
    method: 'GET',
    path: '/foundation-model-availability/*',
    name: 'GetFoundationModelAvailability',
    run: getFoundationModelAvailability,
  },
  { method: 'POST', path: '/inference-profiles', name: 'CreateInferenceProfile', run: createInferenceProfile },
  { method: 'GET', path: '/inference-profiles', name: 'ListInferenceProfiles', run: listInferenceProfiles },
  { method: 'GET', path: '/inference-profiles/*', name: 'GetInferenceProfile', run: getInferenceProfile },
  { method: 'DELETE', path: '/inference-profiles/*', name: 'DeleteInferenceProfile', run: deleteInferenceProfile },
];

/** The route of a request and its labels, decoded. A label may hold slashes only when they are encoded. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly labels: readonly string[] } | undefined {
  const segments = path.replace(/\/$/, '').split('/');
  for (const route of routes) {
    if (route.method !== method) continue;
    const pattern = route.path.split('/');
    if (pattern.length !== segments.length) continue;
    if (!pattern.every((part, i) => part === '*' || part === segments[i])) continue;
    return { route, labels: segments.filter((_, i) => pattern[i] === '*').map(decodeLabel) };
  }
  return undefined;
}

function decodeLabel(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
