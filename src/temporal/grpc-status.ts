/** How the server says what went wrong: gRPC's statuses, by their names. */
import { status, type StatusObject } from '@grpc/grpc-js';
import { isGrpcServiceError } from '@temporalio/client';

export { status as GrpcStatus };

/** The status of the error, or of what has caused it; null: it is no answer of the server. */
export function grpcStatusOf(error: unknown): Pick<StatusObject, 'code' | 'details'> | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (isGrpcServiceError(at)) return { code: Number(at.code), details: at.details };
  }
  return null;
}
