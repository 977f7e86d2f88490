// Copies what is defined on one server to another: courses, types, roles, rules, paths, outcomes, and what sources can and may say. No people, no facts.
import { canonicalJson, type Json } from '../../core/rule';
import { StartError } from '../../platform/start-error';
import { definitionsOf, environmentOf, type Refused, type Server, type Told } from './server';
import { COPIED, type CopiedSort } from './sorts';

/** How a copy is made. */
export interface CopyOptions {
  readonly from: Server;
  readonly to: Server;
  /** Only says what would be done. */
  readonly isDry: boolean;
  /** Says a line. */
  readonly say: (line: string) => void;
  readonly onProgress?: (done: number, of: number) => void;
}

/** What came of it. */
export interface Copied {
  readonly copied: number;
  readonly unchanged: number;
  readonly refused: number;
  /** What only the other server has; it is left alone. */
  readonly onlyThere: number;
}

/** One definition to be made on the other server. */
interface Step {
  readonly key: string;
  readonly input: Told['input'];
  readonly isNew: boolean;
}

interface Difference {
  readonly sort: CopiedSort;
  readonly steps: readonly Step[];
  readonly unchanged: number;
  readonly onlyThere: number;
}

/**
 * Makes what is defined there the same as here. What is the same already is left alone, so that a second run does nothing.
 * @throws StartError when a server does not answer, or lets nothing be read or written
 */
export async function copyDefinitions({ from, to, isDry, say, onProgress }: CopyOptions): Promise<Copied> {
  const [here, there] = [await environmentOf(from), await environmentOf(to)];
  if (here !== null && here === there)
    throw new StartError(`Both servers are of the environment ${here}: there is nothing to copy between them.`);
  say(`From ${nameOf(from, here)} to ${nameOf(to, there)}${isDry ? ', only to see' : ''}`);
  const plan: Difference[] = [];
  for (const sort of COPIED)
    plan.push(differenceOf(sort, await definitionsOf(from, sort.sort), await definitionsOf(to, sort.sort)));
  const sum = (count: (one: Difference) => number): number => plan.reduce((total, one) => total + count(one), 0);
  const steps = sum((one) => one.steps.length);
  let [done, refused] = [0, 0];
  for (const one of plan) {
    const told = (step: Step, no: Refused | null): void => {
      const what = `${one.sort.noun} ${step.key}${step.isNew ? '' : ' anew'}`;
      say(no ? `refused: ${what}: ${no.message}` : `${isDry ? 'would define' : 'defined'}: ${what}`);
      if (no) refused += 1;
      onProgress?.((done += 1), steps);
    };
    await make(one, isDry ? null : to, told);
  }
  return { copied: steps - refused, unchanged: sum((one) => one.unchanged), refused, onlyThere: sum((one) => one.onlyThere) };
}

function nameOf({ url }: Server, environment: string | null): string {
  return environment === null ? url : `${environment} (${url})`;
}

/** What of `ours` is missing or other among `theirs`. */
function differenceOf(sort: CopiedSort, ours: readonly Told[], theirs: readonly Told[]): Difference {
  const [own, other] = [byKey(ours), byKey(theirs)];
  const onlyThere = [...other.keys()].filter((key) => !own.has(key)).length;
  const steps: Step[] = [];
  let unchanged = 0;
  for (const [key, list] of own) {
    const present = other.get(key) ?? [];
    for (const told of list) {
      if (isPresent(sort, told, present)) unchanged += 1;
      else steps.push({ key, input: dated(sort, told, present), isNew: present.length === 0 });
    }
  }
  return { sort, steps, unchanged, onlyThere };
}

function isPresent(sort: CopiedSort, told: Told, present: readonly Told[]): boolean {
  const isSame = (one: Told): boolean => said(sort, one) === said(sort, told);
  if (!sort.isVersioned) return present.some(isSame);
  // the version in effect is the same whenever it took effect here and there; those that will be, take effect at an instant
  if (isToCome(told)) return present.some((one) => isSame(one) && one.input['effectiveFrom'] === told.input['effectiveFrom']);
  return present.filter((one) => !isToCome(one)).some(isSame);
}

/** A version that replaces one there takes effect at once: it cannot judge what was judged already. */
function dated(sort: CopiedSort, told: Told, present: readonly Told[]): Told['input'] {
  if (!sort.isVersioned || isToCome(told) || present.every(isToCome)) return told.input;
  return { ...told.input, effectiveFrom: null };
}

function isToCome({ input }: Told): boolean {
  return typeof input['effectiveFrom'] === 'string' && Date.parse(input['effectiveFrom']) > Date.now();
}

function said(sort: CopiedSort, { input }: Told): string {
  return canonicalJson(sort.said(input) as Json);
}

function byKey(list: readonly Told[]): Map<string, Told[]> {
  const found = new Map<string, Told[]>();
  for (const told of list) found.set(told.key, [...(found.get(told.key) ?? []), told]);
  return found;
}

/**
 * Takes the steps, or only says them where there is no server; those that are refused because they build on others are tried again, for as long as
 * any gets further.
 */
async function make(
  { sort, steps }: Difference,
  to: Server | null,
  told: (step: Step, no: Refused | null) => void,
): Promise<void> {
  let left = steps.filter((step) => {
    const no = sort.refuse?.(step.input) ?? null;
    if (no || to === null) told(step, no);
    return no === null && to !== null;
  });
  while (to !== null && left.length > 0) {
    const refused: { readonly step: Step; readonly no: Refused }[] = [];
    for (let at = 0; at < left.length; at += sort.atOnce) {
      const some = left.slice(at, at + sort.atOnce);
      const answers = await sort.define(
        to,
        some.map(({ input }) => input),
      );
      for (const [i, step] of some.entries()) {
        const no = answers[i];
        if (no) refused.push({ step, no });
        else told(step, null);
      }
    }
    if (refused.length === left.length) {
      for (const { step, no } of refused) told(step, no);
      return;
    }
    left = refused.map(({ step }) => step);
  }
}
