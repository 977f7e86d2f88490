import type { Random } from './random';

const GIVEN =
  `Amara Aisha Alan Alice Alma Amit Ana Andre Anika Anton Asha Astrid Aya Ben Bianca Bruno Camila Carla Carlos Chen Chloe Clara
Daniel Daria David Diego Dina Ebba Edith Eli Elena Emil Emma Enzo Erik Esra Eva Farid Fatima Felix Fiona Freya Gabriel Gita Grace Hana
Hannah Hugo Ibrahim Ines Ingrid Irene Isaac Ivan Jack Jana Jin Joana Jonas Jorge Julia Kai Karim Kenji Kira Lars Laila Lea Leo Liam Lin
Lucia Luis Maja Marco Maria Marta Mateo Maya Mei Mina Mira Mohamed Nadia Naomi Nia Nils Nina Noah Nora Olga Oliver Omar Oscar Pablo Paula
Peter Petra Priya Rafael Rania Ravi Rosa Ruth Sade Samir Sara Sasha Sean Simone Sofia Soren Stella Tara Tariq Thea Theo Tomas Uma Vera
Viktor Wei Yara Yasmin Yuki Yusuf Zara Zoe`.split(/\s+/);

const FAMILY =
  `Abbott Acosta Adeyemi Ahmed Alvarez Andersen Aoki Asante Bauer Becker Bello Berg Bianchi Blake Bose Boyd Brandt Byrne Campos
Carver Castro Chandra Cheng Cohen Costa Cruz Dahl Das Delgado Devi Diaz Dietrich Doyle Dubois Duarte Eklund Ellis Endo Farah Ferrari
Fischer Fonseca Foster Fujita Gallo Garcia Ghosh Gomez Grant Gupta Haas Hall Hansen Hara Hassan Hayes Hoffmann Holm Hughes Iyer Jansen
Jha Joshi Kaya Keller Khan Kim Klein Kovac Kumar Lang Larsen Laurent Lee Lehmann Lima Lindgren Lopez Lund Mahmoud Malik Marino Mbeki
Mehta Mendes Meyer Mitra Mori Moreau Murphy Nair Nakamura Navarro Ncube Nguyen Nielsen Novak Nwosu Obi Okafor Olsen Ortega Osei Park
Patel Pereira Perez Petrov Pham Pinto Popov Quinn Ramos Rao Reyes Ricci Rivera Roberts Romano Rossi Roy Ruiz Saito Salazar Santos Sato
Schmidt Sharma Shaw Silva Singh Sousa Stein Suzuki Svensson Takeda Tan Tanaka Thomas Torres Tran Vargas Vega Verma Vogel Wagner Walsh
Wang Watanabe Weber Wong Wood Yadav Yamada Yilmaz Young Zhang Zimmermann`.split(/\s+/);

/** The persona of the documentation's examples. */
export const PERSONA = { givenName: 'Jane', familyName: 'Smith' } as const;

/** Whether a person is the persona; no made-up name is hers. */
export function isPersona({ givenName, familyName }: { readonly givenName: string; readonly familyName: string }): boolean {
  return givenName === PERSONA.givenName && familyName === PERSONA.familyName;
}

/** A name of nobody: given and family names are drawn independently. */
export function makeName(random: Random): { readonly givenName: string; readonly familyName: string } {
  return { givenName: random.pick(GIVEN), familyName: random.pick(FAMILY) };
}

/** Addresses in a domain that cannot exist, each handed out once. */
export function addressBook(): (givenName: string, familyName: string) => string {
  const taken = new Map<string, number>();
  return (givenName, familyName) => {
    const local = `${givenName}.${familyName}`.toLowerCase();
    const count = (taken.get(local) ?? 0) + 1;
    taken.set(local, count);
    return `${local}${count === 1 ? '' : count}@meridian.example`;
  };
}
