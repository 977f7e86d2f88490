import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvCell, csvLine } from './csv-text';

describe('CSV', () => {
  it('never begins a cell like a formula (F10)', () => {
    for (const begin of ['=', '+', '-', '@', '\t', '\r']) {
      expect(csvCell(`${begin}HYPERLINK("x")`)).toMatch(/^"?'/);
      expect(csvCell(`${begin}1`).replace(/^"/, '')).toMatch(/^'/);
    }
    expect([csvCell('Anna'), csvCell(7), csvCell(null), csvCell('a,"b"\n')]).toEqual(['Anna', '7', '', '"a,""b""\n"']);
  });

  it('is read back as it was written, but for the apostrophe', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 5 }), (cells) => {
        const [row]: string[][] = parse(csvLine(cells), { relax_column_count: true, record_delimiter: '\r\n' });
        expect(row).toEqual(cells.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)));
      }),
    );
  });
});
