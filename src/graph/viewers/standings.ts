// In which role people ask, found out once in two seconds.
import { inRole } from '../../access/policy';
import { decideRole, type RoleDecision } from '../../access/roles';
import type { Clock } from '../../platform/clock';
import type { Actor } from '../../platform/context';
import type { Db } from '../../platform/postgres/pool';
import { Remembered } from '../../platform/remembered';
import type { Moment } from '../lines';
import { claimsOf } from './store';

/** Knows in which role people ask. */
export class Standings {
  readonly #found = new Remembered<RoleDecision>({ forMs: 2_000, most: 10_000 });

  constructor(
    private readonly db: Db,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** Somebody with no more scopes than their present role has; a change of it takes two seconds at most to be seen on every node. */
  async present(actor: Actor): Promise<Actor> {
    if (actor.person === undefined) return actor;
    const name = JSON.stringify([actor.person, actor.groups]);
    const { role } = await this.#found.get(name, () => this.decision(actor, { at: this.clock.now(), known: null }));
    return inRole(actor, role);
  }

  /** Somebody as they stood at a moment. `asked` is the actor with all the scopes of their token. */
  async at(asked: Actor, moment: Moment): Promise<Actor> {
    return asked.person === undefined ? asked : inRole(asked, (await this.decision(asked, moment)).role);
  }

  /** The role somebody has at a moment, and why. */
  async decision({ person, groups }: Actor, moment: Moment): Promise<RoleDecision> {
    return decideRole(await claimsOf(this.db, person!, groups ?? [], moment));
  }
}
