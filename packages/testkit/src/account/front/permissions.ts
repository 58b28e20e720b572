import type { FrontRequest, Permission, Place } from './call.ts';

/** What a request needs. */
export function permissionsOf(_request: FrontRequest, _place: Place): readonly Permission[] {
  return [];
}
