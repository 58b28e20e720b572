import { type BatchrockError, InputError, ServiceError } from '@batchrock/core';
import type { HubClient } from './hub-client.ts';

/**
 * The error for an answer that is no success, told by the hub's `X-Error-Code` as much as by its status: without a token 401
 * stands for a private dataset and for one that does not exist (huggingface_hub's `hf_raise_for_status`, 2026-11).
 */
export async function hubRefusal(
  client: HubClient,
  response: Response,
  dataset: string,
  revision?: string,
): Promise<BatchrockError> {
  const code = response.headers.get('x-error-code') ?? '';
  const said = response.headers.get('x-error-message') ?? (await errorText(response));
  const details = { dataset, status: response.status };
  const page = `${client.endpoint}/datasets/${dataset}`;
  const { status } = response;

  if (code === 'GatedRepo') {
    const terms = `accept its terms at ${page}`;
    return denied(
      `${dataset} is gated`,
      client.hasToken ? `${terms} with the account of the token` : `${terms}, then set HF_TOKEN`,
      details,
    );
  }
  if (code === 'RevisionNotFound') {
    return new InputError('BR-E0101', `${dataset} has no revision ${revision ?? ''}`.trimEnd(), {
      details,
      hint: `give a branch, a tag or a commit; ${page}/tree/main names them`,
    });
  }
  if (status === 401 && client.hasToken) {
    return denied(
      `${client.endpoint} refuses the token`,
      'set HF_TOKEN to a valid one, or unset it for public datasets',
      details,
    );
  }
  if (status === 403)
    return denied(
      `access to ${dataset} is denied${said === '' ? '' : `: ${said}`}`,
      'the token needs read access to it',
      details,
    );
  if (status === 401 || status === 404) {
    return new InputError('BR-E0101', `no dataset ${dataset} at ${client.endpoint}, or it is private`, {
      details,
      hint: client.hasToken
        ? 'check the name, and what the token may read'
        : 'check the name; for a private dataset set HF_TOKEN',
    });
  }
  return new ServiceError('BR-E0504', `${client.endpoint} answered ${status} for ${dataset}${said === '' ? '' : `: ${said}`}`, {
    reason: 'invalid',
    effect: 'none',
    details,
  });
}

function denied(message: string, hint: string, details: { readonly dataset: string; readonly status: number }): ServiceError {
  return new ServiceError('BR-E0501', message, { reason: 'denied', effect: 'none', hint, details });
}

async function errorText(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown };
    return typeof error === 'string' ? error.slice(0, 300) : '';
  } catch {
    return '';
  }
}
