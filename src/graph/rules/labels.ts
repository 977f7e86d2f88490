import type { Labels } from '../../core/rule-text';
import type { CredentialDefinitions } from '../credentials/types';

/** What sentences call attributes, whatever is defined. */
export const attributeLabels: Omit<Labels, 'type'> = {
  attribute: (name) =>
    name
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .replace(/_/g, ' ')
      .toLowerCase(),
  isList: (name) => name === 'roleCodes',
};

/** What sentences call types and attributes. */
export function labelsOf(definitions: Pick<CredentialDefinitions, 'typesByCode'>): Labels {
  return { type: (code) => definitions.typesByCode.get(code)?.label ?? code, ...attributeLabels };
}
