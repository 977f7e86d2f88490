import { ArgsType, Field, ID, Int, InterfaceType, ObjectType, type ClassType } from 'type-graphql';
import type { PageArgs } from './paging';

/** Everything with an id of its own. */
@InterfaceType({
  description: 'Everything that can be found again by its id, with `node(id)`.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque, stable for ever.' })
  id: string;
}

@ObjectType({ description: 'Where a page stands in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: 'There is more behind `endCursor`; a cursor given as `before` counts as more.' })
  hasNextPage: boolean;
  @Field(() => Boolean, { description: 'There is more before `startCursor`; a cursor given as `after` counts as more.' })
  hasPreviousPage: boolean;
  @Field(() => String, { nullable: true, description: 'Cursor of the first row; null on an empty page.' })
  startCursor: string | null;
  @Field(() => String, { nullable: true, description: 'Cursor of the last row; pass it as `after` to go on.' })
  endCursor: string | null;
}

@ArgsType()
export class PagedArgs implements PageArgs {
  @Field(() => Int, { nullable: true, description: 'Rows from the start, 50 by default, 200 at most.' })
  first?: number | null;
  @Field(() => String, { nullable: true, description: 'Go on behind this cursor of the same list.' })
  after?: string | null;
  @Field(() => Int, { nullable: true, description: 'Rows from the end, 200 at most.' })
  last?: number | null;
  @Field(() => String, { nullable: true, description: 'Only what stands before this cursor of the same list.' })
  before?: string | null;
}

/** The connection and edge types of a node type, named after it. */
export function connectionOf<T extends object>(node: ClassType<T>, name: string, what: string): ClassType<object> {
  @ObjectType(`${name}Edge`, { description: `One row of a list of ${what}.`, simpleResolvers: true })
  class Edge {
    @Field(() => String, { description: 'Position of this row in the list.' })
    cursor: string;
    @Field(() => node, { description: 'The row itself.' })
    node: T;
  }
  @ObjectType(`${name}Connection`, { description: `A page of ${what}.`, simpleResolvers: true })
  class Connection {
    @Field(() => [Edge], { description: 'The rows with their cursors.' })
    edges: Edge[];
    @Field(() => [node], { description: 'The rows without their cursors.' })
    nodes: T[];
    @Field(() => PageInfo, { description: 'Where this page stands.' })
    pageInfo: PageInfo;
    @Field(() => Int, { description: 'Rows in the whole list; counted only when asked for.' })
    totalCount: number;
  }
  return Connection;
}
