import type { AdminRoute } from '../server/index.ts';
import type { FaultSwitch } from './call-faults.ts';
import { NO_FAULTS } from './faults.ts';
import { parseFaults } from './parse.ts';

/** `GET`, `PUT` (those that are named; the others stay) and `DELETE` (none any more) of `/_batchrock/faults`. */
export function faultRoutes(faults: FaultSwitch): readonly AdminRoute[] {
  const path = '/_batchrock/faults';
  return [
    { method: 'GET', path, handle: () => faults.current() },
    {
      method: 'PUT',
      path,
      handle({ body }) {
        faults.set(parseFaults(body, faults.current()));
        return faults.current();
      },
    },
    {
      method: 'DELETE',
      path,
      handle() {
        faults.set(NO_FAULTS);
        return faults.current();
      },
    },
  ];
}
