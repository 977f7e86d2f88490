import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { IngestPayload } from '../../journal/graphql';
import { nodeId } from '../../platform/graphql/node-id';
import { connection, parsePage, type Connection, type PageArgs } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import { batchBy, type GraphContext, type View } from '../context';
import { ingest } from '../ingest';
import { loadEmployee } from '../people/graphql';
import { Employee } from '../people/gql-types';
import { Incident, IncidentConnection, RecordIncidentsInput, RetractIncidentInput } from './gql-types';
import { incidentCounts, incidentKeys, incidentPages, incidentsById, type IncidentRow } from './store';

function toIncident(row: IncidentRow, view: View): Incident {
  return { ...row, __typename: 'Incident', id: nodeId('inc', row.uuid), view };
}

const byId = batchBy<null, Incident | null>(
  async (context, ids, view) => {
    const found = await incidentsById(await context.db(), view, ids);
    return new Map([...found].map(([id, row]) => [id, toIncident(row, view)]));
  },
  () => null,
);

/** Loads an incident by uuid. */
export function loadIncident(context: GraphContext, uuid: string, view: View): Promise<Incident | null> {
  return context.load(byId, { id: uuid, view, args: null });
}

const ofPerson = batchBy<PageArgs, IncidentRow[]>(
  async (context, ids, view, args) => {
    const found = await incidentPages(await context.db(), view, ids, parsePage(args, 'incidents', 2));
    const byPerson = new Map<string, IncidentRow[]>(ids.map((id) => [id, []]));
    for (const row of found) byPerson.get(row.employeeUuid)!.push(row);
    return byPerson;
  },
  () => [],
);

const countOfPerson = batchBy<null, number>(
  async (context, ids, view) => incidentCounts(await context.db(), view, ids),
  () => 0,
);

@Resolver(() => Incident)
export class IncidentResolver {
  @FieldResolver(() => Employee, { description: 'Who.' })
  employee(@Root() incident: Incident, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, incident.employeeUuid, incident.view);
  }

  @Mutation(() => IngestPayload, {
    description: 'Records what happened to people, or through them; everybody concerned is judged anew in the same transaction.',
  })
  recordIncidents(
    @Arg('input', () => RecordIncidentsInput, { description: 'Who says what.' }) input: RecordIncidentsInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'recordIncidents', input, input.incidents);
  }

  @Mutation(() => IngestPayload, {
    description:
      'Takes back an incident that was recorded by mistake: it never happened. With `knownAt` before, it is still read as it was known then.',
  })
  retractIncident(
    @Arg('input', () => RetractIncidentInput, { description: 'Which one, and why.' }) input: RetractIncidentInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    const { idempotencyKey, incident, reason } = input;
    return ingest(context, 'retractIncident', { source: 'api', idempotencyKey }, [{ incident, reason }]);
  }
}

@Resolver(() => Employee)
export class EmployeeIncidentsResolver {
  @FieldResolver(() => IncidentConnection, {
    description: 'Every incident that had happened by the instant asked about, oldest first.',
  })
  async incidents(
    @Root() employee: Employee,
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<Incident>> {
    const page = parsePage(args, 'incidents', 2);
    const { uuid: id, view } = employee;
    const rows = await context.load(ofPerson, { id, view, args: { ...args } });
    const count = () => context.load(countOfPerson, { id, view, args: null });
    return connection(
      rows.map((row) => toIncident(row, view)),
      page,
      incidentKeys,
      count,
    );
  }
}
