export type {
  AdminRequest,
  AdminRoute,
  Caller,
  ServerContext,
  ServerModule,
  Service,
  ServiceName,
  ServiceRequest,
} from './handler.ts';
