import { stepText, type StepLabels } from './step-text';
import type { Step } from './steps';

const labels: StepLabels = {
  type: (code) => `${code} certification`,
  attribute: (name) => (name === 'roleCodes' ? 'role codes' : name),
  course: (code) => `course ${code}`,
};

describe('a step in English', () => {
  it.each<[Step, string]>([
    [{ kind: 'CREDENTIAL', code: 'CPR', isRenewal: false }, 'obtain CPR certification'],
    [{ kind: 'CREDENTIAL', code: 'CPR', isRenewal: true }, 'renew CPR certification'],
    [{ kind: 'COURSE', code: 'CPR-101', hours: 4 }, 'pass course CPR-101'],
    [{ kind: 'CREDITS', hours: 1, from: ['A'], earned: [] }, 'earn 1 more credit hour from course A'],
    [{ kind: 'CREDITS', hours: 6.5, from: ['A', 'B'], earned: [] }, 'earn 6.5 more credit hours from course A and course B'],
    [{ kind: 'APPROVAL', code: 'night shift' }, 'get approval night shift'],
    [{ kind: 'RESOLUTION', code: 'retraining', trigger: 'accident' }, 'close the open accident with retraining'],
    [{ kind: 'VERIFICATION', code: 'CPR' }, 'have CPR certification verified'],
    [{ kind: 'ATTRIBUTE', code: 'department', value: 'ER', isElement: false }, 'department becomes ER (HR decides)'],
    [{ kind: 'ATTRIBUTE', code: 'roleCodes', value: 'RN', isElement: true }, 'role codes come to include RN (HR decides)'],
    [{ kind: 'REMOVAL', of: 'CREDENTIAL', code: 'TRAINEE', value: null, isElement: false }, 'give up TRAINEE certification'],
    [{ kind: 'REMOVAL', of: 'APPROVAL', code: 'exemption', value: null, isElement: false }, 'withdraw approval exemption'],
    [
      { kind: 'REMOVAL', of: 'ATTRIBUTE', code: 'department', value: 'ER', isElement: false },
      'department is no longer ER (HR decides)',
    ],
    [
      { kind: 'REMOVAL', of: 'ATTRIBUTE', code: 'roleCodes', value: 'RN', isElement: true },
      'role codes no longer include RN (HR decides)',
    ],
    [{ kind: 'WAIT', until: Date.UTC(2027, 2, 1) }, 'wait until 2027-03-01'],
  ])('%j', (step, text) => expect(stepText(step, labels, 'UTC')).toBe(text));
});
