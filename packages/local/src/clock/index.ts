export { clockRoutes, openClock } from './admin.ts';
export { createServiceClock, type ServiceClock } from './service-clock.ts';
