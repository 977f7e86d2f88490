// What credentials and courses ask for of one person, gathered for the search for ways.
import { awardCourses, type AwardRuleVersion } from '../../core/award';
import { awardGap, type AwardGap } from '../../core/award-gap';
import { parseSpan, type Span } from '../../core/calendar';
import type { CourseOffer } from '../../core/credit-hours';
import { atAnyTime, type Offers } from '../../core/offers';
import type { StepLabels } from '../../core/step-text';
import { batchBy, type GraphContext, type View } from '../context';
import { awardRulesKnown, type CredentialType } from '../credentials/types';
import { attemptsKnown, coursesKnown, type AttemptRow, type CourseRow } from '../learning/store';
import { loadDefinitions, loadLabels } from '../eligibility/known-facts';
import { withLevels } from '../eligibility/person-facts';

/** What is for sale, for everybody. */
interface Catalogue {
  readonly types: ReadonlyMap<string, CredentialType>;
  readonly awardRules: ReadonlyMap<string, readonly AwardRuleVersion[]>;
  readonly courses: ReadonlyMap<string, CourseRow>;
}

const ALL = 'all';
const overAllTime = (view: View): View => ({ at: 0, known: view.known, sight: null });

const catalogue = batchBy<null, Catalogue>(
  async (context, _, view) => {
    const db = await context.db();
    const [awardRules, { types, rules }] = await Promise.all([awardRulesKnown(db, view), loadDefinitions(context, view)]);
    const codes = new Set([...rules.reads.courses, ...rules.reads.events, ...coursesOf(awardRules)]);
    const courses = codes.size === 0 ? new Map<string, never>() : await coursesKnown(db, view, codes);
    return new Map([[ALL, { types: new Map(types.map((type) => [type.code, type])), awardRules, courses }]]);
  },
  (id) => {
    throw new Error(`${id} is no catalogue`);
  },
);

const attempts = batchBy<null, AttemptRow[]>(
  async (context, ids, view) => {
    const { awardRules } = await loadCatalogue(context, view);
    const codes = new Set(coursesOf(awardRules));
    const byPerson = new Map<string, AttemptRow[]>(ids.map((id) => [id, []]));
    if (codes.size === 0) return byPerson;
    for (const row of await attemptsKnown(await context.db(), view, ids, codes)) byPerson.get(row.employeeUuid)!.push(row);
    return byPerson;
  },
  () => [],
);

function coursesOf(awardRules: Catalogue['awardRules']): string[] {
  return [...awardRules.values()].flatMap((versions) => versions.flatMap(({ when }) => awardCourses(when)));
}

function loadCatalogue(context: GraphContext, view: View): Promise<Catalogue> {
  return context.load(catalogue, { id: ALL, view: overAllTime(view), args: null });
}

/** What there is for a person at a view's instant, at what price. */
export async function loadOffers(context: GraphContext, employeeUuid: string, view: View): Promise<Offers> {
  const [{ types, awardRules, courses }, { rules }, attempted] = await Promise.all([
    loadCatalogue(context, view),
    loadDefinitions(context, view),
    context.load(attempts, { id: employeeUuid, view: overAllTime(view), args: null }),
  ]);
  const learner = { attempts: attempted, courses, zone: context.graph.zone };
  const course = (code: string): CourseOffer => {
    const found = courses.get(code);
    return { code, cost: found?.cost ?? 0, leadTime: spanOf(found?.leadTime), creditHours: found?.creditHours ?? null };
  };
  const gaps = new Map<string, AwardGap | null>();
  const gapOf = (uuid: string): AwardGap | null => {
    let gap = gaps.get(uuid);
    if (gap === undefined) gaps.set(uuid, (gap = awardGap(awardRules.get(uuid) ?? [], learner, view.at, course)));
    return gap;
  };
  return {
    isType: (code) => types.has(code),
    type: (code) => {
      const found = types.get(code);
      return {
        cost: found?.cost ?? 0,
        leadTime: spanOf(found?.leadTime),
        prerequisites: found?.prerequisites ?? [],
        award: found ? gapOf(found.uuid) : null,
      };
    },
    isCourse: (code) => courses.has(code),
    course,
    rules: (roleCode, version) => {
      const rule = rules.byCode.get(roleCode);
      if (version === null) return rule?.versions ?? [];
      const node = rule?.nodes.get(version);
      return node ? [atAnyTime(node, version)] : [];
    },
    refer: (facts) => withLevels(facts, (code) => rules.byCode.get(code)),
    isList: (attribute) => attribute === 'roleCodes',
  };
}

/** What steps call things. */
export async function loadStepLabels(context: GraphContext, view: View): Promise<StepLabels> {
  const [labels, { courses }] = await Promise.all([loadLabels(context, view), loadCatalogue(context, view)]);
  return { ...labels, course: (code) => courses.get(code)?.title ?? code };
}

function spanOf(text: string | null | undefined): Span | null {
  return text == null ? null : parseSpan(text);
}
