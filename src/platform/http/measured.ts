// An operation on a socket, counted, timed and told of as a span.
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Metrics } from '../metrics';
import { failureOf, inTrace, type Origin, type Tracer } from '../trace';
import { describeOperation, operationIn, type Outcome } from './described';

/** What measures. */
export interface Measuring {
  readonly metrics: Pick<Metrics, 'operations' | 'operationSeconds'>;
  readonly tracer?: Tracer | null;
}

/** Does the work of an operation, or of one event of a subscription, under its trace. */
export function measured(
  { metrics, tracer }: Measuring,
  { traceId, parentId }: Origin,
  args: ExecutionArgs,
  isEvent: boolean,
  work: () => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const operation = operationIn(args.document, args.operationName);
  const kind = isEvent ? 'event' : (operation?.operation ?? 'none');
  const span = tracer?.begin(`WS ${kind}`, { traceId, parentId }) ?? null;
  const took = metrics.operationSeconds.startTimer({ transport: 'ws', kind });
  return inTrace(
    traceId,
    async () => {
      let outcome: Outcome = 'errors';
      let failure: string | undefined;
      try {
        const result = await work();
        outcome = result.errors ? 'errors' : 'ok';
        describeOperation(operation, outcome, result.errors);
        return result;
      } catch (error) {
        failure = failureOf(error);
        throw error;
      } finally {
        took();
        metrics.operations.inc({ transport: 'ws', kind, outcome });
        span?.end(failure);
      }
    },
    span,
  );
}
