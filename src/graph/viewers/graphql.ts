import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { reachOf } from '../../access/policy';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import type { Write } from '../../journal/write';
import { listConnection, parsePage, type Connection } from '../../platform/graphql/paging';
import { PagedArgs } from '../../platform/graphql/types';
import type { GraphContext } from '../context';
import { Employee } from '../people/gql-types';
import { loadEmployee, uuidOfKey } from '../people/graphql';
import { assignRole, mapRole } from './assign';
import {
  AccessAssignment,
  AccessAssignmentConnection,
  AccessMapping,
  AccessRolePayload,
  AssignAccessRoleInput,
  MapAccessRoleInput,
  Viewer,
  type AccessRole,
} from './gql-types';
import { allAssignments, allMappings } from './store';

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { description: 'Who asks, what they may do, of whom they are told, and why.' })
  async viewer(@Ctx() context: GraphContext): Promise<Viewer> {
    const { actor, expiresAt, graph, now } = context;
    const decided = actor.person === undefined ? null : await graph.standings.decision(actor, { at: now, known: null });
    return {
      actor: actor.id,
      role: (actor.role as keyof typeof AccessRole | undefined) ?? null,
      because: decided?.because ?? [],
      scopes: [...actor.scopes].sort(),
      reach: reachOf(actor),
      expiresAt,
    };
  }

  @FieldResolver(() => Employee, { nullable: true, description: 'The person who asks; null: a system does.' })
  async employee(@Ctx() context: GraphContext): Promise<Employee | null> {
    const { person } = context.actor;
    return person === undefined ? null : loadEmployee(context, person, await context.present());
  }
}

@Resolver(() => AccessAssignment)
export class AccessRoleResolver {
  @Query(() => [AccessMapping], { description: 'The job titles and groups that give roles.' })
  async accessMappings(@Ctx() context: GraphContext): Promise<AccessMapping[]> {
    return (await allMappings(await context.db())).map(({ kind, value, role }) => ({
      jobTitle: kind === 'JOB_TITLE' ? value : null,
      group: kind === 'GROUP' ? value : null,
      role,
    }));
  }

  @Query(() => AccessAssignmentConnection, { description: 'The roles that were given to people by hand.' })
  async accessAssignments(
    @Args(() => PagedArgs) args: PagedArgs,
    @Ctx() context: GraphContext,
  ): Promise<Connection<AccessAssignment>> {
    const page = parsePage(args, 'accessAssignments', 1);
    const view = await context.present();
    const found = (await allAssignments(await context.db())).map((row) => ({ ...row, view }));
    return listConnection(found, page, ({ employeeUuid }) => [employeeUuid]);
  }

  @FieldResolver(() => Employee, { description: 'To whom.' })
  employee(@Root() { employeeUuid, view }: AccessAssignment, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, employeeUuid, view);
  }

  @Mutation(() => AccessRolePayload, {
    description:
      'Gives a person a role by hand, or takes it back. It holds within two seconds on every node, and for changes from its own position on.',
  })
  async assignAccessRole(
    @Arg('input', () => AssignAccessRoleInput, { description: 'To whom, which, and why.' })
    { employee, role, reason }: AssignAccessRoleInput,
    @Ctx() context: GraphContext,
  ): Promise<AccessRolePayload> {
    const person = await uuidOfKey(await context.db(), employee, await context.present());
    await context.release();
    return change(context, async (write) =>
      person === null
        ? refusal('UNKNOWN_EMPLOYEE', 'Nobody is known by this key: it may be erased already.', ['employee'])
        : assignRole(write, person, { role: role ?? null, reason }),
    );
  }

  @Mutation(() => AccessRolePayload, { description: 'Lets a job title or a group give a role to whoever has it or is in it.' })
  mapAccessRole(
    @Arg('input', () => MapAccessRoleInput, { description: 'What gives which role, and why.' })
    { of, role, reason }: MapAccessRoleInput,
    @Ctx() context: GraphContext,
  ): Promise<AccessRolePayload> {
    const key =
      of.jobTitle === undefined
        ? ({ kind: 'GROUP', value: of.group! } as const)
        : ({ kind: 'JOB_TITLE', value: of.jobTitle } as const);
    return change(context, (write) => mapRole(write, key, { role: role ?? null, reason }));
  }
}

async function change(context: GraphContext, work: (write: Write) => Promise<boolean | Refusal>): Promise<AccessRolePayload> {
  const { value, cursor } = await context.write('api', work);
  return isRefusal(value) ? { changed: false, refusal: value, cursor } : { changed: value, refusal: null, cursor };
}
