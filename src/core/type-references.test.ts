import { closureOf, refuseReferences, type TypeReferences } from './type-references';

const type = (code: string, prerequisites: string[] = [], renews: string[] = []): TypeReferences => ({
  code,
  prerequisites,
  renews,
});
const known = (...types: TypeReferences[]): Map<string, TypeReferences> => new Map(types.map((one) => [one.code, one]));
const refusals = (defined: Map<string, TypeReferences>, ...items: TypeReferences[]): string[] =>
  [...refuseReferences(defined, items)].map(([{ code: of }, { code, path }]) => `${of} ${code} ${path.join('.')}`);

describe('what credential types say of one another', () => {
  it('may name what is defined, before or in the same request in any order', () => {
    expect(refusals(known(type('BLS')), type('ACLS', ['BLS', 'ECG']), type('ECG'))).toEqual([]);
    expect(refusals(known(), type('CYSA', ['SEC'], ['SEC']), type('SEC'))).toEqual([]);
  });

  it('may not name what nobody defines, nor what is refused itself', () => {
    expect(refusals(known(type('BLS')), type('ACLS', ['BLS', 'ECG']))).toEqual(['ACLS UNKNOWN_CREDENTIAL_TYPE prerequisites.1']);
    // A falls with B, in the second round
    expect(refusals(known(), type('A', ['B']), type('B', ['C']), type('D', [], ['X']))).toEqual([
      'B UNKNOWN_CREDENTIAL_TYPE prerequisites.0',
      'D UNKNOWN_CREDENTIAL_TYPE renews.0',
      'A UNKNOWN_CREDENTIAL_TYPE prerequisites.0',
    ]);
  });

  it('may not go round in circles, long or short; what was defined before goes on as it was', () => {
    expect(refusals(known(), type('A', ['A']))).toEqual(['A PREREQUISITE_CYCLE prerequisites']);
    const before = known(type('A', ['B']), type('B', ['C']), type('C'));
    expect(refusals(before, type('C', ['A']))).toEqual(['C PREREQUISITE_CYCLE prerequisites']);
    expect(refusals(before, type('C', [], ['B']), type('B', ['C'], ['C']))).toEqual([
      'C RENEWAL_CYCLE renews',
      'B RENEWAL_CYCLE renews',
    ]);
    // a prerequisite may be renewed by what it leads to
    expect(refusals(before, type('A', ['B'], ['B', 'C']))).toEqual([]);
  });

  it('are closed over chains', () => {
    const types = known(
      type('X', [], ['CYSA']),
      type('CYSA', [], ['SEC', 'NET']),
      type('SEC', [], ['A+']),
      type('NET', [], ['A+']),
      type('A+'),
    );
    expect(closureOf(types, 'X', 'renews').sort()).toEqual(['A+', 'CYSA', 'NET', 'SEC']);
    expect(closureOf(types, 'A+', 'renews')).toEqual([]);
  });
});
