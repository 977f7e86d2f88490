// Everything that is defined, in the shape in which the mutations take it.
import { awardJson } from '../../core/award';
import { isoText } from '../../core/instant-text';
import type { Db } from '../../platform/postgres/pool';
import { movesOf, pathsKnown } from '../careers/store';
import type { GraphContext } from '../context';
import { allCourses } from '../learning/store';
import { outcomeRulesKnown } from '../outcomes/definitions';
import { rolesKnown } from '../rules/definitions';
import { allowListsKnown, capabilitiesKnown } from '../sources/store';
import { SINCE_EVER } from '../versions';
import type { Definition, Sort } from './gql-types';
import { externalIds } from './store';

/** All definitions of a sort, as they are now; of rules those versions that are in effect or will be. */
export async function definitionsOfSort(context: GraphContext, sort: Sort): Promise<Definition[]> {
  return READ[sort](context, await context.db());
}

type Read = (context: GraphContext, db: Db) => Promise<Definition[]>;

const NOW = { at: 0, known: null, sight: null };

const READ: Readonly<Record<Sort, Read>> = {
  COURSE: async (_, db) =>
    [...(await allCourses(db)).values()].map(({ uuid: _uuid, ...course }) => ({ key: course.code, input: course })),
  CREDENTIAL_TYPE: async ({ graph }, db) =>
    [...(await graph.credentials.get(db, false)).typesByCode.values()].map(
      ({ uuid: _uuid, policy: _policy, label: _label, ...type }) => ({ key: type.code, input: type }),
    ),
  AWARD_RULE: async ({ graph, now }, db) => {
    const { awardRules, types } = await graph.credentials.get(db, false);
    return [...awardRules].flatMap(([typeId, versions]) => {
      const typeCode = types.get(typeId)!.code;
      return inEffect(versions, now).map(({ from, when }) => ({
        key: typeCode,
        input: { typeCode, when: awardJson(when), effectiveFrom: since(from) },
      }));
    });
  },
  ROLE: async (_, db) => (await rolesKnown(db, NOW, {})).map(({ uuid: _uuid, ...role }) => ({ key: role.code, input: role })),
  CAREER_PATH: async (_, db) => {
    const paths = await pathsKnown(db, NOW, {});
    const codes = new Map((await rolesKnown(db, NOW, {})).map((role) => [role.uuid, role.code]));
    const moves = await movesOf(
      db,
      NOW,
      paths.map(({ uuid }) => uuid),
    );
    return paths.map(({ uuid, code, title }) => {
      const own = moves.filter(({ pathUuid }) => pathUuid === uuid);
      return {
        key: code,
        input: { code, title, moves: own.map(({ from, to }) => ({ from: codes.get(from), to: codes.get(to) })) },
      };
    });
  },
  CAPABILITY: async (_, db) =>
    (await capabilitiesKnown(db, NOW)).map(({ source, subject, code, isAble, at, reason }) => ({
      key: `${source} ${subject} ${code} ${isoText(at)}`,
      input: { source, subject, code, able: isAble, effectiveAt: isoText(at), reason },
    })),
  RULE: async ({ graph, now }, db) =>
    [...(await graph.rules.get(db, false)).byCode.values()].flatMap(({ role, versions }) =>
      inEffect(versions, now).map(({ from, published: { ast, warnBefore } }) => ({
        key: role.code,
        input: { roleCode: role.code, rule: ast, warnBefore, effectiveFrom: since(from) },
      })),
    ),
  OUTCOME: async (_, db) => {
    const rules = await outcomeRulesKnown(db, NOW);
    const ids = await externalIds(
      db,
      rules.flatMap(({ ownerUuid, fallbackOwnerUuid }) => [ownerUuid ?? [], fallbackOwnerUuid ?? []].flat()),
    );
    return rules.map(({ uuid: _uuid, ownerUuid, fallbackOwnerUuid, ...rule }) => ({
      key: rule.code,
      input: {
        ...rule,
        owner: ownerUuid === null ? { manager: true } : { employeeExternalId: ids.get(ownerUuid) },
        fallbackOwner: fallbackOwnerUuid === null ? null : ids.get(fallbackOwnerUuid),
      },
    }));
  },
  ALLOW_LIST: async (_, db) =>
    (await allowListsKnown(db, NOW))
      .filter(({ fields }) => fields !== null)
      .map(({ source, operation, fields, reason }) => ({
        key: `${source} ${operation}`,
        input: { source, operation, fields, reason },
      })),
};

/** The versions that are in effect at an instant or will be. */
function inEffect<V extends { readonly from: number; readonly until: number }>(versions: readonly V[], now: number): V[] {
  return versions.filter(({ until }) => until > now);
}

/** Since ever is what a first version is without a date. */
function since(from: number): string | null {
  return from <= SINCE_EVER ? null : isoText(from);
}
