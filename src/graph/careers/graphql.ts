import { Arg, Ctx, Field, FieldResolver, InputType, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { IngestPayload } from '../../journal/graphql';
import { nodeId } from '../../platform/graphql/node-id';
import { Node } from '../../platform/graphql/types';
import { batchBy, viewOf, type GraphContext, type View } from '../context';
import { ingest } from '../ingest';
import { loadRole } from '../rules/graphql';
import { Role } from '../rules/gql-types';
import { movesOf, nextRoles, pathsKnown, type MoveRow } from './store';

@ObjectType('CareerMove', { description: 'A step from one role to another.', simpleResolvers: true })
export class CareerMove {
  @Field(() => Role, { description: 'Where it starts.' })
  from: Role;
  @Field(() => Role, { description: 'Where it leads.' })
  to: Role;
}

@ObjectType('CareerPath', {
  implements: Node,
  description: 'Roles and the moves between them; cycles are allowed, real careers have them.',
  simpleResolvers: true,
})
export class CareerPath implements Node {
  __typename: 'CareerPath';
  uuid: string;
  view: View;
  id: string;
  @Field(() => String, { description: 'Its code.' })
  code: string;
  @Field(() => String, { description: 'Its title.' })
  title: string;
}

@InputType({ description: 'A career path; it replaces an earlier one with its code.' })
export class DefineCareerPathInput {
  @Field(() => String, { description: 'Its code.' })
  code: string;
  @Field(() => String, { description: 'Its title.' })
  title: string;
  @Field(() => [CareerMoveInput], { description: 'All its moves.' })
  moves: CareerMoveInput[];
}

@InputType({ description: 'A step from one role to another.' })
export class CareerMoveInput {
  @Field(() => String, { description: 'Code of the role where it starts.' })
  from: string;
  @Field(() => String, { description: 'Code of the role where it leads.' })
  to: string;
}

const pathById = batchBy<null, CareerPath | null>(
  async (context, ids, view) =>
    new Map((await pathsKnown(await context.db(), view, { ids })).map((row) => [row.uuid, toPath(row, view)])),
  () => null,
);

const moves = batchBy<null, MoveRow[]>(
  async (context, ids, view) => {
    const byPath = new Map<string, MoveRow[]>(ids.map((id) => [id, []]));
    for (const move of await movesOf(await context.db(), view, ids)) byPath.get(move.pathUuid)!.push(move);
    return byPath;
  },
  () => [],
);

const nextOf = batchBy<null, string[]>(
  async (context, ids, view) => {
    const byRole = new Map<string, string[]>(ids.map((id) => [id, []]));
    for (const { from, to } of await nextRoles(await context.db(), view, ids)) byRole.get(from)!.push(to);
    return byRole;
  },
  () => [],
);

function toPath(row: { uuid: string; code: string; title: string }, view: View): CareerPath {
  return { ...row, __typename: 'CareerPath', id: nodeId('pth', row.uuid), view };
}

/** Loads a career path by uuid. */
export function loadPath(context: GraphContext, uuid: string, view: View): Promise<CareerPath | null> {
  return context.load(pathById, { id: uuid, view, args: null });
}

const byCode = (a: Role | null, b: Role | null) => (a!.code < b!.code ? -1 : 1);

@Resolver(() => CareerPath)
export class CareerPathResolver {
  @Query(() => CareerPath, { nullable: true, description: 'One career path.' })
  async careerPath(
    @Arg('code', () => String, { description: 'Its code.' }) code: string,
    @Ctx() context: GraphContext,
  ): Promise<CareerPath | null> {
    const view = await viewOf(context, {});
    const [path] = await pathsKnown(await context.db(), view, { codes: [code] });
    return path ? toPath(path, view) : null;
  }

  @FieldResolver(() => [Role], { description: 'The roles on it, by code.' })
  async roles(@Root() path: CareerPath, @Ctx() context: GraphContext): Promise<(Role | null)[]> {
    const found = await context.load(moves, { id: path.uuid, view: path.view, args: null });
    const ids = [...new Set(found.flatMap((move) => [move.from, move.to]))];
    return (await Promise.all(ids.map((id) => loadRole(context, id, path.view)))).sort(byCode);
  }

  @FieldResolver(() => [CareerMove], { description: 'Its moves, as defined.' })
  async moves(@Root() path: CareerPath, @Ctx() context: GraphContext): Promise<CareerMove[]> {
    const found = await context.load(moves, { id: path.uuid, view: path.view, args: null });
    return Promise.all(
      found.map(async (move) => {
        const [from, to] = await Promise.all([loadRole(context, move.from, path.view), loadRole(context, move.to, path.view)]);
        return { from: from!, to: to! };
      }),
    );
  }

  @Mutation(() => IngestPayload, { description: 'Defines a career path, or defines it anew.' })
  defineCareerPath(
    @Arg('input', () => DefineCareerPathInput, { description: 'The path.' }) input: DefineCareerPathInput,
    @Ctx() context: GraphContext,
  ): Promise<IngestPayload> {
    return ingest(context, 'defineCareerPath', { source: 'api' }, [input]);
  }
}

@Resolver(() => Role)
export class RoleCareersResolver {
  @FieldResolver(() => [Role], { description: 'Roles reachable from here in one step of any career path, by code.' })
  async nextRoles(@Root() role: Role, @Ctx() context: GraphContext): Promise<(Role | null)[]> {
    const ids = await context.load(nextOf, { id: role.uuid, view: role.view, args: null });
    return (await Promise.all(ids.map((id) => loadRole(context, id, role.view)))).filter((next) => next !== null).sort(byCode);
  }
}
