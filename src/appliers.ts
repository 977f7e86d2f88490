// What applies the items of each mutation that takes items.
import { applyDelegations } from './graph/approvals/delegate';
import { applyApprovals } from './graph/approvals/record';
import { applyPaths } from './graph/careers/define';
import { applyTypes } from './graph/credentials/define';
import { applyIssues } from './graph/credentials/issue';
import { applyOutcomes } from './graph/outcomes/define';
import { applyIncidents, applyRetractions } from './graph/incidents/record';
import { applyCourses } from './graph/learning/define';
import { applyCompletions } from './graph/learning/record';
import { applyEmployees } from './graph/people/upsert';
import { applyRoles } from './graph/rules/define';
import { applyVerifications } from './graph/verifications/record';
import { applyAllowLists } from './graph/sources/allow';
import { applyCapabilities, type Subjects } from './graph/sources/declare';
import type { Cached } from './graph/catalogue';
import type { CredentialDefinitions } from './graph/credentials/types';
import type { RuleDefinitions } from './graph/rules/definitions';
import type { Applier } from './journal/ingest';
import type { Db } from './platform/postgres/pool';

/** By the names of the mutations; they share what is kept of the definitions. */
export function appliersOf(
  credentials: Cached<CredentialDefinitions>,
  rules: Cached<RuleDefinitions>,
  zone: string,
): ReadonlyMap<string, Applier> {
  const subjectsOf = async (db: Db): Promise<Subjects> => {
    const [defined, { reads }] = [await credentials.get(db, true), await rules.get(db, true)];
    const [types, courses] = [defined.typesByCode, defined.courses];
    return {
      isDefined: (subject, code) => subject === 'EVENT' || (subject === 'TYPE' ? types : courses).has(code),
      isAsked: (subject, code) => ({ TYPE: reads.types, COURSE: reads.courses, EVENT: reads.events })[subject].has(code),
    };
  };
  return new Map<string, Applier>([
    ['upsertEmployees', (write, items, source) => applyEmployees(write, items, source, zone)],
    ['defineCourses', applyCourses],
    ['recordCompletions', applyCompletions],
    ['defineCredentialTypes', (write, items) => applyTypes(write, items, credentials, zone)],
    ['issueCredentials', (write, items, source) => applyIssues(write, items, source, credentials)],
    ['verifyCredentials', (write, items, source) => applyVerifications(write, items, source, credentials)],
    ['declareCapabilities', (write, items, source) => applyCapabilities(write, items, source, subjectsOf)],
    ['defineAllowLists', applyAllowLists],
    ['requestApproval', (write, items, source) => applyApprovals(write, items, source, 'REQUESTED')],
    ['grantApproval', (write, items, source) => applyApprovals(write, items, source, 'GRANTED')],
    ['withdrawApproval', (write, items, source) => applyApprovals(write, items, source, 'WITHDRAWN')],
    ['delegateApprovals', applyDelegations],
    ['recordIncidents', applyIncidents],
    ['retractIncident', applyRetractions],
    ['defineRoles', applyRoles],
    ['defineOutcomes', applyOutcomes],
    ['defineCareerPath', applyPaths],
  ]);
}
