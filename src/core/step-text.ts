// Steps in English.
import type { Json } from './rule';
import { approvalName, hoursText, instantText, listText, valueText, type Labels } from './rule-text';
import type { Step } from './steps';

/** What the things that steps name are called. */
export interface StepLabels extends Labels {
  /** The title of a course. */
  readonly course: (code: string) => string;
}

/** What is to be done, as one would ask somebody to do it; instants are written as days and times of `zone`. */
export function stepText(step: Step, labels: StepLabels, zone: string): string {
  switch (step.kind) {
    case 'CREDENTIAL':
      return `${step.isRenewal ? 'renew' : 'obtain'} ${labels.type(step.code)}`;
    case 'COURSE':
      return `pass ${labels.course(step.code)}`;
    case 'CREDITS':
      return `earn ${hoursText(step.hours).replace(' credit', ' more credit')} from ${listText(step.from.map(labels.course))}`;
    case 'APPROVAL':
      return `get ${approvalName(step.code)}`;
    case 'RESOLUTION':
      return `close the open ${step.trigger} with ${step.code}`;
    case 'VERIFICATION':
      return `have ${labels.type(step.code)} verified`;
    case 'ATTRIBUTE':
      return `${labels.attribute(step.code)} ${step.isElement ? 'come to include' : 'becomes'} ${value(step.value)} (HR decides)`;
    case 'REMOVAL':
      if (step.of === 'CREDENTIAL') return `give up ${labels.type(step.code)}`;
      if (step.of === 'APPROVAL') return `withdraw ${approvalName(step.code)}`;
      return `${labels.attribute(step.code)} ${step.isElement ? 'no longer include' : 'is no longer'} ${value(step.value)} (HR decides)`;
    case 'WAIT':
      return `wait until ${instantText(step.until, zone)}`;
  }
}

/** What a step is about, by its code; null where that is several things or none. */
export function stepCode(step: Step): string | null {
  return 'code' in step ? step.code : null;
}

function value(of: Json): string {
  return of === null ? 'what it is' : valueText(of);
}
