// The resolvers, and the schema they make.
import 'reflect-metadata';
import { isInputObjectType, isObjectType, type GraphQLSchema } from 'graphql';
import { buildSchemaSync, type ContainerType } from 'type-graphql';
import { guard } from './access/guard';
import { showFields } from './graph/shown-fields';
import { AccessRoleResolver, ViewerResolver } from './graph/viewers/graphql';
import { AccessCheckResolver } from './access/checks/graphql';
import { DeprecationResolver } from './access/deprecated-graphql';
import { DocumentResolver } from './access/documents/graphql';
import { ApiKeyResolver } from './access/graphql';
import { price } from './access/prices';
import { AuditResolver } from './graph/audit/graphql';
import { AuditEntryTraceResolver, ChangeTraceResolver, TraceResolver } from './graph/audit/trace-graphql';
import { ErasureResolver } from './graph/erasure/graphql';
import { ProofResolver } from './graph/proofs/graphql';
import { ApprovalDelegationResolver, ApprovalResolver, EmployeeApprovalsResolver } from './graph/approvals/graphql';
import { CareerPathResolver, RoleCareersResolver } from './graph/careers/graphql';
import { CareerPlanResolver } from './graph/careers/graphql-plan';
import { InventoryResolver } from './graph/inventory/graphql';
import { ChangesResolver, NodeResolver } from './graph/changes/graphql';
import {
  AcknowledgementResolver,
  AuditEntryDeliveriesResolver,
  ChangeAcknowledgementsResolver,
  CredentialAcknowledgementsResolver,
  TraceDeliveriesResolver,
  WebhookChangeResolver,
  WebhookDeliveryResolver,
  WebhookResolver,
} from './integrations/webhooks/graphql';
import { AlertResolver } from './integrations/alerts/graphql';
import { WebhookChange } from './integrations/webhooks/gql-types';
import { WebhookMutationResolver } from './integrations/webhooks/mutations';
import {
  AwardDecisionResolver,
  CompletionAwardResolver,
  CredentialResolver,
  CredentialTypeResolver,
  EmployeeCredentialsResolver,
} from './graph/credentials/graphql';
import { CredentialEventResolver, CredentialHistoryResolver } from './graph/credentials/history-graphql';
import { EmployeeOutcomesResolver, OutcomeResolver, OutcomeRuleResolver } from './graph/outcomes/graphql';
import { RehearsedChangeResolver, RuleRehearsalResolver } from './graph/publication/graphql';
import {
  CoverageForecastResolver,
  CoverageLapseResolver,
  CoverageRenewalPlanResolver,
  CoverageRenewalResolver,
} from './graph/forecast/graphql';
import { EligibilityResolver, EmployeeEligibilityResolver, RoleEligibilityResolver } from './graph/eligibility/graphql';
import { EligibilityDiffResolver } from './graph/diff/graphql';
import { NearestWaysResolver } from './graph/ways/graphql';
import { SupposedChangeResolver, WhatIfResolver } from './graph/what-if/graphql';
import { EmployeeIncidentsResolver, IncidentResolver } from './graph/incidents/graphql';
import { CompletionResolver, EmployeeLearningResolver } from './graph/learning/graphql';
import { EmployeeResolver } from './graph/people/graphql';
import { RoleResolver, RuleVersionResolver } from './graph/rules/graphql';
import { ApprovalChange } from './graph/approvals/gql-types';
import { IncidentChange } from './graph/incidents/gql-types';
import { CredentialVerificationsResolver } from './graph/verifications/graphql';
import { AllowListResolver } from './graph/sources/allow-graphql';
import { CapabilityResolver } from './graph/sources/graphql';
import { CompletionChange } from './graph/learning/gql-types';
import { CredentialChange } from './graph/credentials/gql-types';
import { EligibilityChange } from './graph/eligibility/gql-types';
import { EmployeeChange, ErasedChange } from './graph/people/gql-types';
import { OutcomeChange } from './graph/outcomes/gql-types';
import { DefinitionChange } from './graph/rules/gql-types';

const resolvers = [
  EmployeeResolver,
  CompletionResolver,
  EmployeeLearningResolver,
  CredentialTypeResolver,
  CredentialResolver,
  CredentialHistoryResolver,
  CredentialEventResolver,
  EmployeeCredentialsResolver,
  AwardDecisionResolver,
  CompletionAwardResolver,
  CredentialVerificationsResolver,
  CapabilityResolver,
  AllowListResolver,
  ApprovalResolver,
  ApprovalDelegationResolver,
  EmployeeApprovalsResolver,
  IncidentResolver,
  EmployeeIncidentsResolver,
  RoleResolver,
  RuleVersionResolver,
  EligibilityResolver,
  EmployeeEligibilityResolver,
  RoleEligibilityResolver,
  OutcomeResolver,
  OutcomeRuleResolver,
  EmployeeOutcomesResolver,
  CoverageForecastResolver,
  CoverageLapseResolver,
  CoverageRenewalPlanResolver,
  CoverageRenewalResolver,
  NearestWaysResolver,
  EligibilityDiffResolver,
  WhatIfResolver,
  SupposedChangeResolver,
  RuleRehearsalResolver,
  RehearsedChangeResolver,
  CareerPathResolver,
  RoleCareersResolver,
  CareerPlanResolver,
  InventoryResolver,
  ChangesResolver,
  NodeResolver,
  AuditResolver,
  ChangeTraceResolver,
  AuditEntryTraceResolver,
  TraceResolver,
  ErasureResolver,
  ProofResolver,
  AlertResolver,
  WebhookResolver,
  WebhookDeliveryResolver,
  AcknowledgementResolver,
  AuditEntryDeliveriesResolver,
  TraceDeliveriesResolver,
  ChangeAcknowledgementsResolver,
  CredentialAcknowledgementsResolver,
  WebhookChangeResolver,
  WebhookMutationResolver,
  ApiKeyResolver,
  DocumentResolver,
  ViewerResolver,
  AccessRoleResolver,
  AccessCheckResolver,
  DeprecationResolver,
] as const;

/** Input types of which exactly one field is given; type-graphql has no decorator for them. */
const ONE_OF = [
  'EmployeeKey',
  'CredentialKey',
  'RuleNodeInput',
  'AwardConditionInput',
  'SupposedOfInput',
  'SuppositionInput',
  'DiffScopeInput',
  'OutcomeOwnerInput',
  'AccessMappingKey',
];

/** Builds the schema. */
export function buildGraphSchema(): GraphQLSchema {
  const instances = new Map<unknown, unknown>();
  const container: ContainerType = {
    get: (resolver: new () => object) => {
      if (!instances.has(resolver)) instances.set(resolver, new resolver());
      return instances.get(resolver);
    },
  };
  const schema = buildSchemaSync({
    resolvers,
    container,
    validate: false,
    // subscriptions read the change log; type-graphql insists on a bus all the same
    pubSub: { publish: noBus, subscribe: noBus },
    orphanedTypes: [
      EmployeeChange,
      CompletionChange,
      CredentialChange,
      EligibilityChange,
      ApprovalChange,
      IncidentChange,
      OutcomeChange,
      DefinitionChange,
      ErasedChange,
      WebhookChange,
    ],
  });
  for (const name of ONE_OF) {
    const type = schema.getType(name);
    if (!isInputObjectType(type)) throw new Error(`${name} is no input type`);
    type.isOneOf = true;
  }
  schema.getQueryType()!.description = 'What is true, at any instant, as known at any instant.';
  schema.getMutationType()!.description = 'What happened, and what is to hold: each is one change, answered when the log has it.';
  schema.getSubscriptionType()!.description = 'What changes: every subscription is a cursor on the change log.';
  stripPropertyResolvers(schema);
  showFields(schema);
  guard(schema);
  price(schema);
  return schema;
}

function noBus(): never {
  throw new Error('Subscriptions read the change log: nothing is published on a bus.');
}

// a field without a resolver of its own is read off its source by graphql-js; the wrapper costs more than all the rest of it
function stripPropertyResolvers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve?.name === 'defaultFieldResolver') delete (field as { resolve?: unknown }).resolve;
    }
  }
}
